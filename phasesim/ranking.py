"""By which loss the seeds of a cell are compared, and its exact value where that is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from phasesim.amplitudes.uniform import uniform
from phasesim.distributions.sparse_uniform import sparse_uniform
from phasesim.errors import UsageError
from phasesim.exact._series import Terms
from phasesim.exact._tied import loss_and_gradient
from phasesim.experiment import Experiment
from phasesim.losses.weighted_mse import weighted_mse
from phasesim.models.relu_output import relu_output
from phasesim.percell import by_size, densities, importances, per_cell
from phasesim.sweep import Sweep
from phasesim.targets.identity import identity

#: up to this n the loss is a sum of polynomials, as cheap as any metric
MOST_CLOSED = 3
#: terms of the series beyond, at least, and per feature; and the most for a model that needs more
FEWEST_WAVES, WAVES_PER_FEATURE, MOST_WAVES = 96, 4, 1 << 14
#: a loss is known when its error is below so many null losses (or losses, where those are larger)
TOLERANCE = 1e-5
#: models · features² · terms that take about 3 seconds; a longer wait is only for who asks
MOST_WORK = 1 << 24
# numbers a temporary array may hold: more would leave the processor's cache
_BLOCK = 1 << 16


def covered(sweep: Sweep) -> bool:
    """Whether every model's features are independent and uniform: the loss has fast kernels."""
    if not _relu_output(sweep):
        return False
    e = sweep.experiment
    fixed = not any(
        axis.path in ("distribution", "distribution.name")
        or axis.path.startswith("distribution.amplitude")
        for axis in sweep.axes
    )
    return (
        fixed
        and isinstance(e.distribution, sparse_uniform)
        and isinstance(e.distribution.amplitude, uniform)
    )


def known(sweep: Sweep) -> bool:
    """Whether the expected loss of every model is known, however long it takes to find."""
    words = ("distribution", "n_features")
    return covered(sweep) or (_relu_output(sweep) and bool(per_cell(sweep, words, _has_law).all()))


def _relu_output(sweep: Sweep) -> bool:
    """Whether all models are those whose loss `phasesim.population_loss` is."""
    if type(sweep) is not Sweep:
        return False  # of a function or an analysis, which stores no weights
    e = sweep.experiment
    return (
        not any(axis.path.split(".")[0] in ("model", "target", "loss") for axis in sweep.axes)
        and isinstance(e.model, relu_output)
        and isinstance(e.target, identity)
        and isinstance(e.loss, weighted_mse)
    )


def _has_law(e: Experiment) -> bool:
    from phasesim.theory._any_law import known

    try:
        known(e.distribution, e.n_features)
    except UsageError:
        return False
    return True


def cheap(sweep: Sweep) -> bool:
    """Whether the expected losses of a `covered` sweep take seconds, by its sizes."""
    sizes = [(n, len(cells)) for n, _, cells in by_size(sweep) if n > MOST_CLOSED]
    return sweep.n_seeds * sum(count * n * n * _waves(n) for n, count in sizes) <= MOST_WORK


