"""Linear probes from hidden units to features: ridge by its closed form, logistic by optax."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax

from phasesim.interpret._data import mean_product, occurrences, ratio

#: R² below this counts as this: under a shift it has no lower end
WORST = -1.0
#: parts of the range of scores that an AUC tells apart
BINS = 1024


class Moments(NamedTuple):
    """All that a linear probe's squared error depends on.

    Attributes:
        h_mean: (m,).
        x_mean: (n,).
        hh: covariance of the hidden units, (m, m).
        hx: covariance with the features, (m, n).
        xx: variance of each feature, (n,).
    """

    h_mean: jax.Array
    x_mean: jax.Array
    hh: jax.Array
    hx: jax.Array
    xx: jax.Array


class Probe(NamedTuple):
    """Weights (m, n) and intercepts (n,) of one linear probe a feature."""

    weights: jax.Array
    intercept: jax.Array


def moments(h: jax.Array, x: jax.Array) -> Moments:
    """Moments of hidden units (m, batch) and features (n, batch)."""
    h_mean, x_mean = h.mean(axis=1), x.mean(axis=1)
    h, x = h - h_mean[:, None], x - x_mean[:, None]
    return Moments(h_mean, x_mean, mean_product(h, h), mean_product(h, x), jnp.mean(x**2, axis=1))


def ridge(data: Moments, strength: float, used: jax.Array | None = None) -> Probe:
    """The probe w minimising E (x - w·h - c)² + λ |w|², λ = strength · mean variance of a unit.

    Args:
        data: moments of the samples to fit.
        strength: of the penalty, relative to the units' mean variance.
        used: which units each probe may use, bool (m, n); all unless given.
    """
    m, n = data.hx.shape
    used = jnp.ones((m, n), bool) if used is None else used
    penalty = strength * jnp.trace(data.hh) / m
    full = data.hh + penalty * jnp.eye(m)

    def one(mask: jax.Array, target: jax.Array) -> jax.Array:
        system = jnp.where(mask[:, None] & mask[None], full, jnp.eye(m))
        return jnp.linalg.solve(system, jnp.where(mask, target, 0))

    weights = jax.vmap(one, in_axes=1, out_axes=1)(used, data.hx)
    # units that are all silent say nothing: the system is singular
    weights = jnp.where(penalty > 0, weights, 0)
    return Probe(weights, data.x_mean - data.h_mean @ weights)


def r_squared(probe: Probe, data: Moments) -> jax.Array:
    """1 - squared error / variance of each feature, (n,), at least `WORST`; NaN if constant."""
    w = probe.weights
    bias = probe.intercept + data.h_mean @ w - data.x_mean
    error = data.xx - 2 * (w * data.hx).sum(axis=0) + (w * (data.hh @ w)).sum(axis=0) + bias**2
    found = 1 - error / jnp.where(data.xx > 0, data.xx, 1)
    return jnp.where(data.xx > 0, jnp.maximum(found, WORST), jnp.nan)


def greedy(fit: Moments, test: Moments, strength: float) -> jax.Array:
    """R² on test data with the best 1, 2, … m units of each feature, chosen on fit data: (m, n).

    The next unit is that most correlated with what the units so far leave.
    """
    m, n = fit.hx.shape
    spread = jnp.sqrt(jnp.diag(fit.hh))[:, None]

    def add(state: tuple[jax.Array, jax.Array], _: None) -> tuple[tuple, jax.Array]:
        used, weights = state
        left = jnp.abs(fit.hx - fit.hh @ weights) / jnp.where(spread > 0, spread, jnp.inf)
        best = jnp.argmax(jnp.where(used, -1, left), axis=0)
        used = used | (jnp.arange(m)[:, None] == best)
        probe = ridge(fit, strength, used)
        return (used, probe.weights), r_squared(probe, test)

    start = (jnp.zeros((m, n), bool), jnp.zeros((m, n)))
    return jax.lax.scan(add, start, None, length=m)[1]


def standard(h: jax.Array) -> Callable[[jax.Array], jax.Array]:
    """The map that gives these units (m, batch) mean 0 and variance 1; silent ones stay at 0."""
    mean, spread = h.mean(axis=1, keepdims=True), h.std(axis=1, keepdims=True)
    return lambda g: (g - mean) / jnp.where(spread > 0, spread, 1)


def logistic(h: jax.Array, active: jax.Array, strength: float, n_steps: int) -> Probe:
    """Logistic probes: the minimum of mean log-loss + strength/2 |w|² over standardised units.

    Args:
        h: hidden units, (m, batch), of mean 0 and variance 1.
        active: what to tell, bool (n, batch).
        strength: of the penalty on the weights.
        n_steps: steps of L-BFGS.
    """
    # in standardised units full steps converge; a line search under vmap waits for the slowest
    solver = optax.lbfgs(learning_rate=1.0, linesearch=None)

    def one(target: jax.Array) -> Probe:
        def loss(p: Probe) -> jax.Array:
            logit = p.weights @ h + p.intercept
            error = optax.sigmoid_binary_cross_entropy(logit, target)
            return jnp.mean(error) + strength / 2 * jnp.sum(p.weights**2)

        def step(carry: tuple, _: None) -> tuple[tuple, None]:
            p, state = carry
            updates, state = solver.update(jax.grad(loss)(p), state, p)
            return (optax.apply_updates(p, updates), state), None

        start = Probe(jnp.zeros(h.shape[0]), jnp.zeros(()))
        return jax.lax.scan(step, (start, solver.init(start)), None, length=n_steps)[0][0]

    found = jax.vmap(one)(active.astype(h.dtype))
    return Probe(found.weights.T, found.intercept)


def auc(score: jax.Array, positive: jax.Array) -> jax.Array:
    """P(score of a positive > of a negative) + P(equal)/2 of each row; NaN without both.

    Scores in one of `BINS` equal parts of their range count as equal, which is off by less than
    the part of the pairs that share a bin; sorting them would take twenty times as long.

    Args:
        score: (n, batch).
        positive: bool (n, batch).
    """
    low, high = score.min(axis=1, keepdims=True), score.max(axis=1, keepdims=True)
    width = jnp.where(high > low, high - low, 1)
    place = jnp.clip(((score - low) / width * BINS).astype(jnp.int32), 0, BINS - 1)
    hits = occurrences(jnp.where(positive, place, -1), BINS)
    misses = occurrences(jnp.where(positive, -1, place), BINS)
    below = jnp.cumsum(misses, axis=1) - misses
    wins = (hits * (below + misses / 2)).sum(axis=1)
    return ratio(wins, hits.sum(axis=1) * misses.sum(axis=1))
