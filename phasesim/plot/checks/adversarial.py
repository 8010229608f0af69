"""What is said of attacks and superposition."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion
from phasesim.plot._axis_lines import prepare_axis_lines
from phasesim.plot._curve import DENSITY
from phasesim.plot._outputs import output_values
from phasesim.result import Result

_RADIUS = "regularizers.adversarial.radius"


def adversarial(result: Result, found: Result) -> list[dict[str, Any]]:
    """Vulnerability rises with sparsity as features per dimension do; attacks in training lower
    both.

    Args:
        result: over ``regularizers.adversarial.radius`` and the density.
        found: its analysis vulnerability.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Relationship to Adversarial Robustness".
    """
    hurt, chance, packed = (
        _lines(found, values) for values in (
            output_values(found, "vulnerability"), output_values(found, "vulnerability_random"),
            1 / np.asarray(result.metric("dimensions_per_feature"), dtype=float),
        )
    )  # fmt: skip
    plain, hard = 0, -1
    damage, inverse = (output_values(found, n, keep="feature")[_first(result)]
                       for n in ("damage", "inverse_dimensionality"))  # fmt: skip
    here = inverse > 0
    added, wanted = (np.where(here, v, 0).sum(axis=(1, 2)) / here.sum(axis=(1, 2))
                     for v in (damage, inverse))  # fmt: skip
    damage, inverse = damage[here], inverse[here]
    kept, rng = packed[hard] / packed[plain], np.random.default_rng(0)
    return [
        assertion("vulnerability of the sparsest level over that of the densest", "> 3",
            lambda v: v > 3, (hurt[plain, 0] / hurt[plain, -1],),
            control=("random directions", (chance[plain, 0] / chance[plain, -1],))),
        assertion("correlation of vulnerability and features per dimension, all levels", "> 0.9",
            lambda v: v > 0.9, (_correlation(hurt[plain], packed[plain]),),
            control=("levels in random order", (
                _correlation(hurt[plain], rng.permutation(packed[plain])),))),
        assertion("correlation of log damage and log 1/D, all features", "> 0.7",
            lambda v: v > 0.7, (_logs(damage, inverse),),
            control=("features in random order", (_logs(damage, rng.permutation(inverse)),))),
        assertion("correlation of mean damage and mean 1/D, all levels", "> 0.9", lambda v: v > 0.9,
            (_correlation(added, wanted),),
            control=("levels in random order", (_correlation(added, rng.permutation(wanted)),))),
        assertion("features per dimension after the strongest training on attacks, over those "
            "without, largest of all levels", "< 1", lambda v: v < 1, (float(kept.max()),),
            control=("without, over itself", (float((packed[plain] / packed[plain]).max()),))),
    ]  # fmt: skip


def _lines(found: Result, values: np.ndarray) -> np.ndarray:
    """(radii, densities), both ascending."""
    return np.stack([*prepare_axis_lines(found, values, DENSITY).mean.values()])


def _first(result: Result) -> Any:
    at: list[slice | int] = [slice(None)] * len(result.sweep.axes)
    at[[*result.coords].index(_RADIUS)] = 0
    return tuple(at)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    known = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[known], b[known])[0, 1]) if known.sum() > 2 else np.nan


def _logs(damage: np.ndarray, inverse: np.ndarray) -> float:
    known = (damage > 0) & (inverse > 0)
    return _correlation(np.log(damage[known]), np.log(inverse[known]))
