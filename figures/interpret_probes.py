"""R² of linear probes, and what is left of it in denser data and where a partner is independent.

Source: Alain & Bengio 2016, Understanding intermediate layers using linear classifier probes.
"""

from matplotlib.figure import Figure

from phasesim import plot

PANELS = {"r2": "R²", "drop_denser": "lost in denser data",
          "drop_broken": "lost, partner independent"}  # fmt: skip


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.5))
        axes = figure.subplots(1, 3, sharex=True, sharey=True)
        plot.output_maps(result.analysis("linear_probe"), PANELS, axes=axes, low=0, high=0.5,
                         label="R² of a feature, mean", reduction=reduction)  # fmt: skip
        figure.suptitle(f"Linear probes: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("linear_probe")
    asserted = (
        ("loss of R² where a partner is independent", "> 0.1", lambda v: v > 0.1,
         "drop_broken", "drop_resampled"),
        ("loss of R² in denser data", "> 0.1", lambda v: v > 0.1, "drop_denser",
         "drop_resampled"),
        ("R² of all neurons", "> 0.2", lambda v: v > 0.2, "r2", "r2_shuffled"),
    )  # fmt: skip
    return [plot.output_assertion(found, *row) for row in asserted]
