"""From the outcome of a tile to the rows of the store: names, dims, padding."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import numpy as np

from phasesim.engines._program import Outcome
from phasesim.experiment import Experiment, curve_ends


class FieldInfo(NamedTuple):
    """How one stored quantity is laid out behind the grid and seed dimensions."""

    dims: tuple[str, ...]
    dtype: str
    label: str


#: quantities of an outcome beside parameters, with their dims and meaning
SCALARS = {
    "loss": "loss on the fixed evaluation sample, summed over features",
    "loss_slope": "relative change of the batch loss over the last tenth of the steps",
    "loss_slope_error": "standard error of loss_slope",
}
#: where the expected loss is known
EXACT = {
    "exact_loss": "expected loss, summed over features",
    "gradient_norm": "norm of the gradient of the expected loss at the last step",
}
STEPS = {
    "first_bad_step": "first step with a non-finite loss, -1 where none",
    "stopped_step": "first step not taken, the gradient being small enough; -1 where all were",
}
PER_FEATURE = {
    "readout_r2": "squared correlation of x_i with its readout from the hidden layer",
    "readout_auc": "P(readout of an active sample > readout of a silent one)",
    "false_activation": "P(output above 1/4 where the input is 0)",
    "leaked_energy": "share of the squared output that falls where the input is 0",
}


def named(outcome: Outcome) -> dict[str, Any]:
    """What is stored of a tile, by name: arrays, or their shapes under abstract evaluation."""
    found = {name: getattr(outcome, name) for name in (*SCALARS, "status", "first_bad_step")}
    if outcome.readout is not None:
        found |= {name: getattr(outcome.readout, name) for name in PER_FEATURE}
    if outcome.exact is not None:
        found |= {"exact_loss": outcome.exact.loss, "gradient_norm": outcome.exact.gradient_norm}
    if outcome.stopped_step is not None:
        found["stopped_step"] = outcome.stopped_step
    if outcome.loss_curve.shape[-1]:
        found["loss_curve"] = outcome.loss_curve
    return found | parameters(outcome.params)


def parameters(params: Any, suffix: str = "") -> dict[str, Any]:
    """Leaves of a parameter tree by dotted name: ``W``, ``b``, ``Dense_0.kernel``."""
    return {
        ".".join(_word(k) for k in path) + suffix: leaf
        for path, leaf in jax.tree_util.tree_leaves_with_path(params)
    }


def _word(key: Any) -> str:
    return str(getattr(key, "key", getattr(key, "name", getattr(key, "idx", key))))


def describe(
    experiments: list[Experiment], shapes: list[dict[str, tuple[int, ...]]]
) -> tuple[dict[str, FieldInfo], dict[str, np.ndarray]]:
    """Fields and coordinates that hold the rows of several cohorts.

    Args:
        experiments: one of each cohort.
        shapes: for each cohort, the shape of every array of one row, by name.

    Returns:
        Fields by name, and the coordinate values of their dims.
    """
    fields: dict[str, FieldInfo] = {}
    sizes: dict[str, int] = {}
    longest = max(experiments, key=lambda e: (min(e.record.n_losses, e.n_steps), e.n_steps))
    coords: dict[str, np.ndarray] = {}
    for experiment, rows in zip(experiments, shapes, strict=True):
        own = {"hidden": experiment.n_hidden, "feature": experiment.n_features}
        for name, shape in rows.items():
            info = field_of(name, shape, own)
            fields[name] = info
            for dim, size in zip(info.dims, shape, strict=True):
                sizes[dim] = max(size, sizes.get(dim, 0))
    for dim, size in sizes.items():
        coords[dim] = np.arange(size)
    if "loss_step" in coords:
        coords["loss_step"] = np.array(curve_ends(longest))
    if "step" in coords:
        coords["step"] = np.array(snapshot_steps(longest))
    return fields, coords


def field_of(name: str, shape: tuple[int, ...], sizes: dict[str, int]) -> FieldInfo:
    """How a quantity is laid out.

    Args:
        name: as `named` gives it.
        shape: of one row.
        sizes: of the experiment's hidden and feature dimensions.
    """
    if name in SCALARS or name in EXACT:
        return FieldInfo((), "float32", (SCALARS | EXACT)[name])
    if name in PER_FEATURE:
        return FieldInfo(("feature",), "float32", PER_FEATURE[name])
    if name == "status":
        return FieldInfo((), "uint8", "what became of the model")
    if name in STEPS:
        return FieldInfo((), "int32", STEPS[name])
    if name == "loss_curve":
        return FieldInfo(("loss_step",), "float32", "mean batch loss since the step before")
    base = name.removesuffix("_snapshot")
    leading = ("step",) if base != name else ()
    own = {"W": ("hidden", "feature"), "b": ("feature",)}.get(base, ())
    # a module of a user may call something of another shape W or b
    if not own or shape[len(leading) :] != tuple(sizes[dim] for dim in own):
        own = tuple(f"{base}_dim{i}" for i in range(len(shape) - len(leading)))
    label = "parameters at the recorded steps" if leading else "parameters at the last step"
    return FieldInfo(leading + own, "float32", label)


def snapshot_steps(experiment: Experiment) -> list[int]:
    """Steps at which weights are kept: 0, then log-spaced up to n_steps, all different."""
    count, last = experiment.record.snapshots, experiment.n_steps
    if count == 0:
        return []
    # from the last step down, so that a second snapshot is the end and not step 1
    spaced = np.geomspace(max(last, 1), 1, count - 1).round().astype(int)
    return sorted({0, *(int(s) for s in spaced if s <= last)})


def pad(rows: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Rows (L, …) enlarged to ``shape`` per row, NaN where there is nothing."""
    if rows.shape[1:] == shape:
        return rows
    out = np.full((len(rows), *shape), np.nan, rows.dtype)
    out[tuple(slice(s) for s in rows.shape)] = rows
    return out
