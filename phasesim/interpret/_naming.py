"""Whether a neuron's sign, its magnitude, or both say which of two features drives it."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from phasesim.interpret._data import occurrences, ratio
from phasesim.interpret._drive import Drive


def naming_auc(
    fit: Drive, test: Drive, first: jax.Array, second: jax.Array, n_bins: int
) -> dict[str, jax.Array]:
    """AUC of telling samples driven by one feature from those driven by another.

    Activations are binned by sign (below, at, above 0) and magnitude; the score of a bin is the
    share of samples in it that the first feature drives, counted on one draw and used on the
    other.

    Args:
        fit: the draw that scores the bins.
        test: the draw that is scored.
        first: a feature for each unit, (m,).
        second: another one for each unit, (m,).
        n_bins: bins of equal width up to the largest magnitude in ``fit``.

    Returns:
        ``sign``, ``magnitude`` and ``both``, each (m,); NaN where one of the features drives no
        sample.
    """
    scale = jnp.max(jnp.abs(fit.h), axis=1, keepdims=True)
    scale = jnp.where(scale > 0, scale, 1)

    def counts(d: Drive, feature: jax.Array) -> jax.Array:
        """Samples by sign and bin, (m, 3, n_bins)."""
        driven = d.who == feature[:, None]
        size = jnp.clip((jnp.abs(d.h) / scale * n_bins).astype(jnp.int32), 0, n_bins - 1)
        place = (jnp.sign(d.h).astype(jnp.int32) + 1) * n_bins + size
        return occurrences(jnp.where(driven, place, -1), 3 * n_bins).reshape(-1, 3, n_bins)

    known = [counts(fit, f) for f in (first, second)]
    asked = [counts(test, f) for f in (first, second)]
    codes = {"sign": (2,), "magnitude": (1,), "both": ()}
    return {
        code: _auc(*(c.sum(axis=drop).reshape(len(scale), -1) for c in (*known, *asked)))
        for code, drop in codes.items()
    }


def _auc(known_a: jax.Array, known_b: jax.Array, a: jax.Array, b: jax.Array) -> jax.Array:
    """AUC of a against b, counts (m, bins), by the scores that known counts give the bins."""
    score = (known_a + 0.5) / (known_a + known_b + 1)
    above = (score[:, :, None] > score[:, None, :]) + 0.5 * (score[:, :, None] == score[:, None, :])
    wins = jnp.einsum("mi,mij,mj->m", a, above, b)
    return ratio(wins, a.sum(axis=1) * b.sum(axis=1))
