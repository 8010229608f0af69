"""Calibration error and confident mistakes of detectors: clean, moved at random, attacked.

Source: Guo et al. 2017, On Calibration of Modern Neural Networks, for the calibration error.
"""

from matplotlib.figure import Figure

from phasesim import plot

WAYS = {"": "clean", "_random": "random step", "_pgd": "attack"}
ROWS = (("wrong", "P(confident and wrong)", 0.2), ("ece", "calibration error", 0.3))


def draw(result, *, reduction="best"):  # noqa: D103
    found = result.analysis("confidence")
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 4.2))
        axes = figure.subplots(2, 3, sharex=True, sharey=True)
        for row, (name, words, high) in zip(axes, ROWS, strict=True):
            panels = {f"{name}{suffix}": label for suffix, label in WAYS.items()}
            plot.output_maps(found, panels, axes=row, low=0, high=high, label=words,
                             reduction=reduction)  # fmt: skip
        figure.suptitle(f"Confidence of detectors: {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    found = result.analysis("confidence")
    asserted = (
        ("P(confident and wrong) under attack", "> 0.02", lambda v: v > 0.02, "wrong_pgd",
         "wrong_random"),
        ("calibration error under attack", "> 0.05", lambda v: v > 0.05, "ece_pgd",
         "ece_random"),
        ("P(confident and wrong) on clean inputs", "< 0.02", lambda v: v < 0.02, "wrong",
         "wrong_pgd"),
    )  # fmt: skip
    return [plot.output_assertion(found, *row) for row in asserted]
