"""What 'Basic Results' says of features of falling importance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.exact._linear import linear_loss_and_gradient
from phasesim.metrics.feature_norm import feature_norm
from phasesim.metrics.max_cosine import max_cosine
from phasesim.metrics.superposition import superposition
from phasesim.plot._assertion import assertion
from phasesim.plot._cell import Model, model_at
from phasesim.result import Result

Array = NDArray[np.float64]

#: of features in more than an antipodal pair
_CROWDED = 1.2
#: Up to this density the first features to share a direction do so in antipodal pairs. In the true
#: optimum of n = 3, m = 2 (figure phase-3x2-true) three features of nearly equal importance form a
#: triangle between p = 0.53 and 0.95.
_PAIRS = 0.52
_SEED = 20220914


def basics(result: Result) -> list[dict[str, Any]]:
    """Dense or linear: the m most important features. Sparse: more and more, in superposition.

    Claims about densities that the sweep does not reach are left out.

    Args:
        result: over ``model`` (relu_output, linear) and ``density``, of falling importance.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Basic Results".
    """
    densities = np.sort(result.coords["distribution.density"])[::-1]
    relu, linear = (
        [model_at(result, model=name, density=p) for p in densities]
        for name in ("relu_output", "linear")
    )
    n, m = relu[0].experiment.n_features, relu[0].experiment.n_hidden
    counts, flat = ([int(np.sum(feature_norm(x.W) > 0.5)) for x in of] for of in (relu, linear))
    tenth = int(np.argmax(densities < 0.11))
    rows = [
        *(assertion(f"norms of the first {m} features, their largest s, largest other norm: {of}",
            "0.9 … 1.1, < 0.05, < 0.1", _is_projection, _worst(models),
            control=(f"ReLU model at p = {densities[-1]:.3g}", _worst(relu[-1:])))
          for of, models in (("linear, any p", linear), ("ReLU, p = 1", relu[:1]))),
        assertion("loss over that of ignoring the others: linear, all p; ReLU, p = 1", "1 ± 0.01",
            lambda *ratios: np.allclose(ratios, 1, atol=0.01),
            (*map(_linear_ratio, linear), _ratio(result, relu[0])),
            control=("ReLU model at p < 0.11", (_ratio(result, relu[tenth]),))),
        assertion(f"represented features, from dense to sparse: {m} at p = 1, more at p = 0.1",
            "never fewer", lambda *k: k[0] == m < k[tenth] and list(k) == sorted(k),
            tuple(counts), control=("linear model", tuple(flat))),
        _first_pairs(relu, counts),
    ]  # fmt: skip
    if densities[-1] <= 0.01:
        sparse = densities <= 0.0101
        rows.append(assertion("least superposition of any feature at p ≤ 0.01", "> 0.5",
            lambda s: s > 0.5, (_least_shared(relu, sparse),),
            control=("linear model", (_least_shared(linear, sparse),))))  # fmt: skip
    if densities[-1] <= 0.001001:
        rows.append(assertion(f"share of the {n} features represented at p = 0.001", "≥ 0.8",
            lambda v: v >= 0.8, (counts[-1] / n,),
            control=("linear model", (flat[-1] / n,))))  # fmt: skip
    return [*rows, _biases(relu)]


def _is_projection(low: float, high: float, shared: float, rest: float) -> bool:
    return 0.9 <= low and high <= 1.1 and shared < 0.05 and rest < 0.1


def _worst(models: list[Model]) -> tuple[float, float, float, float]:
    m = models[0].experiment.n_hidden
    norm = np.stack([feature_norm(x.W) for x in models])
    shared = np.stack([superposition(x.W)[:m] for x in models])
    return norm[:, :m].min(), norm[:, :m].max(), shared.max(), norm[:, m:].max()


def _ignored(model: Model) -> float:
    """V Σ_{i ≥ m} I_i."""
    e = model.experiment
    variance = np.asarray(e.distribution.variance(e.n_features))
    return float(np.sum((variance * e.importance.per_feature(e.n_features))[e.n_hidden :]))


def _linear_ratio(model: Model) -> float:
    e, n = model.experiment, model.experiment.n_features
    mean, variance = (
        np.asarray(v, float) for v in (e.distribution.mean(n), e.distribution.variance(n))
    )
    weight = e.importance.per_feature(n)
    found = linear_loss_and_gradient(model.W, model.b, mean, variance, weight)
    return float(found[0]) / _ignored(model)


def _ratio(result: Result, model: Model) -> float:
    """On the evaluation sample, which is large enough where many features are active."""
    at = result.select(model="relu_output", method="nearest",
                       density=model.experiment.distribution.density)  # fmt: skip
    return float(result.metric("loss", "best")[at]) / _ignored(model)


def _first_pairs(relu: list[Model], counts: list[int]) -> dict[str, Any]:
    """Of the densest inputs where superposition is in pairs: which features share, with whom."""
    m = relu[0].experiment.n_hidden
    densities = [x.experiment.distribution.density for x in relu]
    shared = (x for x, p, k in zip(relu, densities, counts, strict=True) if p <= _PAIRS and k > m)
    first = next(shared, relu[-1])
    p = first.experiment.distribution.density
    reverse = first._replace(W=first.W[:, ::-1])
    return assertion(
        "mean place in importance of superposed features less that of the others represented, "
        f"largest cosine with the partner, where pairs begin (p = {p:.3g}, the first ≤ {_PAIRS})",
        "> 0, < -0.95", lambda place, cosine: place > 0 and cosine < -0.95, _lateness(first),
        control=("features in reverse order", _lateness(reverse)),
    )  # fmt: skip


def _lateness(model: Model) -> tuple[float, float]:
    norm, shared = feature_norm(model.W), superposition(model.W)
    place, kept = np.arange(len(norm)), norm > 0.5
    pairs, alone = kept & (shared > 0.5), kept & (shared <= 0.5)
    if not (pairs.any() and alone.any()):
        return np.nan, np.nan
    return place[pairs].mean() - place[alone].mean(), max_cosine(model.W)[pairs].max()


def _least_shared(models: list[Model], which: NDArray[np.bool_]) -> float:
    kept = [x for x, use in zip(models, which, strict=True) if use]
    return float(np.min([superposition(x.W).min() for x in kept]))


def _biases(relu: list[Model]) -> dict[str, Any]:
    """Ignored features keep their mean; crowded ones need a negative bias against interference."""
    rng = np.random.default_rng(_SEED)
    ends = (relu[0], relu[-1])
    moved = tuple(x._replace(b=rng.permutation(x.b)) for x in ends)
    return assertion(
        "bias over p/2 of ignored features at p = 1, lowest and highest; highest bias of features "
        f"with s > {_CROWDED} in the sparsest model",
        "1 ± 0.1, < 0",
        lambda low, high, bias: low >= 0.9 and high <= 1.1 and bias < 0,
        _extreme_biases(*ends),
        control=("biases in random order", _extreme_biases(*moved)),
    )


def _extreme_biases(dense: Model, sparse: Model) -> tuple[float, float, float]:
    p = float(np.asarray(dense.experiment.distribution.density))
    ignored = dense.b[feature_norm(dense.W) < 0.1] / (p / 2)
    crowded = (feature_norm(sparse.W) > 0.5) & (superposition(sparse.W) > _CROWDED)
    low, high = np.min(ignored, initial=np.inf), np.max(ignored, initial=-np.inf)
    return low, high, np.max(sparse.b[crowded], initial=-np.inf)
