"""Part of an edit's effect that falls on its feature: by its direction, its neuron, at random.

Source: Turner et al. 2023, Activation Addition: Steering Language Models Without Optimization.
"""

from matplotlib.figure import Figure

from phasesim import plot

WAYS = {"": "direction", "_neuron": "neuron", "_random": "random direction"}


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("directions")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.2))
        axes = figure.subplots(2, 3, sharex=True, sharey=True)
        for row, edit in zip(axes, ("ablate", "steer"), strict=True):
            panels = {f"{edit}_on_target{way}": f"{edit}: {name}" for way, name in WAYS.items()}
            plot.output_maps(found, panels, axes=row, low=0, high=1, label="part on the feature",
                             reduction=reduction)  # fmt: skip
        figure.suptitle(f"Edits of one feature: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found, e = result.analysis("directions"), result.sweep.experiment
    # a linear tied model's part is the dimensionality D_i, and Σ D_i <= m; silent outputs of a ReLU
    # take no part, so its parts are larger
    linear, chance = e.n_hidden / e.n_features, 1 / e.n_hidden
    asserted = (
        ("ablated direction's part on its feature", f"> m/n = {linear:g}, at most that if linear",
         lambda v: v > linear, "ablate_on_target", "ablate_on_target_random"),
        ("steered direction's part on its feature", f"> m/n = {linear:g}, at most that if linear",
         lambda v: v > linear, "steer_on_target", "steer_on_target_random"),
        ("random direction's part on a feature, steered", f"< 1/m = {chance:g}, one of m",
         lambda v: v < chance, "steer_on_target_random", "steer_on_target"),
    )  # fmt: skip
    return [plot.output_assertion(found, *row) for row in asserted]
