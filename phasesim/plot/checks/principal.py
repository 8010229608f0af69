"""What is said of correlated pairs between superposition and principal components."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.metrics._columns import NORM_FLOOR
from phasesim.metrics.feature_norm import feature_norm
from phasesim.plot._assertion import assertion
from phasesim.plot._cell import Model, model_at
from phasesim.plot._controls import untrained
from phasesim.plot._set_curve import prepare_mate_curve
from phasesim.plot._sets import prepare_overlap
from phasesim.result import Result

Array = NDArray[np.float64]

#: a pair is merged when its cosine is above this
_MERGED = 0.95
_RELU = {"model": "relu_output"}


def principal(result: Result) -> list[dict[str, Any]]:
    """Sparse, mates are neighbours in a hexagon; dense, they are one direction, that of PCA.

    Args:
        result: of correlated pairs, m = 2, over ``model`` and ``density``, with the start stored.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    low, middle, high = (model_at(result, density=p, **_RELU) for p in (0.01, 0.2, 0.8))
    linear = model_at(result, density=0.01, model="linear")
    rise, start = (prepare_mate_curve(of, select=_RELU) for of in (result, untrained(result)))
    merged = np.abs(_cosines(middle)) > _MERGED
    lengths = feature_norm(middle.W).reshape(-1, 2)
    return [
        assertion("lowest and highest cosine of mates at p = 0.01", "0.5 ± 0.1",
            lambda *v: max(v) <= 0.6 and min(v) >= 0.4, _ends(_cosines(low)),
            control=("linear model", _ends(_cosines(linear)))),
        assertion(f"lowest cosine of mates at p = {_density(high):.2g}", f"> {_MERGED}",
            lambda v: v > _MERGED, (_cosines(high).min(),),
            control=("p = 0.01", (_cosines(low).min(),))),
        assertion("mean cosine of mates: largest fall from one density to the next higher one",
            "< 0.01", lambda v: v < 0.01, (_fall(rise.values[""]),),
            control=("untrained weights", (_fall(start.values[""]),))),
        assertion(f"least and largest norm of merged mates at p = {_density(middle):.2g}",
            "1/√2 ± 0.03", lambda *v: np.allclose(v, 0.5**0.5, rtol=0, atol=0.03),
            _ends(lengths[merged]), control=("the pair apart", _ends(lengths[~merged]))),
        assertion("loss at p = 1 over the sum of the discarded eigenvalues of the covariance",
            "1 ± 0.005", lambda v: abs(v - 1) <= 0.005, (_over_pca(result, 1.0),),
            control=("p = 0.01", (_over_pca(result, 0.01),))),
        assertion(f"share of W in the span of the pairs' sums at p = {_density(high):.2g}",
            "> 0.99", lambda v: v > 0.99, (_in_sums(high),),
            control=("p = 0.01", (_in_sums(low),))),
    ]  # fmt: skip


def _density(model: Model) -> float:
    return float(model.experiment.distribution.density)


def _cosines(model: Model) -> Array:
    e = model.experiment
    sets = e.distribution.groups(e.n_features)
    return prepare_overlap(model.W, sets=sets, least=NORM_FLOOR).within


def _fall(cosine: Array) -> float:
    """Densities fall, so that the mean cosine should too; not defined where nothing correlates."""
    mean = np.mean(cosine, axis=-1)
    return float(np.max(np.diff(mean[np.isfinite(mean)]), initial=0.0))


def _over_pca(result: Result, density: float) -> float:
    at = result.select(method="nearest", density=density, **_RELU)
    e = result.experiment(at)
    eigenvalues = np.linalg.eigvalsh(np.asarray(e.distribution.covariance(e.n_features)))
    return float(result.metric("loss", "best")[at] / np.sum(eigenvalues[: -e.n_hidden]))


def _in_sums(model: Model) -> float:
    """Of ‖W‖²: how much is left when mates are averaged."""
    mean = model.W.reshape(len(model.W), -1, 2).mean(axis=-1)
    return float(2 * np.sum(mean**2) / np.sum(model.W**2))


def _ends(values: Array) -> tuple[float, float]:
    return (float(np.min(values)), float(np.max(values))) if np.size(values) else (np.nan, np.nan)
