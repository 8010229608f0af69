"""Parts as stacked arrays and JAX pytrees: swept numbers are leaves, all else is structure.

Sweeping is stacking leaves; what has to be compiled apart is `structure`. Only `register`
needs JAX, and only when something is computed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import numpy as np

from phasesim.parts import Part, specs


def structure(part: Part) -> tuple:
    """Everything about a part that is compiled in; equal structures share one program."""
    items: list[Any] = [type(part).__module__, type(part).__qualname__]
    for name, spec in specs(part).items():
        value = getattr(part, name)
        if spec.role == "swept":
            items.append((name, None if value is None else np.shape(value)))
        elif spec.role == "table":
            items.append((name, tuple(structure(q) for q in value if not q.off)))
        elif isinstance(value, Part):
            items.append((name, structure(value)))
        else:
            items.append((name, value))
    return tuple(items)


def stack(template: Part, columns: dict[str, np.ndarray], size: int, dtype: Any) -> Part:
    """A part whose leaves hold one entry a model.

    Args:
        template: gives structure and the leaves that no column replaces.
        columns: dotted path of a swept field -> its values, shape (size,).
        size: number of models.
        dtype: floating-point type of the leaves.

    Returns:
        An unchecked copy of the template with leaves of shape (size, ...).
    """

    def leaf(path: str, value: Any) -> np.ndarray:
        if path in columns:
            return np.asarray(columns[path], dtype)
        filled = np.asarray(value, dtype)
        return np.broadcast_to(filled, (size, *filled.shape)).copy()

    return _map_leaves(template, leaf, "")


def as_arrays(part: Part, dtype: Any) -> Part:
    """One model's part with array leaves, parts that are off left out."""
    return _map_leaves(part, lambda path, value: np.asarray(value, dtype), "")


def _map_leaves(part: Part, leaf: Any, prefix: str) -> Part:
    made = object.__new__(type(part))
    for name, spec in specs(part).items():
        value = getattr(part, name)
        path = prefix + name
        if spec.role == "table":
            value = tuple(
                _map_leaves(q, leaf, f"{path}.{type(q).__name__}.") for q in value if not q.off
            )
        elif isinstance(value, Part):
            value = _map_leaves(value, leaf, path + ".")
        elif spec.role == "swept" and value is not None:
            value = leaf(path, value)
        object.__setattr__(made, name, value)
    return made


def register(part: Part) -> None:
    """Make the classes of a part and of all inside it known to JAX as pytrees."""
    _register_class(type(part))
    for value in vars(part).values():
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Part):
                register(inner)


@functools.cache
def _register_class(cls: type) -> None:
    import jax

    dynamic = [n for n, s in specs(cls).items() if s.role != "static"]
    fixed = [n for n, s in specs(cls).items() if s.role == "static"]

    def flatten(p: Part) -> tuple[list[Any], tuple]:
        return [getattr(p, n) for n in dynamic], tuple(getattr(p, n) for n in fixed)

    def flatten_with_keys(p: Part) -> tuple[list[Any], tuple]:
        keys = [jax.tree_util.GetAttrKey(n) for n in dynamic]
        leaves, aux = flatten(p)
        return list(zip(keys, leaves, strict=True)), aux

    def unflatten(aux: tuple, leaves: Iterable[Any]) -> Part:
        made = object.__new__(cls)
        for name, value in (*zip(dynamic, leaves, strict=True), *zip(fixed, aux, strict=True)):
            object.__setattr__(made, name, value)
        return made

    jax.tree_util.register_pytree_with_keys(cls, flatten_with_keys, unflatten, flatten)
