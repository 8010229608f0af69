"""Telling from a score whether a feature is active."""

from __future__ import annotations

import jax
import jax.numpy as jnp

#: thresholds tried, from 0 to the largest score
THRESHOLDS = 16


def detection_f1(
    fit: tuple[jax.Array, jax.Array], *tests: tuple[jax.Array, jax.Array]
) -> list[jax.Array]:
    """F1 of calling a feature active where its score exceeds a threshold, (n,) for each test.

    Args:
        fit: scores (n, batch) and which features are active (n, batch), by which each feature's
            threshold is chosen among `THRESHOLDS` equally spaced ones.
        tests: the same of other samples; NaN for a feature that is active in none of them.
    """
    largest = jnp.maximum(fit[0].max(axis=1, keepdims=True), 0)
    bounds = largest * jnp.arange(THRESHOLDS) / THRESHOLDS
    best = jnp.argmax(_f1(*fit, bounds), axis=1, keepdims=True)
    chosen = jnp.take_along_axis(bounds, best, axis=1)
    found = [_f1(score, active, chosen)[:, 0] for score, active in tests]
    return [jnp.where(t[1].any(axis=1), f, jnp.nan) for f, t in zip(found, tests, strict=True)]


def _f1(score: jax.Array, active: jax.Array, bounds: jax.Array) -> jax.Array:
    """F1 at each threshold, (n, thresholds); bounds (n, thresholds)."""

    def at(bound: jax.Array) -> jax.Array:
        called = score > bound[:, None]
        hits = (called & active).sum(axis=1)
        whole = called.sum(axis=1) + active.sum(axis=1)
        return 2 * hits / jnp.maximum(whole, 1)

    return jax.lax.map(at, bounds.T).T
