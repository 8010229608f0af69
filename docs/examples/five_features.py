# %% [markdown]
# # An experiment in Python
#
# A few lines from nothing to a figure. An experiment says how one model is trained, a sweep along
# which of its fields to vary it, and `run` trains all of them side by side.

# %%
import phasesim as ps

adamw = ps.optimizers.adamw(learning_rate=1e-2, schedule="cosine")
experiment = ps.Experiment(
    n_features=5, n_hidden=2, n_steps=3000, importance="last_relative", optimizer=adamw
)
axes = [
    ps.geomspace("distribution.density", 1, 0.01, 12),
    ps.geomspace("importance.ratio", 0.1, 10, 12),
]
result = ps.run(ps.Sweep(experiment, axes=axes, n_seeds=4))
result.plot.phase_diagram(theory=False)

# %% [markdown]
# A result shows itself in a notebook, with what it holds:

# %%
result

# %% [markdown]
# ## Reading a result
#
# Arrays have one dimension an axis, then the seed, then their own. `select` turns values of axes
# into an index:

# %%
at = result.select(density=0.05, ratio=1.0, method="nearest")
result.metric("dimensionality")[at].round(2)  # (seed, feature)

# %% [markdown]
# The seeds become one value a cell only when you ask for it: `best`, `worst`, `mean`, or
# `mean_minus_worst`, which is the paper's.

# %%
norms = result.metric("feature_norm", "best")  # (density, ratio, feature)
norms.shape, result.params()["W"].shape

# %% [markdown]
# Every model has a status, and none is dropped: those that diverged are there, and say so.

# %%
{status.name: int((result.status == status).sum()) for status in ps.Status}

# %% [markdown]
# `ps.run(sweep, "five.h5")` stores it; the same line goes on where it was interrupted, and
# `ps.open_result("five.h5")` reads it. `ps.load_sweep("my-sweep.toml")` reads the file that the
# command line uses, and `sweep.to_toml()` writes one.

# %%
print(result.sweep.to_toml()[:400])
