"""The result of a sweep: labelled arrays over its axes and seeds, metrics computed on reading."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import registry, store
from phasesim.errors import (
    StoreMismatch,
    UsageError,
    did_you_mean,
)
from phasesim.experiment import Experiment
from phasesim.grid import Grid
from phasesim.judged import Judged
from phasesim.notebook import Shown
from phasesim.percell import measured
from phasesim.reductions import AVERAGES, reduce
from phasesim.source import Arrays, Source
from phasesim.stored import sweep_in, sweep_under_way


class Result(Judged, Shown):
    """Weights, losses, statuses and metrics of a sweep.

    Arrays have one dimension an axis of the sweep, in order, then the seed, then their own.

    Attributes:
        sweep: what was trained.
        path: the file or running directory, or None in memory.
        source: what the arrays are read from; taken by the constructor alone.
        analyses: of a result in memory, those made of it so far, by name.
    """

    def __init__(self, sweep: Grid, source: Source, path: Path | None = None) -> None:
        self.sweep, self.path, self._source = sweep, path, source
        self._cache: dict[str, np.ndarray] = {}
        self.analyses: dict[str, Result] = {}

    @property
    def coords(self) -> dict[str, np.ndarray]:
        """Dotted path of each axis -> its values, in the order of the dimensions."""
        return {axis.path: axis.array() for axis in self.sweep.axes}

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes and of the seed dimension."""
        return (*self.sweep.shape, self.sweep.n_seeds)

    @property
    def status(self) -> np.ndarray:
        """`phasesim.status.Status` of every model, (*axes, seed)."""
        return self.stored("status")

    @property
    def loss(self) -> np.ndarray:
        """Loss of every model on the evaluation sample, summed over features, (*axes, seed)."""
        return self.stored("loss")

    def names(self) -> list[str]:
        """What is stored of every model."""
        return self._source.names()

    def dims(self, name: str) -> tuple[str, ...]:
        """Dimension names of the stored array ``name``: axes, seed, its own."""
        return self._source.dims(name)

    def stored(self, name: str) -> np.ndarray:
        """The stored array ``name``, (*axes, seed, …).

        Raises:
            UsageError: nothing of that name is stored.
        """
        if name not in self._cache:
            if name not in self.names():
                hint = did_you_mean(name, self.names())
                raise UsageError(f"nothing called '{name}' is stored, {hint}")
            self._cache[name] = self._source.read(name)
        return self._cache[name]

    def along(self, dim: str) -> np.ndarray:
        """Values along ``dim``, a dimension of stored arrays that is neither an axis nor the seed.

        Raises:
            UsageError: no stored array has such a dimension.
        """
        own = {d for name in self.names() for d in self.dims(name)[len(self.shape) :]}
        if dim not in own:
            raise UsageError(f"no dimension '{dim}', {did_you_mean(dim, sorted(own))}")
        return np.asarray(self._source.read(dim))

    def analysis(self, name: str) -> Result:
        """The analysis that lies beside the store, or was made of a result in memory.

        Args:
            name: of ``<stem>.NAME.h5``: the analysis, and options that are not the default ones,
                as in ``saliency-n_steps-8``.

        Returns:
            A `Result` of the same axes and seeds, whose arrays are what the analysis returned.

        Raises:
            UsageError: there is none; names the command that makes it.
            StoreMismatch: it was made of another store.
        """
        if name in self.analyses:
            return self.analyses[name]
        if self.path is None or not self.path.is_file():
            raise UsageError("no file to look beside: use phasesim.analyse(result, name)")
        path = store.analysis_path(self.path, name)
        if not path.is_file():
            hint = f"make it with: phasesim analyse {self.path} {name}"
            raise UsageError(f"{path}: no such analysis, {hint}")
        found = open_result(path)
        if getattr(found.sweep, "source_sha256", None) != store.sha256_file(self.path):
            raise StoreMismatch(f"{path}: was made of another {self.path.name}, analyse it again")
        return found

    def params(self) -> dict[str, np.ndarray]:
        """End-state parameters by name: ``W`` (*axes, seed, hidden, feature), ``b``, …"""
        return {n: self.stored(n) for n in self.names() if self._is_parameter(n)}

    def _is_parameter(self, name: str) -> bool:
        lead = len(self.shape)
        own = self.dims(name)[lead:]
        return name in ("W", "b") or any(d.startswith(f"{name}_dim") for d in own)

    def metric(self, name: str, reduction: str | None = None) -> np.ndarray:
        """A metric of every model, or one number a cell.

        Args:
            name: a metric (``phasesim list metric``), or a stored array.
            reduction: best, worst, mean or mean_minus_worst over seeds, ranked by `ranking`; of
                codes best_fraction, the share of the seeds that have the best one's; None keeps
                the seeds.

        Returns:
            (*axes, seed, …), without the seed dimension where reduced. Of codes such as the
            phase an average does not exist: they are derived from the averaged quantities.
        """
        if reduction in AVERAGES and name == "phase":
            from phasesim.metrics._phases import classify

            inputs = ("feature_norm", "superposition", "max_cosine")
            return classify(*(self.metric(n, reduction) for n in inputs))
        values = self._metric(name)
        if reduction is None:
            return values
        return reduce(reduction, values, self.ranking[1], self.status)

    def _metric(self, name: str) -> np.ndarray:
        if name in self.names():
            return self.stored(name)
        if name not in registry.names("metric"):
            known = [*registry.names("metric"), *self.names()]
            raise UsageError(f"no metric '{name}', {did_you_mean(name, known)}")
        key = f"metric {name}"
        if key not in self._cache:
            metric = registry.get("metric", name)
            self._cache[key] = metric(self) if metric.spec.of_result else self._computed(metric)
        return self._cache[key]

    def _computed(self, function: Any) -> np.ndarray:
        stored = {n: self.dims(n)[len(self.shape) :] for n in self.names()}
        if (stored.get("W"), stored.get("b")) != (("hidden", "feature"), ("feature",)):
            raise UsageError(f"{function.__name__} needs W and b, which this model does not have")
        return measured(self.sweep, function, self.stored("W"), self.stored("b"))

    def experiment(self, cell: int | Iterable[int] = ()) -> Experiment:
        """The experiment at the grid index ``cell``, e.g. ``(3, 0)`` for two axes.

        Raises:
            UsageError: not one index an axis, or the sweep is of a function.
        """
        if not hasattr(self.sweep, "at"):
            raise UsageError(f"{self.sweep.name}: the sweep of a function has no experiments")
        index = (cell,) if isinstance(cell, int | np.integer) else tuple(cell)
        if len(index) != len(self.sweep.axes):
            raise UsageError(f"cell {index}: expected an index for each of {list(self.coords)}")
        return self.sweep.at(tuple(int(i) for i in index))

    def select(self, *, method: str | None = None, **values: Any) -> tuple:
        """An index into the arrays from axis values: ``result.loss[result.select(density=.1)]``.

        Args:
            method: "nearest" takes the closest value on the axis; None wants an equal one.
            **values: last word of an axis path (or the path with ``_`` for ``.``) -> value.

        Returns:
            One entry an axis: an index, or a full slice where no value was given.
        """
        index: list[Any] = [slice(None)] * len(self.sweep.axes)
        names = store.axis_names([a.path for a in self.sweep.axes])
        for name, wanted in values.items():
            found = [i for i, axis in enumerate(self.sweep.axes)
                     if name in (names[i], axis.path, axis.path.replace(".", "_"))]  # fmt: skip
            if not found:
                raise UsageError(f"no axis '{name}', {did_you_mean(name, names)}")
            index[found[0]] = self.sweep.axes[found[0]].position(wanted, method)
        return tuple(index)

    def to_xarray(self) -> Any:
        """All stored arrays as an xarray.Dataset with named dims and coordinates.

        Raises:
            MissingExtra: xarray is not installed.
        """
        from phasesim.export import to_xarray

        return to_xarray(self)

    def to_dataframe(self) -> Any:
        """Scalars of every model as a pandas.DataFrame, one line a model.

        Raises:
            MissingExtra: pandas is not installed.
        """
        from phasesim.export import to_dataframe

        return to_dataframe(self)

    def close(self) -> None:
        """Close the file behind the result, if there is one."""
        getattr(self._source, "close", lambda: None)()

    def __enter__(self) -> Result:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        axes = " × ".join(f"{a.path}[{len(a.values)}]" for a in self.sweep.axes) or "one cell"
        done = int(np.count_nonzero(self.status == 1))
        return (
            f"<phasesim.Result '{self.sweep.name}': {axes} × seed[{self.sweep.n_seeds}], "
            f"{done:,} of {self.sweep.n_models:,} models {self.sweep.ended}>"
        )


