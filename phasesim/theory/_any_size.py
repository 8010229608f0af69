"""The exact loss in float64 by terms of a series, each model to the same accuracy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.exact._error import tail_bound
from phasesim.exact._series import Terms
from phasesim.exact._tied import loss_and_gradient
from phasesim.theory.moments import null_loss

Array = NDArray[np.float64]

#: an error is below the smaller of these, the second in units of the null loss
_ABSOLUTE, _RELATIVE = 5e-11, 5e-9
_FEWEST, _MOST = 64, 1 << 17
# numbers a temporary array may hold: more would leave the processor's cache
_BLOCK = 1 << 18


def series_loss_and_gradient(
    W: Array, b: Array, p: Array, importance: Array, gradient: bool = True
) -> tuple[Array, Array, Array]:
    """Loss and gradient of models (models, m, n), each with as many terms as it needs.

    The error is at most 5e-11 and 5e-9 null losses, times loss / null loss where that is above 1.

    Raises:
        UsageError: a model would take more than 2¹⁷ terms.
    """
    null = null_loss(density=p, importance=importance)

    def evaluate(at: NDArray[np.intp], terms: Terms) -> Any:
        return loss_and_gradient(W[at], b[at], p[at], importance[at], terms)

    def bound(at: NDArray[np.intp], n_waves: int) -> Array:
        return tail_bound(np.swapaxes(W[at], 1, 2) @ W[at], p[at], importance[at], n_waves)

    return to_accuracy(W.shape, null, evaluate, bound, gradient)


def to_accuracy(
    shape: tuple[int, ...],
    null: Array,
    evaluate: Callable[[NDArray[np.intp], Terms], Any],
    bound: Callable[[NDArray[np.intp], int], Array],
    gradient: bool,
    n_waves: int = _FEWEST,
    states: int = 1,
) -> tuple[Array, Array, Array]:
    """Loss and gradient of models, each with as many terms as it needs.

    Args:
        shape: (models, m, n).
        null: null loss of each model.
        evaluate: loss, gradient by W and b, and estimate of the error of the models listed.
        bound: on the error of the models listed with so many terms.
        gradient: whether it is wanted.
        n_waves: terms to begin with.
        states: arrays over features and terms are as many times as large as n².

    Raises:
        UsageError: a model would take more than 2¹⁷ terms.
    """
    models, m, n = shape
    found = np.empty(models), np.empty((models, m, n)), np.empty((models, n)), np.empty(models)
    left, numbers = np.arange(models), states * n * n
    while left.size:
        if n_waves > _MOST:
            raise UsageError(
                f"the exact loss of model {left[0]} needs more than {_MOST} terms: "
                "couplings far smaller than others, all of them active at once"
            )
        size = max(1, _BLOCK // (numbers * min(n_waves, 64)))
        terms = Terms(n_waves, max(16, _BLOCK // numbers), gradient)
        for start in range(0, left.size, size):
            at = left[start : start + size]
            for total, part in zip(found, evaluate(at, terms), strict=True):
                total[at] = part
        scale = np.maximum(1.0, found[0][left] / np.maximum(null[left], 1e-300))
        allowed = np.minimum(_ABSOLUTE, _RELATIVE * null[left]) * scale
        estimate = found[3][left]
        short = np.minimum(estimate, bound(left, n_waves)) > allowed
        left = left[short]
        if left.size:
            # an octave adds 16 to 32 times less than the one before
            ratio = np.min(estimate[short] / allowed[short])
            n_waves *= 2 ** max(1, int(np.log2(ratio) / 5))
    return found[:3]
