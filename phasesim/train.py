"""One run as a pure function: the definition that a sweep repeats over its grid."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from phasesim import pytree
from phasesim.engines._program import Outcome, advance, empty_state
from phasesim.engines._state import Inputs
from phasesim.errors import ConfigError
from phasesim.experiment import Experiment
from phasesim.initializers.from_store import from_store
from phasesim.keys import stream


def train(experiment: Experiment, key: jax.Array, start: Any = None) -> Outcome:
    """Train one toy model from initialisation to its last step.

    The same mathematics as a cell of a sweep, but for one model alone: rounding may differ in
    the last bit from a model trained in a tile. Pure, so it can be jitted and vmapped over
    ``key``; to sweep fields of the experiment use `phasesim.run`.

    Args:
        experiment: what to train.
        key: a JAX random key; initialisation, data and evaluation use streams of it.
        start: parameters to start from instead of initialising, as ``Outcome.params``.

    Returns:
        An `Outcome` of params (``W`` (m, n), ``b`` (n,) for the built-in models), loss (scalar,
        on the evaluation sample, summed over features), loss_curve and status.

    Raises:
        ConfigError: the engine does not cover the experiment.

    >>> import jax, phasesim as ps
    >>> experiment = ps.Experiment(n_features=2, n_hidden=1, n_steps=300,
    ...     optimizer=ps.optimizers.adamw(learning_rate=0.03))
    >>> outcome = ps.train(experiment, jax.random.key(0))
    >>> outcome.params["W"].shape, int(outcome.status)
    ((1, 2), 1)
    """
    import numpy as np

    if start is None and isinstance(experiment.init, from_store):
        raise ConfigError("init", "found from_store", expected="its weights as start")
    single = jax.tree.map(
        lambda leaf: jnp.asarray(leaf)[None], _registered(experiment, np.dtype(experiment.dtype))
    )
    data_key = jax.random.key_data(stream(key, "data")).astype(jnp.uint32)
    inputs = Inputs(
        experiment=single,
        init_keys=stream(key, "init")[None],
        data_keys=data_key[None],
        eval_key=jax.random.key_data(stream(key, "evaluation")).astype(jnp.uint32),
        start=None if start is None else jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], start),
    )
    n_steps = experiment.n_steps
    outcome = advance(inputs, empty_state(inputs), jnp.int32(0), jnp.int32(n_steps))[1]
    return jax.tree.map(lambda leaf: leaf[0], outcome)


def _registered(experiment: Experiment, dtype: Any) -> Experiment:
    arrays = pytree.as_arrays(experiment, dtype)
    pytree.register(arrays)
    return arrays
