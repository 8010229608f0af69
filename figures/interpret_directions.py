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
    found = result.analysis("directions")
    asserted = (
        ("part of an ablated direction's effect on its feature", "ablate_on_target", "_neuron"),
        ("part of a steered direction's effect on its feature", "steer_on_target", "_neuron"),
        ("part of an ablated neuron's effect on its feature", "ablate_on_target_neuron",
         "_random"),
    )  # fmt: skip
    return [plot.output_assertion(found, said, "> 0.5", lambda v: v > 0.5, name,
                                  name.removesuffix("_neuron") + control)
            for said, name, control in asserted]  # fmt: skip
