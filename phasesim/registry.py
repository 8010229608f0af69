"""Where the exchangeable pieces live: one folder a kind, one file a variant, found by name.

A variant called ``foo`` of kind ``distribution`` is the object ``foo`` in
``phasesim/distributions/foo.py``, or in ``DIR/distributions/foo.py`` of a plugin folder, or
anything handed to `register`. Nothing is imported before it is asked for.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any, cast

from phasesim.errors import PhasesimError, UsageError, did_you_mean

#: kind -> folder below the package (and below a plugin folder)
FOLDERS = {
    "distribution": "distributions",
    "amplitude": "amplitudes",
    "importance": "importances",
    "model": "models",
    "activation": "activations",
    "target": "targets",
    "loss": "losses",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "init": "initializers",
    "regularizer": "regularizers",
    "engine": "engines",
    "autoencoder": "autoencoders",
    "metric": "metrics",
    "analysis": "interpret",
    "executor": "farm",
}

_registered: dict[tuple[str, str], Any] = {}
_plugin_folders: list[Path] = []


@dataclass(frozen=True)
class MetricSpec:
    """What a metric says of itself: trailing dims, axis label, source, natural range, and needs."""

    dims: tuple[str, ...]
    label: str
    reference: str
    range: tuple[float, float] | None = None
    undefined: str = ""
    uses_experiment: bool = False
    of_result: bool = False


def metric(
    *,
    dims: tuple[str, ...],
    label: str,
    reference: str,
    range: tuple[float, float] | None = None,
    undefined: str = "",
    uses_experiment: bool = False,
    of_result: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function ``name(W, b=None, experiment=None)`` as the metric of its name.

    Args:
        dims: names of the result's trailing dimensions, e.g. ``("feature",)``.
        label: axis or colour-bar label.
        reference: paper and section of the definition.
        range: natural limits of the value, used as colour limits.
        undefined: for which finite weights the value is NaN; empty where there are none.
        uses_experiment: the value depends on the experiment, so that each cell is given its own.
        of_result: the function is ``name(result)`` and returns (*axes, seed): it needs more of a
            model than its weights, such as the other seeds of its cell.

    Returns:
        The decorator; it hands the function back with `MetricSpec` as ``.spec``.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        function.spec = MetricSpec(
            tuple(dims), label, reference, range, undefined, uses_experiment, of_result
        )
        register("metric", function.__name__, function)
        return function

    return decorate


def register(kind: str, name: str, variant: Any) -> Any:
    """Add a variant at run time, e.g. one defined in a notebook.

    Args:
        kind: a key of `FOLDERS`.
        name: the word by which configurations call it.
        variant: the class or function.

    Returns:
        ``variant``, so that the call can stand in an expression.

    Raises:
        UsageError: unknown kind, or the name belongs to a variant defined elsewhere.
    """
    _folder(kind)
    if not (isinstance(name, str) and name.isidentifier()):
        raise UsageError(f"{kind} name {name!r}: expected a Python identifier")
    known = _registered.get((kind, name))
    # a notebook cell run twice defines the same thing again: same module, so it may replace itself
    if known is not None and known.__module__ != variant.__module__:
        raise UsageError(f"{kind} '{name}' is already defined in {known.__module__}")
    _registered[kind, name] = variant
    return variant


def get(kind: str, name: str) -> Any:
    """The variant of that kind and name.

    Raises:
        UsageError: nothing of that name, with the nearest one that exists.
    """
    if (kind, name) not in _registered:
        path = _files(kind).get(name)
        if path is None:
            hint = did_you_mean(name, names(kind)) or f"there is no {kind} yet"
            raise UsageError(f"no {kind} '{name}', {hint}")
        _load(kind, name, path)
    if (kind, name) not in _registered:
        raise UsageError(f"{path.name} in {path.parent.name}/: expected it to define '{name}'")
    return _registered[kind, name]


def names(kind: str) -> list[str]:
    """Names of all variants of a kind, sorted; nothing is imported."""
    _folder(kind)
    return sorted({*_files(kind), *(n for k, n in _registered if k == kind)})


def add_plugins(folder: str | os.PathLike[str]) -> None:
    """Look for variants below ``folder`` too; it mirrors the package's registry folders.

    Args:
        folder: such as one that holds ``metrics/my_metric.py``.

    Raises:
        UsageError: not a folder, or a file there has the name of a built-in variant.
    """
    root = Path(folder).resolve()
    if not root.is_dir():
        raise UsageError(f"--plugins {folder}: expected a folder")
    if root in _plugin_folders:
        return
    for kind in FOLDERS:
        for name in sorted(_scan(root / FOLDERS[kind])):
            if name in names(kind):
                raise UsageError(f"--plugins {folder}: {kind} '{name}' exists already")
    _plugin_folders.append(root)
    _files.cache_clear()


def plugin_folders() -> tuple[str, ...]:
    """The folders added, for another process to add them too."""
    return tuple(map(str, _plugin_folders))


def plugin_hashes() -> dict[str, str]:
    """SHA-256 of every plugin file, by its path inside its plugin folder."""
    found = {}
    for root in _plugin_folders:
        for kind in FOLDERS:
            # helpers that a variant imports decide its numbers too
            for path in sorted((root / FOLDERS[kind]).glob("*.py")):
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[path.relative_to(root).as_posix()] = digest
    return found


def _folder(kind: str) -> str:
    if kind not in FOLDERS:
        raise UsageError(f"no kind '{kind}', {did_you_mean(kind, list(FOLDERS))}")
    return FOLDERS[kind]


@functools.cache
def _files(kind: str) -> dict[str, Path]:
    found = _scan(Path(__file__).parent / _folder(kind))
    for root in _plugin_folders:
        found.update(_scan(root / _folder(kind)))
    return found


def _scan(folder: Path) -> dict[str, Path]:
    return {p.stem: p for p in sorted(folder.glob("*.py")) if not p.name.startswith("_")}


def _load(kind: str, name: str, path: Path) -> None:
    package = Path(__file__).parent
    if path.is_relative_to(package):
        module = importlib.import_module(f"phasesim.{FOLDERS[kind]}.{name}")
    else:
        full_name = f"phasesim_plugins.{FOLDERS[kind]}.{name}"
        # a file that ends in .py has a spec, and that a loader
        spec = cast(ModuleSpec, importlib.util.spec_from_file_location(full_name, path))
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        try:
            cast(Loader, spec.loader).exec_module(module)
        except PhasesimError:
            raise
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            raise UsageError(
                f"plugin {path.name} in {path.parent}: does not load: {text}"
            ) from error
    # loading registers the variant through its decorator; a plain class or function counts too
    if (kind, name) not in _registered and hasattr(module, name):
        register(kind, name, getattr(module, name))


class _Namespace(types.ModuleType):
    """A registry folder seen from Python: ``distributions.sparse_uniform`` is the variant."""

    def __getattr__(self, name: str) -> Any:
        kind = self.__dict__["kind"]
        if name.startswith("_") or name not in names(kind):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        return get(kind, name)

    def __setattr__(self, name: str, value: Any) -> None:
        # importing a submodule sets it on its package, where it would hide the variant
        if isinstance(value, types.ModuleType):
            value = getattr(value, name, value)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return names(self.__dict__["kind"])


def namespace(module_name: str, kind: str) -> None:
    """Turn the package of a registry folder into a lazy namespace of its variants."""
    module = sys.modules[module_name]
    module.__dict__["kind"] = _folder(kind) and kind
    module.__class__ = _Namespace


for _root in filter(None, os.environ.get("PHASESIM_PLUGINS", "").split(os.pathsep)):
    add_plugins(_root)
