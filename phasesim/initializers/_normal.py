"""Normal matrices of a given scale, shared by the initialisers that differ in the scale."""

from __future__ import annotations

from typing import Any


def normal(key: Any, shape: tuple[int, ...], std: Any) -> Any:
    """Independent N(0, std²) numbers of that shape."""
    import jax

    return std * jax.random.normal(key, shape)
