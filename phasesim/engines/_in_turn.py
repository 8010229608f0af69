"""Functions of one model over a tile, a few models at a time."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax

#: numbers in an array over so many models that stays in the cache
CACHED = 1 << 14
#: the same for devices that have no such cache
ON_DEVICE = 1 << 26


def in_turn(function: Any, numbers: int, *rows: Any) -> Any:
    """A one-model function over a tile, so many models at a time as fit.

    Args:
        function: of one model's rows.
        numbers: how many its largest array holds.
        rows: trees of arrays (L, ...), of which the first is an array.
    """
    return jax.lax.platform_dependent(
        *rows,
        cpu=partial(_mapped, function, max(1, CACHED // numbers)),
        default=partial(_mapped, function, max(1, ON_DEVICE // numbers)),
    )


def _mapped(function: Any, size: int, *rows: Any) -> Any:
    size = min(size, rows[0].shape[0])
    return jax.lax.map(lambda row: function(*row), rows, batch_size=size)
