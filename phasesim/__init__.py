"""phasesim: phase diagrams of superposition from thousands of toy models trained side by side.

Importing this package is cheap: everything below is imported when it is first used.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

#: public name -> module that defines it
_HOMES = {
    "Experiment": "experiment",
    "Record": "experiment",
    "Sweep": "sweep",
    "Axis": "axes",
    "values": "axes",
    "linspace": "axes",
    "geomspace": "axes",
    "load_sweep": "config",
    "run": "run",
    "sweep_function": "run",
    "Options": "run",
    "train": "train",
    "Outcome": "engines._program",
    "cell_key": "keys",
    "use_cache": "cache",
    "analyse": "interpret._run",
    "explore": "explore",
    "Result": "result",
    "open_result": "result",
    "compare": "compare",
    "Comparison": "compare",
    "phase_boundary": "boundaries",
    "PhaseBoundary": "boundaries",
    "refine": "refinement",
    "run_refined": "adaptive",
    "run_shard": "farm._run",
    "run_farmed": "farm._run",
    "Status": "status",
    "Part": "parts",
    "part": "parts",
    "choice": "parts",
    "swept": "fields",
    "static": "fields",
    "register": "registry",
    "metric": "registry",
    "add_plugins": "registry",
    "PhasesimError": "errors",
    "ConfigError": "errors",
    "population_loss": "theory",
    "feature_norm": "metrics",
    "superposition": "metrics",
    "dimensionality": "metrics",
}
_MODULES = (
    "distributions", "amplitudes", "importances", "models", "activations", "targets", "losses",
    "optimizers", "schedules", "initializers", "regularizers", "engines", "autoencoders",
    "metrics", "theory", "geometry", "plot", "store", "interpret", "farm",
)  # fmt: skip

# names that are found on first use stand in tables; a checker would want each of them twice
__all__ = [*_HOMES, *_MODULES]  # pyright: ignore[reportUnsupportedDunderAll]


class _Package(types.ModuleType):
    """Keeps ``phasesim.run`` the function when the module of that name has been imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, types.ModuleType) and _HOMES.get(name) == name:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"phasesim.{_HOMES[name]}"), name)
    if name in _MODULES:
        return importlib.import_module(f"phasesim.{name}")
    if name == "__version__":
        from importlib.metadata import version

        return version("phasesim")
    raise AttributeError(f"module 'phasesim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
