"""The quantities that the page maps: one number a model, or several that it chooses among."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim import registry
from phasesim.errors import UsageError
from phasesim.metrics._phases import Phase
from phasesim.reductions import AVERAGES, REDUCTIONS, reduce
from phasesim.result import Result
from phasesim.status import Status
from phasesim.sweep import Sweep

Array = NDArray[Any]

#: metrics that are on every page; others are asked for
METRICS = ("feature_norm", "superposition", "dimensionality", "max_cosine", "phase", "basin")
#: more entries than this of one array are no longer chosen from a list
MOST_ENTRIES = 256
#: stored steps that are -1 in models where there is none, and what a blank cell means then
BLANK = {
    "first_bad_step": "no step had a loss that is not finite",
    "stopped_step": "all steps were taken",
}
_CODES = {
    "phase": {int(p): p.label for p in Phase},
    "status": {int(s): s.name for s in Status},
}


@dataclass(frozen=True, kw_only=True)
class Map:
    """One quantity over the grid."""

    key: str
    label: str
    group: str
    seeds: Array
    """Of every model, (*axes, seed, entry)."""
    reduced: dict[str, Array]
    """By reduction, (*axes, entry)."""
    entry: str = ""
    """What the entries count, such as ``feature``; empty where there is one."""
    labels: tuple[str, ...] = ("",)
    range: tuple[float, float] | None = None
    codes: dict[int, str] = field(default_factory=dict)
    """Meaning of whole numbers, where the values are codes."""
    of_failed: bool = False
    """Whether it says something about models that were not trained to their end."""
    blank: str = ""
    """What it means that a model has no value."""


@dataclass(frozen=True)
class Seeds:
    """How the seeds of a cell are ranked, and what that allows."""

    kind: str
    """Whose loss ranks them; empty where none does."""
    loss: Array
    status: Array
    basin: Array | None
    """Of every model, -1 of untrained ones; None where the models have no feature directions."""
    reductions: tuple[str, ...]


def seeds_of(result: Result) -> Seeds:
    """The ranking of a result; one that stores no loss has means alone."""
    if type(result.sweep) is not Sweep and "loss" not in result.names():
        return Seeds("", np.zeros(result.shape), result.status, None, ("mean",))
    kind, loss = result.ranking
    basin = result.metric("basin") if has_directions(result) else None
    return Seeds(kind, loss, result.status, basin, tuple(REDUCTIONS))


def metric_map(result: Result, name: str, seeds: Seeds) -> Map:
    """A metric or a stored array."""
    values, spec = result.metric(name), None
    if name in registry.names("metric") and name not in result.names():
        spec = registry.get("metric", name).spec
    allowed = seeds.reductions
    if values.dtype.kind in "iub" and name != "phase":
        # codes and counts have no mean that is one of them
        allowed = tuple(r for r in allowed if r not in AVERAGES)
    entry, labels = _entries(result, name, spec, values)
    codes = _CODES.get(name, {})
    words = name.replace("_", " ")

    def shown(values: Array, lead: int) -> Array:
        known = values >= 0 if name in BLANK or name == "basin" else np.True_
        return _flat(np.where(known, values, np.nan), lead)

    return Map(
        key=name,
        label=f"{words}: {spec.label}" if spec and spec.label != words else words,
        group="metrics" if spec else "stored and derived",
        seeds=shown(values, len(result.shape)),
        reduced={r: shown(_reduced(result, name, values, r, seeds), len(result.shape) - 1)
                 for r in allowed},
        entry=entry, labels=labels, range=spec.range if spec else None, codes=codes,
        of_failed=name in ("status", "first_bad_step"), blank=BLANK.get(name, ""),
    )  # fmt: skip


def array_map(
    key: str, label: str, group: str, values: Array, seeds: Seeds, entry: str, labels: Any
) -> Map:
    """An array (*axes, seed, …) of something else than W, ranked as ``seeds``."""
    lead = seeds.status.ndim
    reduced = {r: reduce(r, values, seeds.loss, seeds.status) for r in seeds.reductions}
    return Map(
        key=key, label=label, group=group, seeds=_flat(values, lead), entry=entry,
        labels=tuple(labels), reduced={r: _flat(v, lead - 1) for r, v in reduced.items()},
    )  # fmt: skip


def cell_maps(result: Result) -> list[Map]:
    """What is said about a cell as a whole."""
    share = result.trained.mean(axis=-1)
    found = [_of_cell("trained_share", "share of seeds trained to their end", share, True)]
    if has_directions(result) and result.sweep.n_seeds > 1:
        in_best = result.metric("basin", "best_fraction")
        found.append(_of_cell("best_basin", "share of trained seeds in the best basin", in_best))
    return found


def result_maps(result: Result, metrics: Iterable[str], seeds: Seeds) -> tuple[list[Map], list]:
    """All maps of a result, and a sentence for each that there is none of.

    Args:
        result: what to map.
        metrics: further registered ones, by name.
        seeds: its ranking.

    Raises:
        UsageError: an unknown metric, or one asked for that has no map.
    """
    asked = list(dict.fromkeys(metrics))
    names: list[str] = list(METRICS) if has_directions(result) else []
    if type(result.sweep) is Sweep:
        names.append("normalized_loss")
    if seeds.kind == "exact":
        names.append("exact_loss")
    names = list(dict.fromkeys([*names, *asked]))
    found, left_out = [], []
    for name in names:
        if name in asked:
            _check_mappable(name)
        found.append(metric_map(result, name, seeds))
    for name in result.names():
        own = result.dims(name)[len(result.shape) :]
        if name in names or not _is_measurement(result, name, own):
            continue
        entries = math.prod(result.stored(name).shape[len(result.shape) :])
        if len(own) > 1 or entries > MOST_ENTRIES:
            left_out.append(f"{name}: no map, it has {entries:,} entries a model")
        else:
            found.append(metric_map(result, name, seeds))
    return found, left_out


def has_directions(result: Result) -> bool:
    """Whether columns of W are directions of features."""
    if type(result.sweep) is not Sweep:
        return False
    lead = len(result.shape)
    dims = {name: result.dims(name)[lead:] for name in ("W", "b") if name in result.names()}
    return dims == {"W": ("hidden", "feature"), "b": ("feature",)}


def _is_measurement(result: Result, name: str, own: tuple[str, ...]) -> bool:
    """Neither parameters of a model nor a course of training."""
    if type(result.sweep) is Sweep and any(d.startswith(f"{name}_dim") for d in own):
        return False
    return name not in ("W", "b") and not {"step", "loss_step"} & set(own)


def _check_mappable(name: str) -> None:
    if name in registry.names("metric") and len(registry.get("metric", name).spec.dims) > 1:
        raise UsageError(f"--metric {name}: has a number for each pair of features, expected one "
                         "a model or a feature")  # fmt: skip


def _of_cell(key: str, label: str, values: Array, of_failed: bool = False) -> Map:
    return Map(key=key, label=label, group="cells", seeds=values[..., None, None][..., :0, :],
               reduced={"": values[..., None]}, range=(0.0, 1.0), of_failed=of_failed)  # fmt: skip


def _reduced(result: Result, name: str, values: Array, reduction: str, seeds: Seeds) -> Array:
    if seeds.kind:
        return result.metric(name, reduction)
    return reduce(reduction, values, seeds.loss, seeds.status)


def _entries(result: Result, name: str, spec: Any, values: Array) -> tuple[str, tuple[str, ...]]:
    own = values.shape[len(result.shape) :]
    if not own:
        return "", ("",)
    entry = spec.dims[0] if spec else result.dims(name)[-1]
    return entry, tuple(map(str, range(own[0])))


def _flat(values: Array, lead: int) -> Array:
    """(lead axes, …) -> (lead axes, entry)."""
    return values.reshape(*values.shape[:lead], -1)
