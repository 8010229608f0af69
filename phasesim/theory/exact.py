"""Exact expected loss of the ReLU-output model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.exact._coverage import plain
from phasesim.exact._series import Terms
from phasesim.exact._tied import loss_and_gradient
from phasesim.theory._any_law import known, law_loss_and_gradient
from phasesim.theory._any_size import series_loss_and_gradient
from phasesim.theory._quadrature import nodes_per_output, output_loss

Array = NDArray[np.float64]

#: most features for which the nested quadrature is worth its nodes; above, a Fourier series is
MOST_NESTED = 3

_SEARCH_TERMS = Terms(96, 96)
# numbers a temporary array of the kernel may hold: small enough to stay in a core's cache
_BLOCK = 1 << 15


def population_loss(
    W: ArrayLike,
    b: ArrayLike,
    *,
    density: ArrayLike | None = None,
    importance: ArrayLike,
    distribution: Any = None,
) -> Array:
    """Expected loss over the data distribution, without sampling.

    L = Σ_i I_i E (x_i - (Σ_j G_ij x_j + b_i)_+)², G = WᵀW. With ``density`` features are
    independent, x_i = 0 or, with probability p_i, uniform on [0, 1]; ``distribution`` is any other
    law that states which features are active together, of amplitude uniform, signed_uniform,
    exponential, gaussian or bernoulli. Exact up to rounding for n_features ≤ 3 by density, and for
    bernoulli (at most 2²² patterns of active features); else the error is bounded by 1e-10 and by
    1e-8 of the null loss (and of the loss, where that is larger).

    Args:
        W: weights, shape (..., n_hidden, n_features).
        b: biases, shape (..., n_features).
        density: p in (0, 1], a scalar, or shape (..., n_features) or (..., 1).
        importance: I, a scalar, or shape (..., n_features) or (..., 1).
        distribution: a part, the same for all models, instead of density.

    Returns:
        L summed over features, shape (...), in the precision of W and b.

    Raises:
        UsageError: shapes do not fit each other, a density is outside (0, 1], an importance below
            0, density and distribution are both given or both absent, or the loss is not known.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Demonstrating Superposition": model and
        loss; the integration is our own.

    >>> round(float(population_loss([[1, -1]], [0, 0], density=0.3, importance=[1, 0.5])), 12)
    0.0225

    Two features of which one at most is active need one dimension only:

    >>> from phasesim.distributions.anticorrelated import anticorrelated
    >>> pair = anticorrelated(density=0.3)
    >>> round(float(population_loss([[1, -1]], [0, 0], distribution=pair, importance=1)), 12)
    0.0
    """
    return _computed(W, b, density, importance, distribution, gradient=False)[0]


def population_loss_and_gradient(
    W: ArrayLike,
    b: ArrayLike,
    *,
    density: ArrayLike | None = None,
    importance: ArrayLike,
    distribution: Any = None,
) -> tuple[Array, Array, Array]:
    """`population_loss` with its analytic gradient.

    With M_ij = ∂L/∂(G_ij as used by output i): ∂L/∂W = W (M + Mᵀ). At the kinks of L in b_i (a
    column W_i = 0 and b_i = 0) the one-sided derivative from below is returned.

    Args:
        W: weights, shape (..., n_hidden, n_features).
        b: biases, shape (..., n_features).
        density: p in (0, 1], a scalar, or shape (..., n_features) or (..., 1).
        importance: I, a scalar, or shape (..., n_features) or (..., 1).
        distribution: a part, the same for all models, instead of density.

    Returns:
        L, shape (...); ∂L/∂W, shape (..., n_hidden, n_features); ∂L/∂b, shape (..., n_features).

    Raises:
        UsageError: as `population_loss`.

    Reference:
        As `population_loss`.

    >>> _, dW, db = population_loss_and_gradient([[1, -1]], [0, 0], density=1, importance=1)
    >>> dW.round(12), db.round(12)
    (array([[-0.16666667,  0.16666667]]), array([-0.33333333, -0.33333333]))
    """
    return _computed(W, b, density, importance, distribution, gradient=True)


def _computed(
    W: ArrayLike,
    b: ArrayLike,
    density: ArrayLike | None,
    importance: ArrayLike,
    distribution: Any,
    *,
    gradient: bool,
) -> tuple[Array, Array, Array]:
    """Loss and gradient in the precision of W and b; the gradient means nothing unless wanted."""
    dtype = np.result_type(np.asarray(W), np.asarray(b))
    dtype = dtype if dtype.kind == "f" else np.dtype(np.float64)
    p, law = density_or_law(W, density, distribution)
    W, b, p, importance = checked(W, b, p, importance)
    batch, (m, n) = W.shape[:-2], W.shape[-2:]
    rows = b.reshape(-1, n), p.reshape(-1, n), importance.reshape(-1, n)
    if law is None:
        found = flat_loss_and_gradient(W.reshape(-1, m, n), *rows, gradient)
    else:
        found = law_loss_and_gradient(W.reshape(-1, m, n), rows[0], law, rows[2], gradient)
    shapes = (batch, (*batch, m, n), (*batch, n))
    loss, dW, db = (v.reshape(s).astype(dtype)[()] for v, s in zip(found, shapes, strict=True))
    return loss, dW, db


def density_or_law(W: ArrayLike, density: Any, distribution: Any) -> tuple[Any, Any]:
    """The density of independent uniform features, or that of any and their distribution.

    Raises:
        UsageError: not exactly one of density and distribution is given.
    """
    if (density is None) == (distribution is None):
        found = "neither density nor" if density is None else "both density and"
        raise UsageError(f"found {found} distribution, expected one of the two")
    if distribution is None:
        return density, None
    n = np.shape(W)[-1] if np.ndim(W) else 1
    known(distribution, n)
    if plain(distribution, n):
        return np.asarray(distribution.density_per_feature(n), np.float64), None
    return 1.0, distribution


def flat_loss_and_gradient(
    W: Array, b: Array, p: Array, importance: Array, gradient: bool = True
) -> tuple[Array, Array, Array]:
    """The same for checked float64 arrays with exactly one leading axis, block by block."""
    models, m, n = W.shape
    if n > MOST_NESTED:
        return series_loss_and_gradient(W, b, p, importance, gradient)
    found = np.empty(models), np.empty((models, m, n)), np.empty((models, n))
    size = max(1, _BLOCK // (n * nodes_per_output(n)))
    for start in range(0, models, size):
        block = slice(start, start + size)
        parts = _models(W[block], b[block], p[block], importance[block])
        for total, part in zip(found, parts, strict=True):
            total[block] = part
    return found


def fixed_loss_and_gradient(
    W: Array, b: Array, p: Array, importance: Array
) -> tuple[Array, Array, Array]:
    """The same with a fixed number of terms for more than three features: to search with.

    The loss is then known to about 1e-9; asking for more would cost most at the wildest points.
    """
    models, m, n = W.shape
    if n <= MOST_NESTED:
        return flat_loss_and_gradient(W, b, p, importance)
    found = np.empty(models), np.empty((models, m, n)), np.empty((models, n))
    size = max(1, (1 << 16) // (n * n * _SEARCH_TERMS.n_waves))
    for start in range(0, models, size):
        at = slice(start, start + size)
        parts = loss_and_gradient(W[at], b[at], p[at], importance[at], _SEARCH_TERMS)
        for total, part in zip(found, parts[:3], strict=True):
            total[at] = part
    return found


def _models(W: Array, b: Array, p: Array, importance: Array) -> tuple[Array, Array, Array]:
    """Loss and gradient of a block of models, one leading axis."""
    models, _, n = W.shape
    G = np.swapaxes(W, 1, 2) @ W
    # others[i] lists the features other than i
    others = np.array([[j for j in range(n) if j != i] for i in range(n)], dtype=int)
    couplings = np.take_along_axis(G, np.broadcast_to(others, (models, *others.shape)), axis=2)
    own = np.arange(n)
    loss, by_own, by_bias, by_coupling = output_loss(
        G[:, own, own].ravel(),
        b.ravel(),
        couplings.reshape(models * n, n - 1).T,
        p.ravel(),
        p[:, others].reshape(models * n, n - 1).T,
    )
    M = np.empty_like(G)
    M[:, own, own] = by_own.reshape(models, n)
    M[:, own[:, None], others] = by_coupling.T.reshape(models, n, n - 1)
    M *= importance[:, :, None]
    return (
        np.sum(importance * loss.reshape(models, n), axis=1),
        W @ (M + np.swapaxes(M, 1, 2)),
        importance * by_bias.reshape(models, n),
    )


def checked(
    W: ArrayLike, b: ArrayLike, density: ArrayLike, importance: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """All arguments in float64, with the same leading axes and n_features in the last."""
    W = np.asarray(W, dtype=np.float64)
    if W.ndim < 2:
        raise UsageError(f"W: found shape {W.shape}, expected (..., n_hidden, n_features)")
    n = W.shape[-1]
    named = {"b": b, "density": density, "importance": importance}
    rows = {name: np.asarray(value, dtype=np.float64) for name, value in named.items()}
    for name, row in rows.items():
        same_for_all = name != "b" and row.shape[-1:] in ((), (1,))
        if not same_for_all and row.shape[-1:] != (n,):
            raise UsageError(f"{name}: found shape {row.shape}, expected the last axis to be {n}")
    if not np.all((rows["density"] > 0) & (rows["density"] <= 1)):
        raise UsageError("density: found a value outside (0, 1]")
    if not np.all((rows["importance"] >= 0) & (rows["importance"] < np.inf)):
        raise UsageError("importance: found a value below 0 or not finite")
    try:
        batch = np.broadcast_shapes(W.shape[:-2], *(row.shape[:-1] for row in rows.values()))
    except ValueError:
        shapes = ", ".join(f"{k} {v.shape}" for k, v in {"W": W, **rows}.items())
        raise UsageError(f"leading axes do not fit each other: {shapes}") from None
    b, density, importance = (np.broadcast_to(row, (*batch, n)) for row in rows.values())
    return np.broadcast_to(W, (*batch, *W.shape[-2:])), b, density, importance
