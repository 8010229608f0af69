"""The exact loss in float64 for any number of features, each model to the same accuracy."""

from __future__ import annotations

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
    models, m, n = W.shape
    found = np.empty(models), np.empty((models, m, n)), np.empty((models, n)), np.empty(models)
    null = null_loss(density=p, importance=importance)
    left, n_waves = np.arange(models), _FEWEST
    while left.size:
        if n_waves > _MOST:
            raise UsageError(
                f"the exact loss of model {left[0]} needs more than {_MOST} terms: "
                "couplings far smaller than others, all of them active at once"
            )
        size = max(1, _BLOCK // (n * n * min(n_waves, 64)))
        terms = Terms(n_waves, max(16, _BLOCK // (n * n)), gradient)
        for start in range(0, left.size, size):
            at = left[start : start + size]
            parts = loss_and_gradient(W[at], b[at], p[at], importance[at], terms)
            for total, part in zip(found, parts, strict=True):
                total[at] = part
        scale = np.maximum(1.0, found[0][left] / np.maximum(null[left], 1e-300))
        allowed = np.minimum(_ABSOLUTE, _RELATIVE * null[left]) * scale
        estimate = found[3][left]
        G = np.swapaxes(W[left], 1, 2) @ W[left]
        short = np.minimum(estimate, tail_bound(G, p[left], importance[left], n_waves)) > allowed
        left = left[short]
        if left.size:
            # an octave adds 16 to 32 times less than the one before
            ratio = np.min(estimate[short] / allowed[short])
            n_waves *= 2 ** max(1, int(np.log2(ratio) / 5))
    return found[:3]