def exact_losses(sweep: Sweep, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Expected loss of every model, (*axes, seed); inf where it is not known to `TOLERANCE`.

    Args:
        sweep: a `known` sweep.
        W: (*axes, seed, m, n), padded where cells differ in size.
        b: (*axes, seed, n), padded likewise.
    """
    if not covered(sweep):
        return _under_laws(sweep, W, b, lambda *group: _lawful(*group)[0])
    return each_model(sweep, W, b, lambda *group: _judged(*group, gradient=False)[0])


def gradient_norms(sweep: Sweep, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Norm of the gradient of the expected loss, as `exact_losses`."""
    if not covered(sweep):
        return _under_laws(sweep, W, b, lambda *group: _norm(*_lawful(*group)))
    return each_model(sweep, W, b, lambda *group: _norm(*_judged(*group, gradient=True)))


def _norm(loss: np.ndarray, dW: np.ndarray, db: np.ndarray) -> np.ndarray:
    found = np.sqrt(np.sum(dW * dW, axis=(-2, -1)) + np.sum(db * db, axis=-1))
    return np.where(np.isfinite(loss), found, np.inf)


def least_eigenvalues(sweep: Sweep, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Smallest eigenvalue of the Hessian of the expected loss, as `exact_losses`."""
    from phasesim.theory import hessian_eigenvalues

    def least(W: np.ndarray, b: np.ndarray, p: np.ndarray, importance: np.ndarray) -> np.ndarray:
        return hessian_eigenvalues(W, b, density=p, importance=importance)[..., 0]

    return each_model(sweep, W, b, least)


def minima_known(sweep: Sweep) -> bool:
    """Whether `remaining_losses` of a sweep takes no longer than its metrics."""
    return covered(sweep) and all(n <= MOST_CLOSED for n, _, _ in by_size(sweep))


def remaining_losses(sweep: Sweep, W: np.ndarray, b: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """`phasesim.theory.remaining_loss` of the models wanted, as `exact_losses`; inf of others."""
    from phasesim.theory import remaining_loss

    def left(W: np.ndarray, b: np.ndarray, p: np.ndarray, importance: np.ndarray) -> np.ndarray:
        return remaining_loss(W, b, density=p, importance=importance)

    return each_model(sweep, W, np.where(wanted[..., None], b, np.nan), left)


def each_model(
    sweep: Sweep, W: np.ndarray, b: np.ndarray, function: Callable[..., np.ndarray]
) -> np.ndarray:
    """A number of every model, (*axes, seed), inf where weights or the number are not finite.

    Args:
        sweep: the grid.
        W: (*axes, seed, m, n), padded where cells differ in size.
        b: (*axes, seed, n), padded likewise.
        function: W (models, m, n), b, densities and importances (models, n) -> (models,), all
            float64.
    """
    shape = b.shape[:-1]
    W, b = (v.reshape(sweep.n_cells, sweep.n_seeds, *v.shape[len(shape) :]) for v in (W, b))
    laws = [f(sweep).reshape(sweep.n_cells, 1, -1) for f in (densities, importances)]
    made = np.full((sweep.n_cells, sweep.n_seeds), np.inf)
    for n, m, cells in by_size(sweep):
        rows = np.broadcast_arrays(b[cells, :, :n], *(v[cells, :, :n] for v in laws))
        group = [W[cells, :, :m, :n], *rows]
        finite = np.isfinite(group[0]).all(axis=(-2, -1)) & np.isfinite(group[1]).all(axis=-1)
        part = np.full(finite.shape, np.inf)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            part[finite] = function(*(v[finite].astype(np.float64) for v in group))
        made[cells] = np.where(np.isnan(part), np.inf, part)
    return made.reshape(shape)


def _under_laws(
    sweep: Sweep, W: np.ndarray, b: np.ndarray, function: Callable[..., np.ndarray]
) -> np.ndarray:
    """`each_model` cell by cell: of a finite model's W, b and experiment."""
    made = np.full(b.shape[:-1], np.inf)
    for cell in np.ndindex(*sweep.shape):
        e = sweep.at(cell)
        n, m = e.n_features, e.n_hidden
        for seed in range(sweep.n_seeds):
            own = W[cell][seed, :m, :n].astype(np.float64), b[cell][seed, :n].astype(np.float64)
            if all(np.isfinite(v).all() for v in own):
                made[(*cell, seed)] = function(*own, e)
    return made


def _lawful(W: np.ndarray, b: np.ndarray, e: Experiment) -> tuple[Any, ...]:
    """Loss and gradient of one model; the loss is inf where it would take too many terms."""
    from phasesim.theory import population_loss_and_gradient

    importance = e.importance.per_feature(e.n_features)
    try:
        return population_loss_and_gradient(
            W, b, distribution=e.distribution, importance=importance
        )
    except UsageError:
        return np.inf, W, b


def _waves(n_features: int) -> int:
    return max(FEWEST_WAVES, WAVES_PER_FEATURE * n_features)


def _judged(
    W: np.ndarray, b: np.ndarray, p: np.ndarray, importance: np.ndarray, gradient: bool
) -> tuple[Any, ...]:
    """Loss and gradient with as many terms as the tolerance takes; the loss is inf beyond that."""
    from phasesim.theory import null_loss, population_loss_and_gradient

    n = W.shape[-1]
    if n <= MOST_CLOSED:
        return population_loss_and_gradient(W, b, density=p, importance=importance)
    found = np.empty(len(W)), np.empty(W.shape), np.empty(b.shape), np.empty(len(W))
    null = null_loss(density=p, importance=importance)
    left, waves = np.arange(len(W)), _waves(n)
    while left.size and waves <= MOST_WAVES:
        chunk = max(16, _BLOCK // (n * n))
        for at in np.array_split(left, max(1, left.size * n * n * min(waves, chunk) // _BLOCK)):
            parts = loss_and_gradient(
                W[at], b[at], p[at], importance[at], Terms(waves, chunk, gradient)
            )
            for total, part in zip(found, parts, strict=True):
                total[at] = part
        left = left[found[3][left] > TOLERANCE * np.maximum(null, found[0])[left]]
        waves *= 4
    found[0][left] = np.inf
    return found[:3]
