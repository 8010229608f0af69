"""TOML configuration files and the sweeps they describe, both ways."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from phasesim import registry
from phasesim.analysis import AnalysisSweep
from phasesim.axes import Axis
from phasesim.errors import (
    LONGEST,
    ConfigError,
    PhasesimError,
    StoreIOError,
    UnknownField,
    did_you_mean,
)
from phasesim.experiment import Experiment
from phasesim.function import FunctionSweep
from phasesim.grid import Grid
from phasesim.parts import default, specs, unknown_field
from phasesim.sweep import Sweep, experiment_from_config

#: larger files are not configurations
MOST_BYTES = 1 << 20
#: deeper nesting is not a configuration either
MOST_BRACKETS = 50
#: what is no field -> what to write
_MEANT = {
    "seeds": "did you mean 'n_seeds', how many, or 'seed', the root of random numbers?",
    "experiment": "its fields stand at the top of the file",
}
#: what the parser says -> what it usually comes from
_TOML_HINTS = {
    "Invalid value": "a text stands in quotes",
    "Unclosed array": "is a comma or a bracket missing?",
    "Unclosed inline table": "is a comma or a brace missing?",
    "twice": "fields of one table stand together, below one [heading]",
    "Cannot overwrite": "a field is set once",
}


def load_sweep(
    path: str | os.PathLike[str], overrides: Iterable[str] = (), *, scale: str = ""
) -> Sweep:
    """Read a sweep from a TOML file.

    Args:
        path: the file.
        overrides: ``"dotted.path=value"``, each value in TOML; a bare word is a text.
        scale: name of a ``[scale.NAME]`` table in the file whose entries override the rest.

    Returns:
        The checked sweep.

    Raises:
        ConfigError: with file, field, what was found, what was expected.
        StoreIOError: the file cannot be read.
    """
    path = Path(path)
    return sweep_from_text(_read(path), str(path), overrides, scale=scale, name=path.stem)


def sweep_from_text(
    text: str, where: str, overrides: Iterable[str] = (), *, scale: str = "", name: str = "sweep"
) -> Sweep:
    """Read a sweep from TOML text.

    Args:
        text: TOML.
        where: its origin, for errors.
        overrides: as `load_sweep`.
        scale: as `load_sweep`.
        name: the sweep's name where the text gives none.
    """
    table = {"name": name, **_parse(text, where)}
    try:
        scales = table.pop("scale", {})
        if scale:
            named = scales if isinstance(scales, dict) else {}
            if scale in named and not isinstance(named[scale], dict):
                raise ConfigError(f"scale.{scale}", f"found {named[scale]!r}", expected="a table")
            if scale not in named:
                has = ", ".join(f"'{n}'" for n in named)
                hint = f"the file has {has}" if named else "the file has none"
                found, expected = f"no '{scale}'", f"a table [scale.{scale}]"
                raise ConfigError("scale", found, expected=expected, hint=hint)
            for dotted, value in _flatten(scales[scale]):
                set_raw(table, dotted, value)
        typed = [parse_override(text_override) for text_override in overrides]
        for dotted, value in typed:
            set_raw(table, dotted, value)
        made = sweep_from_config(table)
        for dotted, value in typed:
            _check_not_swept(made, dotted, value)
        return made
    except ConfigError as error:
        raise error.within(f"{where}: ") from None


def stored_grid(text: str, where: str) -> Grid:
    """The sweep whose configuration a store holds: of an experiment, function or analysis."""
    table = _parse(text, where)
    if "function" in table:
        return FunctionSweep.from_config(table)
    analysis = table.pop("analysis", None)
    sweep = sweep_from_config(table)
    return sweep if analysis is None else AnalysisSweep.from_config(analysis, sweep)


def sweep_from_config(table: dict[str, Any]) -> Sweep:
    """Build a sweep from the tables of a configuration file."""
    rest = dict(table)
    name = rest.pop("name", "sweep")
    grid = rest.pop("sweep", {})
    if not isinstance(grid, dict):
        raise ConfigError("sweep", f"found {grid!r}", expected="a table")
    known = ("axes", "n_seeds", "seed")
    for key in grid:
        if key not in known:
            hint = _of_the_top(key, "sweep") or _MEANT.get(key) or did_you_mean(key, known)
            raise ConfigError(f"sweep.{key}", "unknown field", hint=hint)
    if not isinstance(grid.get("axes", []), list):
        found, hint = f"found {grid['axes']!r}", "one axis too stands in [ ]"
        raise ConfigError("sweep.axes", found, expected="a list of tables", hint=hint)
    for key in rest:
        if key in known:
            raise ConfigError(key, "unknown field", hint=f"did you mean 'sweep.{key}'?")
        if key in _MEANT:
            raise ConfigError(key, "unknown field", hint=_MEANT[key])
        if key not in specs(Experiment) and key != "scale":
            raise unknown_field(Experiment, key, ("name", "sweep", "scale"))
    try:
        experiment = experiment_from_config(rest)
    except UnknownField as error:
        table_name, _, key = error.field.rpartition(".")
        hint = _of_the_top(key, table_name) or error.hint
        raise ConfigError(error.field, error.found, expected=error.expected, hint=hint) from None
    return Sweep(experiment, name=name, **grid)


def _of_the_top(key: str, table_name: str) -> str:
    """A hint for a field of the top level that stands in a table, usually at the file's end."""
    if not table_name or key not in (*specs(Experiment), "name"):
        return ""
    return f"'{key}' is a field of the top level, it belongs above [{table_name}]"


