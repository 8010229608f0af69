"""What is said of five features of which one gets rarer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.plot._assertion import assertion
from phasesim.plot._branches import Branches, prepare_branches
from phasesim.result import Result

Array = NDArray[np.float64]

#: ρ -> exact loss of the pentagon
_PENTAGON = {1.0: 0.0089036, 0.5: 0.0073013, 0.3: 0.0063091, 0.25: 0.0059636}
_NORM = 1.135


def perturbed(result: Result) -> list[dict[str, Any]]:
    """The pentagon bends smoothly; the best solution jumps to two antipodal pairs.

    Args:
        result: of n = 5, m = 2, equal importances, density 0.05 over ``factor`` of feature 0.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Non-Uniform Superposition"; the losses
        and the position of the jump are our own.
    """
    branches = prepare_branches(result)
    rho, null = branches.x, _null(result)
    at = [int(np.argmin(np.abs(rho - r))) for r in _PENTAGON]
    wanted = np.array(list(_PENTAGON.values()))
    five, four = (branches.loss.get(k, np.full(len(rho), np.nan)) * null for k in (5, 4))
    norms = _norms(result)
    equal = at[0]
    smooth, best = (_largest_change(norms[name]) for name in ("pentagon", "best"))
    return [
        assertion("loss of the pentagon at ρ = 1, 0.5, 0.3, 0.25", "0.1 % around " + ", ".join(
            f"{v:.7f}" for v in wanted), lambda *loss: np.allclose(loss, wanted, rtol=1e-3),
            tuple(five[at]), control=("two antipodal pairs", tuple(four[at]))),
        assertion("shortest and longest feature at ρ = 1", f"{_NORM} ± 0.005",
            lambda low, high: abs(low - _NORM) <= 0.005 and abs(high - _NORM) <= 0.005,
            (norms["best"][equal].min(), norms["best"][equal].max()),
            control=("worst seed", (norms["worst"][equal].min(), norms["worst"][equal].max()))),
        assertion("ρ where the pentagon overtakes the two pairs, and how often they cross",
            "below 1, once", lambda r, times: r < 1 and times == 1, _crossing(branches, 4, 5),
            control=("three and five features", _crossing(branches, 3, 5))),
        assertion("largest change of ‖W_0‖ between neighbouring ρ, of the best solutions", "> 0.5",
            lambda v: v > 0.5, (best,), control=("of the pentagons alone", (smooth,))),
    ]  # fmt: skip


def _null(result: Result) -> Array:
    """In the order of `Branches.x`."""
    return result.null_loss[np.argsort(result.coords["distribution.factor"])]


def _crossing(branches: Branches, one: int, other: int) -> tuple[float, float]:
    found = branches.crossings(one, other)
    return (found[0] if found else np.nan), len(found)


def _norms(result: Result) -> dict[str, Array]:
    """Norms of the best and worst seeds, and of the best that represents all, (ρ, feature)."""
    order = np.argsort(result.coords["distribution.factor"])
    every = result.metric("feature_norm")[order]
    loss, all_five = result.loss[order], (every >= REPRESENTED_NORM).all(axis=-1)
    least = np.argmin(np.where(all_five, loss, np.inf), axis=-1)
    pentagon = np.take_along_axis(every, least[:, None, None], axis=1)[:, 0]
    return {
        "best": result.metric("feature_norm", "best")[order],
        "worst": result.metric("feature_norm", "worst")[order],
        "pentagon": pentagon[all_five.any(axis=-1)],
    }


def _largest_change(norms: Array) -> float:
    """Of feature 0."""
    return float(np.max(np.abs(np.diff(norms[:, 0])), initial=0.0))
