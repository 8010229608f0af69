"""One module a contender: ``prepare(size, steps)`` returns a function that trains once."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from benchmarks.sizes import Size

_MODULES = {
    "notebook": "notebook_torch",
    "vmap": "naive_vmap",
    "occhio": "occhio_grid",
    "independent": "phasesim_run",
    "shared": "phasesim_run",
}


class Unavailable(Exception):
    """A contender that cannot run here, with the reason."""


def prepare(name: str, size: Size, steps: int) -> Callable[[], None]:
    """A function that trains all models of a size for some steps.

    Raises:
        Unavailable: its package is not installed, or does not support the work.
    """
    module = importlib.import_module(f"benchmarks.contenders.{_MODULES[name]}")
    if module.__name__.endswith("phasesim_run"):
        return module.prepare(size, steps, name)
    return module.prepare(size, steps)


def densities(models: int) -> list[float]:
    """Of each model: from 1 down to 0.05 in equal ratios, as in the notebook."""
    return [20.0 ** -(i / max(models - 1, 1)) for i in range(models)]