def from_rows(
    sweep: Grid, layout: store.Layout, parts: Iterable[Any], path: Path | None = None
) -> Result:
    """A result in memory from rows in any order; models without a row are not_run."""
    index = store.RowIndex(layout)
    lead = tuple(a.name for a in layout.axes)
    arrays, dims = {}, {}
    for name, field in layout.fields.items():
        flat = (int(np.prod(layout.grid)), *layout.shape(name))
        arrays[name] = np.full(flat, field.fill, field.dtype)
        dims[name] = (*lead, "seed", *field.dims)
    for part in parts:
        rows = part.read()
        for places in index.locate(rows["cell_hash"], rows["seed"], part.name):
            for name, array in arrays.items():
                array[places[places >= 0]] = rows[name][places >= 0]
    shaped = {n: a.reshape(*layout.grid, *a.shape[1:]) for n, a in arrays.items()}
    return Result(sweep, Arrays(shaped, dims, layout.coords), path)


def open_result(path: str | Path, *, verify: bool = True) -> Result:
    """Open a finished store, or what a running one has so far.

    Args:
        path: ``NAME.h5``, or ``NAME.run``; where NAME.h5 does not exist yet, its running
            directory is read.
        verify: compare the file with its SHA-256 first.

    Raises:
        UsageError: there is no such store.
        StoreDamaged: the bytes are not what was written.
        StoreNewer: written by a later phasesim.
    """
    path = Path(path)
    if path.is_file():
        file = store.open_final(path, verify=verify)
        return Result(sweep_in(file), file, path)
    run = store.find_run(path)
    from phasesim.output import manifest_layout

    directory = store.RunDirectory.open(run)
    sweep = sweep_under_way(directory)
    layout = manifest_layout(sweep, directory.manifest)
    return from_rows(sweep, layout, directory.parts(), run)
