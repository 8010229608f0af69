# %% [markdown]
# # Sweep a function of your own
#
# Any pure JAX function `train(key, **params)` can have the axes, seeds, chunks and store that
# phasesim gives its own models. Here it is a linear regression by gradient descent, and the
# question is at which learning rate it diverges.

# %%
import jax
import jax.numpy as jnp
import numpy as np

import phasesim as ps


def train(key, learning_rate, noise, n_samples):
    """Losses of 100 steps of gradient descent, and the weights at the end."""
    inputs, truth, errors, start = jax.random.split(key, 4)
    x = jax.random.normal(inputs, (n_samples, 3))
    w = jax.random.normal(truth, (3,))
    y = x @ w + noise * jax.random.normal(errors, (n_samples,))

    def loss(v):
        return jnp.mean((x @ v - y) ** 2)

    def step(v, _):
        return v - learning_rate * jax.grad(loss)(v), loss(v)

    end, losses = jax.lax.scan(step, jax.random.normal(start, (3,)), length=100)
    return {"losses": losses, "error": jnp.linalg.norm(end - w)}


# %% [markdown]
# Axes are arguments of the function. Those of floats are traced: any number of them runs in one
# compiled program. Those of integers or texts are compiled apart, a value each.

# %%
result = ps.sweep_function(
    train,
    axes=[ps.geomspace("learning_rate", 0.01, 2, 16), ps.values("n_samples", [8, 64])],
    n_seeds=10,
    fixed={"noise": 0.1},
)
result

# %%
result.dims("losses"), result.stored("losses").shape

# %%
stable = np.median(result.stored("losses")[..., -1], axis=-1) < 1  # (learning_rate, n_samples)
for n, column in zip(result.coords["n_samples"], stable.T, strict=True):
    print(f"{n} samples: stable up to {result.coords['learning_rate'][column].max():.2g}")

# %% [markdown]
# With `path="regression.h5"` it is stored and resumes. A store is continued only by a function of
# the same source: change a line of it, and phasesim asks for another name.
