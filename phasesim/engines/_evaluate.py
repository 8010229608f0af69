"""What is measured at the end of a run on the fixed evaluation sample."""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from phasesim.engines._draws import sample
from phasesim.engines._gradient import importance_weighted
from phasesim.experiment import Experiment
from phasesim.models._kernels import sum_together

#: batches of the evaluation sample and samples in each: 16,384 in all
N_BATCHES = 16
BATCH = 1024
#: samples on which scores are ranked for the AUC, and thresholds at which they are counted
RANKED = 4096
N_THRESHOLDS = 16
#: an output (of a logit: its probability) above this where the input is 0 is a false activation
FALSE_ABOVE = 0.25


class Readout(NamedTuple):
    """The loss, a scalar, and arrays over features, (n,)."""

    loss: jax.Array
    readout_r2: jax.Array
    readout_auc: jax.Array
    false_activation: jax.Array
    leaked_energy: jax.Array


def evaluate(experiment: Experiment, params: Any, key: jax.Array) -> Readout:
    """Evaluation loss of one model and how well each of its features can be read out.

    The sample depends on the sweep's seed only, so all seeds of a cell are ranked on the same
    data. readout_r2 is the squared correlation of x_i with Ŵ_i·h, readout_auc the probability
    that Ŵ_i·h is larger where feature i is active than where it is not; false_activation is
    P(x'_i > 1/4 | x_i = 0); leaked_energy is the share of E x'_i² that falls where x_i = 0.
    NaN where a model has no feature directions or a feature was never (or always) active.
    """
    sums = jax.lax.fori_loop(
        0,
        N_BATCHES,
        lambda i, s: jax.tree.map(jnp.add, s, _sums(experiment, params, key, i)),
        jax.tree.map(jnp.zeros_like, jax.eval_shape(_sums, experiment, params, key, 0)),
    )
    count = N_BATCHES * BATCH
    covariance = sums["rx"] - sums["r"] * sums["x"] / count
    spread = (sums["rr"] - sums["r"] ** 2 / count) * (sums["xx"] - sums["x"] ** 2 / count)
    # a feature without a direction gives a constant score, from which nothing can be read
    r2 = jnp.where(sums["rr"] > 0, covariance**2 / jnp.where(spread > 0, spread, 1), 0)
    known = jnp.isfinite(sums["rr"]) & (sums["xx"] > 0)
    return Readout(
        loss=sums["loss"] / N_BATCHES,
        readout_r2=jnp.where(known, r2, jnp.nan),
        readout_auc=_auc(experiment, params, key),
        false_activation=sums["false"] / sums["silent"],
        leaked_energy=sums["leaked"] / sums["energy"],  # NaN where the output is always 0
    )


def _sums(experiment: Experiment, params: Any, key: jax.Array, i: Any) -> dict[str, jax.Array]:
    """One batch's sums over samples, each (n,), and its loss."""
    x = sample(experiment, key, i, BATCH)
    output = experiment.model.apply(params, x, experiment.n_hidden)
    score = _scores(experiment, params, x)
    silent = x == 0
    said = experiment.loss.estimate(output)
    energy = said**2
    terms = {
        "r": score,
        "rr": score**2,
        "x": x,
        "xx": x**2,
        "rx": score * x,
        "silent": silent.astype(x.dtype),
        "false": (silent & (said > FALSE_ABOVE)).astype(x.dtype),
        "energy": energy,
        "leaked": jnp.where(silent, energy, 0),
    }
    totals = dict(zip(terms, sum_together(list(terms.values()), axis=1), strict=True))
    return totals | {"loss": importance_weighted(experiment, output, x)}


def _scores(experiment: Experiment, params: Any, x: jax.Array) -> jax.Array:
    """Ŵ_i·h with h = act(W x), shape (n, batch); NaN without feature directions."""
    directions = experiment.model.directions(params)
    if directions is None or directions[0].shape[1] != x.shape[0]:
        return jnp.full_like(x, jnp.nan)
    W = directions[0]
    norm = jnp.linalg.norm(W, axis=0, keepdims=True)
    unit = W / jnp.where(norm > 0, norm, 1)
    h = experiment.model.activate(jnp.matmul(W, x, precision="highest"))
    return jnp.matmul(unit.T, h, precision="highest")


def _auc(experiment: Experiment, params: Any, key: jax.Array) -> jax.Array:
    """P(score of an active sample > score of a silent one) + P(equal)/2, per feature.

    The area under the ROC curve through the exact rates at quantiles of the scores; with both
    sides of every quantile counted, the atom of equal scores where nothing is active is exact.
    Sorting all scores would give the area to the last digit at ten times the cost of the rest.
    """
    x = sample(experiment, key, N_BATCHES, RANKED)
    score = _scores(experiment, params, x)
    # descending, so that rates rise; the small sample's order statistics are its quantiles
    thresholds = -jnp.sort(-score[:, :N_THRESHOLDS], axis=1)[..., None]
    score, active = score[:, None, :], (x != 0)[:, None, :]
    above, reaching = score > thresholds, score >= thresholds
    masks = [above & active, reaching & active, above & ~active, reaching & ~active]
    counts = sum_together([mask.astype(x.dtype) for mask in masks], axis=2)
    n_active = jnp.sum(active.astype(x.dtype), axis=2)
    hits = _both_sides(counts[0], counts[1], n_active)
    alarms = _both_sides(counts[2], counts[3], RANKED - n_active)
    area = jnp.sum((hits[:, 1:] + hits[:, :-1]) / 2 * jnp.diff(alarms, axis=1), axis=1)
    return jnp.where(jnp.isnan(score[:, 0, 0]), jnp.nan, area)


def _both_sides(above: jax.Array, reaching: jax.Array, total: jax.Array) -> jax.Array:
    """Rates just before and at each threshold in turn, from 0 to 1: (..., 2 T + 2)."""
    rates = jnp.stack([above, reaching], axis=-1).reshape(*above.shape[:-1], -1) / total
    ends = jnp.zeros_like(rates[..., :1])
    return jnp.concatenate([ends, rates, ends + 1], axis=-1)