def _check_not_swept(sweep: Sweep, dotted: str, value: Any) -> None:
    """Refuse what is typed for a field that an axis sets in every cell, where it would be lost.

    In a file it may stand beside the axis, as the value where the axis is taken away.
    """
    for axis in sweep.axes:
        path = axis.path.removesuffix(".name")
        # the axis sets the field, a table around it, or the choice that holds it
        inner: Any = value
        for key in path.removeprefix(f"{dotted}.").split(".") if path != dotted else ():
            inner = inner.get(key) if isinstance(inner, dict) else None
        around = path == dotted or (path.startswith(f"{dotted}.") and inner is not None)
        if around or f"{dotted}.".startswith(f"{path}."):
            others = ", ".join(_inline(a) for a in sweep.axes if a is not axis)
            hint = f"take the axis away with --set 'sweep.axes=[{others}]'"
            if len(hint) > LONGEST:
                hint = "take the axis away with --set sweep.axes=[...], which lists the others"
            found = f"is set in every cell by the axis '{axis.path}' of this sweep"
            raise ConfigError(f"--set {dotted}", found, expected="a field without axis", hint=hint)


def _inline(axis: Axis) -> str:
    """An axis as it stands in a file."""
    items = (f"{key} = {json.dumps(value)}" for key, value in axis.to_config().items())
    return f"{{ {', '.join(items)} }}"


def parse_override(text: str) -> tuple[str, Any]:
    """Split ``a.b=v`` into path and value; a value that is no TOML is taken as a bare word."""
    dotted, equals, value = text.partition("=")
    dotted, value = dotted.strip(), value.strip()
    if not equals or not dotted:
        raise ConfigError("--set", f"found {text!r}", expected="dotted.path=value")
    if not value.isprintable():
        raise ConfigError("--set", f"found {text!r}", expected="one line")
    try:
        return dotted, tomllib.loads(f"value = {value}")["value"]
    except (ValueError, RecursionError):
        with contextlib.suppress(ValueError):
            return dotted, float(value)  # .5 and 1. are numbers to everyone but TOML
        if value.replace("_", "").replace("-", "").replace(".", "").replace("/", "").isalnum():
            return dotted, value
        raise ConfigError("--set", f"found {text!r}", expected="a TOML value after '='") from None


def set_raw(table: dict[str, Any], dotted: str, value: Any) -> None:
    """Set a dotted path in raw tables, before anything is checked.

    A choice given as a bare name becomes a table first; one not given at all is its default.
    """
    *parents, last = dotted.split(".")
    owner: Any = Experiment
    for key in parents:
        spec = specs(owner).get(key) if owner is not None else None
        node = table.get(key)
        if owner is not None and spec is not None and spec.role == "choice" and node is None:
            node = default(owner, key)
        node = {"name": node} if isinstance(node, str) else {} if node is None else node
        if not isinstance(node, dict):
            raise ConfigError(dotted, f"'{key}' is not a table")
        table[key] = table = dict(node)
        owner = _owner(spec, node)
    table[last] = value


def _owner(spec: Any, node: dict[str, Any]) -> Any:
    """The class whose fields a raw table holds, where that is known."""
    if spec is None or spec.role not in ("choice", "nested"):
        return None
    if spec.role == "nested":
        return spec.type
    try:
        return registry.get(spec.kind, node.get("name", ""))
    except PhasesimError:
        return None  # the build that follows says what is wrong with the name


def _flatten(table: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Dotted paths of nested tables; a table with a name replaces the whole choice."""
    for key, value in table.items():
        if isinstance(value, dict) and "name" not in value:
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _read(path: Path) -> str:
    try:
        if not path.is_file():
            what = "is a folder" if path.is_dir() else "not a regular file"
            reason = what if path.exists() else "no such file"
            raise ConfigError(f"{path}: ", reason, expected="a TOML file")
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path}: ", "larger than 1 MiB", expected="a TOML file")
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: ", f"byte {error.start} is not UTF-8") from None
    except (OSError, ValueError) as error:
        raise StoreIOError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


def _parse(text: str, where: str) -> dict[str, Any]:
    # the parser recurses and is slow on absurd nesting, so that is refused before it starts
    depth = max_depth = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        max_depth = max(max_depth, depth)
    if max_depth > MOST_BRACKETS:
        raise ConfigError(f"{where}: ", f"brackets nested {max_depth} deep")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError, OverflowError) as error:
        hint = next((h for said, h in _TOML_HINTS.items() if said in str(error)), "")
        raise ConfigError(f"{where}: ", f"not valid TOML: {error}", hint=hint) from None
