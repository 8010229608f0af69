"""Sweeps of any function: ``train_fn(key, **params)`` over a grid, with the same store."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from phasesim.axes import Axis, from_config
from phasesim.errors import ConfigError
from phasesim.grid import Grid


@dataclass(frozen=True, kw_only=True)
class FunctionSweep(Grid):
    """A grid whose cells call a function.

    Attributes:
        source_sha256: hash of the function's source; a store of other source is refused.
        fixed: arguments that are the same in all cells, as (name, value).
        function: the function itself; absent where a store is only read.
    """

    source_sha256: str
    fixed: tuple[tuple[str, Any], ...] = ()
    function: Callable[..., Any] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in [*(axis.path for axis in self.axes), *(name for name, _ in self.fixed)]:
            if not name.isidentifier():
                raise ConfigError("function", f"found {name!r}", expected="the name of an argument")
        for axis in self.axes:
            for value in axis.values:
                if isinstance(value, str) and not value.isprintable():
                    raise ConfigError(axis.path, f"found {value!r}", expected="printable text")

    def to_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "function": {"source_sha256": self.source_sha256, "fixed": dict(self.fixed)},
            "sweep": self.grid_config(),
        }

    @classmethod
    def from_config(cls, table: dict[str, Any]) -> FunctionSweep:
        """The sweep of a stored configuration, without its function."""
        own, grid = table["function"], table["sweep"]
        axes = tuple(from_config(a, f"sweep.axes[{i}]") for i, a in enumerate(grid["axes"]))
        return cls(
            axes=axes, n_seeds=grid["n_seeds"], seed=grid["seed"], name=table["name"],
            source_sha256=own["source_sha256"], fixed=tuple(own["fixed"].items()),
        )  # fmt: skip


@dataclass(frozen=True)
class FunctionCohort:
    """Cells that differ in floats only; what else varies is compiled in.

    Attributes:
        static: arguments compiled in.
        cells: flat grid indices, shape (n,).
        columns: argument -> its value in each cell, shape (n,).
        identity: what the digests start from.
    """

    static: dict[str, Any]
    cells: np.ndarray
    columns: dict[str, np.ndarray]
    identity: str

    @cached_property
    def cell_digests(self) -> np.ndarray:
        """SHA-256 of everything that decides a cell, uint8 (n, 32)."""
        out = np.empty((len(self.cells), 32), np.uint8)
        for row in range(len(self.cells)):
            values = {name: float(c[row]).hex() for name, c in self.columns.items()}
            text = json.dumps([self.identity, self.static, values], sort_keys=True)
            out[row] = np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)
        return out


def function_cohorts(sweep: FunctionSweep) -> list[FunctionCohort]:
    """Cells by the values of their integer and text arguments, in grid order."""
    identity = f"{sweep.source_sha256} {json.dumps(sweep.fixed)}"
    groups = [
        [np.arange(len(a.values))] if _swept(a) else [np.array([i]) for i in range(len(a.values))]
        for a in sweep.axes
    ]
    found = []
    for combination in itertools.product(*groups):
        grid = np.ix_(*combination) if combination else ()
        flat = np.asarray(np.ravel_multi_index(grid, sweep.shape) if grid else 0)
        static, columns = {}, {}
        for position, axis in enumerate(sweep.axes):
            values = [axis.values[i] for i in combination[position]]
            if not _swept(axis):
                static[axis.path] = values[0]
                continue
            shape = [-1 if k == position else 1 for k in range(len(groups))]
            full = np.broadcast_to(np.reshape(np.array(values, float), shape), flat.shape)
            columns[axis.path] = full.ravel()
        found.append(FunctionCohort(static, flat.ravel(), columns, identity))
    return sorted(found, key=lambda c: c.cells[0])


def make_sweep(
    function: Callable[..., Any],
    axes: Iterable[Any],
    *,
    n_seeds: int,
    seed: int,
    fixed: dict[str, Any] | None,
    name: str | None,
) -> FunctionSweep:
    """A checked sweep of a function.

    Raises:
        ConfigError: the function does not take an argument of an axis's name.
    """
    given = tuple(from_config(a, f"axes[{i}]") for i, a in enumerate(axes))
    fixed = dict(sorted((fixed or {}).items()))
    parameters = inspect.signature(function).parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for argument in [*(a.path for a in given), *fixed]:
        if argument not in parameters and not open_ended:
            raise ConfigError(
                argument, "not an argument of the function", expected=", ".join(parameters)
            )
    return FunctionSweep(
        axes=given, n_seeds=n_seeds, seed=seed, name=name or function.__name__.strip("<>_"),
        source_sha256=_source_hash(function), fixed=tuple(fixed.items()), function=function,
    )  # fmt: skip


def _swept(axis: Axis) -> bool:
    return all(isinstance(v, float) for v in axis.values)


def _source_hash(function: Callable[..., Any]) -> str:
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        # typed into a prompt: the compiled code and its constants stand for the source
        code = getattr(function, "__code__", None)
        text = repr((code.co_code, code.co_consts)) if code else repr(function)
    return hashlib.sha256(text.encode()).hexdigest()
