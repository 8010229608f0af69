"""The configuration in a store, and whether it is that of the arrays beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from phasesim.config import stored_grid
from phasesim.errors import ConfigError, StoreDamaged, UsageError
from phasesim.grid import Grid
from phasesim.store import FinalFile, RunDirectory


def _stored_sweep(config: str, path: Path) -> Grid:
    """The sweep whose configuration a store holds.

    Raises:
        UsageError: it names what is not there, such as a part of a plugin.
        StoreDamaged: it is not a configuration.
    """
    try:
        return stored_grid(config, str(path))
    except ConfigError as error:
        # its checksum holds, so what is missing is missing here: a part of a plugin, usually
        raise UsageError(f"{error}; was it made with --plugins?") from None
    except KeyError as error:
        raise StoreDamaged(f"{path}: its configuration lacks {error}") from None


def sweep_in(file: FinalFile) -> Grid:
    """The sweep of a finished file, whose arrays have to be of its cells.

    Raises:
        UsageError: it names what is not there, such as a part of a plugin.
        StoreDamaged: it is not a configuration, or the arrays are those of other axes or seeds.
    """
    sweep = _stored_sweep(file.config_toml, file.path)
    told = {axis.path: axis.array() for axis in sweep.axes}
    held = {axis.path: axis.values for axis in file.axes}
    if list(told) != list(held):
        raise _unlike(file, "axes", list(told), list(held))
    for path, values in told.items():
        if not np.array_equal(values, held[path]):
            raise _unlike(file, f"'{path}'", _short(values), _short(held[path]))
    if sweep.n_seeds != file.n_seeds:
        raise _unlike(file, "seeds", sweep.n_seeds, file.n_seeds)
    return sweep


def sweep_under_way(run: RunDirectory) -> Grid:
    """The sweep of a running directory.

    Raises:
        UsageError: it names what is not there, such as a part of a plugin.
        StoreDamaged: it is not a configuration, or the manifest holds no configuration.
    """
    config = run.manifest.get("config_toml")
    if not isinstance(config, str):
        raise StoreDamaged(f"{run.path}: its manifest holds no configuration")
    return _stored_sweep(config, run.path)


def attribute_of(file: FinalFile, name: str) -> Any:
    """A root attribute that every sweep's file has.

    Raises:
        StoreDamaged: this one does not have it.
    """
    if name not in file.attrs:
        raise StoreDamaged(f"{file.path}: lacks the attribute '{name}'")
    return file.attrs[name]


def settings_in(file: FinalFile) -> dict[str, Any]:
    """The tables of the configuration in a file, whatever they mean.

    Raises:
        StoreDamaged: it is not TOML.
    """
    try:
        return tomllib.loads(file.config_toml)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise StoreDamaged(f"{file.path}: its configuration is not TOML: {error}") from None


def _unlike(file: FinalFile, what: str, told: Any, held: Any) -> StoreDamaged:
    return StoreDamaged(
        f"{file.path}: its configuration and its arrays differ in {what}: {told} against {held}"
    )


def _short(values: np.ndarray) -> str:
    return f"{len(values)} values from {values[0]} to {values[-1]}" if len(values) else "none"
