"""Loops over features: written out, or for many features a loop in the compiled program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from phasesim.numerics import namespace

#: written out, more features than this would take long to compile
_MOST_UNROLLED = 12


def fold(
    step: Callable[[Any, Any], Any], carry: Any, columns: Any, reverse: bool = False
) -> tuple[Any, Any]:
    """Carry a state along the leading axis of ``columns``, a tree of tuples.

    Returns:
        The last state, and what each step returned: a list, or arrays with a leading axis.
    """
    leaf = columns
    while isinstance(leaf, tuple):
        leaf = leaf[0]
    n = len(leaf)
    if namespace(leaf).__name__ == "jax.numpy" and n > _MOST_UNROLLED:
        from jax import lax

        return lax.scan(step, carry, columns, reverse=reverse)
    found: list[Any] = [None] * n
    for j in reversed(range(n)) if reverse else range(n):
        carry, found[j] = step(carry, _at(columns, j))
    return carry, found


def _at(columns: Any, j: int) -> Any:
    if isinstance(columns, tuple):
        return tuple(_at(c, j) for c in columns)
    return columns[j]


def joined(found: Any, xp: Any) -> Any:
    """What the steps of a `fold` returned as one array, the features in its last axis."""
    return xp.stack(found, axis=-1) if isinstance(found, list) else xp.moveaxis(found, 0, -1)
