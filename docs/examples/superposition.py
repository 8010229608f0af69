# %% [markdown]
# # What superposition is
#
# A neural network keeps what it knows of its input in *features*: the edge at this angle, the noun
# in the plural. One would think that a layer of 2 neurons has room for 2 of them. It can hold
# more, as directions that overlap, if only a few are active at a time. That is *superposition*,
# and this page makes it happen in a model of ten numbers.
#
# ## The model
#
# The input is a vector x of n features. Feature i is active with probability p, its *density*, and
# then has a value between 0 and 1; else it is 0. The model squeezes x through m < n hidden units
# and has to give it back:
#
# $$x' = \mathrm{ReLU}(W^{\top} W x + b)$$
#
# W has a row for each hidden unit and a column $W_i$ for each feature: the direction in which the
# feature is stored. Training minimises $\sum_i I_i\,(x_i - x'_i)^2$, where the *importance* $I_i$
# says how much an error of feature i costs.
#
# Here are five features and two hidden units, trained at four densities, eight times each from
# random weights:

# %%
import matplotlib.pyplot as plt

import phasesim as ps

experiment = ps.Experiment(
    n_features=5,
    n_hidden=2,
    n_steps=3000,
    importance=ps.importances.geometric(base=0.9),
    optimizer=ps.optimizers.adamw(learning_rate=1e-2, schedule="cosine"),
)
densities = ps.values("distribution.density", [1.0, 0.2, 0.1, 0.05])
result = ps.run(ps.Sweep(experiment, axes=[densities], n_seeds=8))
result

# %% [markdown]
# Each arrow below is a column of W, the direction of a feature, in the best of the eight models at
# that density; the lighter, the more important.

# %%
with ps.plot.style():
    figure, panels = plt.subplots(1, 4, figsize=(ps.plot.DOUBLE, 2))
    for ax, density in zip(panels, result.coords["distribution.density"], strict=True):
        W, _, e = ps.plot.model_at(result, density=density)
        weight = e.importance.per_feature(e.n_features)
        ps.plot.features(W, importance=weight, ax=ax, colorbar=False)
        ax.set(title=f"p = {density:g}", xlabel="", ylabel="", xticks=[], yticks=[])

# %% [markdown]
# Dense inputs, on the left: the two most important features have a hidden unit's worth of space
# each, at a right angle, and the other three are *ignored*. As inputs get sparse the model stores
# more than two, and they have to overlap: features in opposite directions, then all five.
#
# ## Why it pays
#
# The matrix $W^{\top} W$ says what the output of each feature gets from each: its diagonal is what
# is kept, everything else is *interference*.

# %%
with ps.plot.style():
    figure, panels = plt.subplots(1, 2, figsize=(ps.plot.DOUBLE, 2.4))
    for ax, density in zip(panels, result.coords["distribution.density"][[0, -1]], strict=True):
        W, b, _ = ps.plot.model_at(result, density=density)
        ps.plot.gram(W, b=b, ax=ax).set_title(f"p = {density:g}")

# %% [markdown]
# Storing one more feature helps whenever that feature is active, with probability p. The
# interference costs something only when two features are active at once, which has probability
# p²; and where it is negative, the ReLU removes it altogether. So the sparser the features, the
# better the bargain. A linear model has no ReLU to clean up with and never stores more than m
# features.
#
# ## Measuring it
#
# Three numbers of each feature do most of the work ([all of them](../generated/parts.md)):
#
# `feature_norm`
# : $\|W_i\|$, how strongly it is represented: 0 if ignored, about 1 if stored.
#
# `superposition`
# : $\sum_{j \ne i} (\hat W_i \cdot W_j)^2$, how much of the others falls on its direction: 0 if it
#   has that to itself, 1 if it shares it with an opposite one. Of an ignored feature, whose
#   direction is left to chance, it says nothing.
#
# `dimensionality`
# : the share of a hidden dimension that it has: 1 alone, 1/2 for one of an opposite pair, 2/5 in a
#   regular pentagon.

# %%
for name in ("feature_norm", "superposition", "dimensionality"):
    print(name, result.metric(name, "best").round(2), sep="\n")

# %% [markdown]
# ## A phase diagram
#
# Now the smallest case: two features, one hidden unit. The first has importance 1, the second r.
# What becomes of the second is a question with three answers (ignored, *dedicated*: it has the unit
# to itself, or *superposed*: it shares it) and the answer depends on two numbers, p and r. Training
# a few models at each of many pairs draws a map with sharp boundaries: a *phase diagram*.

# %%
two = ps.Experiment(
    n_features=2,
    n_hidden=1,
    n_steps=2000,
    importance=ps.importances.last_relative(ratio=1.0),
    optimizer=ps.optimizers.adamw(learning_rate=1e-2, schedule="cosine"),
)
axes = [
    ps.geomspace("distribution.density", 1, 0.01, 20),
    ps.geomspace("importance.ratio", 0.1, 10, 20),
]
diagram = ps.run(ps.Sweep(two, axes=axes, n_seeds=8))
with ps.plot.style():
    figure, ax = plt.subplots(figsize=(ps.plot.SINGLE, 3))
    ps.plot.phase_diagram(diagram, ax=ax)

# %% [markdown]
# The lines are theory, not a fit: where the *optimum* of the exact expected loss changes phase, and
# where the paper's candidate solutions do. Every cell was trained without knowing of them.
#
# ## Seeds
#
# A model can end in a minimum that is not the best one, and more often does so the more features
# there are. So each cell is trained several times from other random weights, every one is kept,
# and what is shown says how they became one number: the *best*, by the exact loss where it is
# known, or the *mean*. Here is the share of seeds that end within 5 % of the best of their cell:

# %%
loss = diagram.loss
good = loss <= 1.05 * loss.min(axis=-1, keepdims=True)
print(f"{good.mean():.0%} of all models, {good.mean(axis=-1).min():.0%} in the worst cell")

# %% [markdown]
# ## Where to go on
#
# - [The quick start](../quickstart.md) makes such a diagram on the command line.
# - [The gallery](../generated/gallery.md) has the figures of the paper and more, each with the
#   numbers that it has to show.
# - Elhage et al. 2022, [Toy Models of Superposition](https://transformer-circuits.pub/2022/toy_model/index.html),
#   is where all of this comes from.
