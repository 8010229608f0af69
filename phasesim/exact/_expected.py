"""Expected loss and gradient of tied models under any covered law, from the loss of each output."""

from __future__ import annotations

from typing import Any

from phasesim.exact._activity import Activity
from phasesim.exact._few import RowLoss, add
from phasesim.exact._law import Law
from phasesim.exact._series import Terms
from phasesim.exact._tied import summed
from phasesim.numerics import namespace


def expected_rows(law: Law, G: Any, b: Any, contexts: list[Activity], terms: Terms) -> RowLoss:
    """Loss of each output, (..., n), and its derivatives, over all hidden contexts.

    Args:
        law: of the amplitude.
        G: Gram matrices, (..., n, n).
        b: biases, (..., n).
        contexts: which features are active together.
        terms: of the series, if there is one.
    """
    found = []
    for activity in contexts:
        rows = law.rows(G[..., None, :, :], b[..., None, :], activity, terms)
        loss, own, bias, last = (_mean(activity, v, 1) for v in (*rows[:3], rows.last))
        found.append(RowLoss(loss, own, bias, _mean(activity, rows.coupling, 2), last))
    return add(*found)


def loss_and_gradient(
    law: Law, W: Any, b: Any, contexts: list[Activity], importance: Any, terms: Terms
) -> Any:
    """L, ∂L/∂W, ∂L/∂b of models (..., m, n), and an estimate of the error of L.

    The estimate is that of `_tied.loss_and_gradient`; see `error_bound` for a bound.
    """
    return summed(W, importance, lambda G: expected_rows(law, G, b, contexts, terms))


def error_bound(
    law: Law, G: Any, b: Any, contexts: list[Activity], importance: Any, n_waves: int
) -> Any:
    """Bound on what a series of n_waves terms leaves out of L, (...)."""
    return _total(law.tail, G, b, contexts, importance, n_waves)


def rounding(law: Law, G: Any, b: Any, contexts: list[Activity], importance: Any) -> Any:
    """Estimate of the rounding of L, (...)."""
    return _total(law.rounding, G, b, contexts, importance)


def _total(of: Any, G: Any, b: Any, contexts: Any, importance: Any, *more: Any) -> Any:
    xp = namespace(G)
    at = G[..., None, :, :], b[..., None, :]
    rows = sum(_mean(activity, of(*at, activity, *more), 1) for activity in contexts)
    return xp.sum(importance * rows, axis=-1)


def _mean(activity: Activity, x: Any, axes: int) -> Any:
    """Sum over contexts by weight; ``axes`` follow theirs."""
    weight = activity.weight.reshape(-1, *[1] * axes)
    return namespace(x).sum(weight * x, axis=-1 - axes)
