"""Loss against hidden dimensions: a power law of exponent 1 where all features are superposed.

Exponents by least squares on logarithms, with their 95 % intervals.
Source: Liu, Liu & Gore 2025, Superposition Yields Robust Neural Scaling.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.9))
        left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
        plot.scaling_losses(result, ax=left)
        plot.scaling_exponents(result, ax=right)
        count = result.sweep.n_seeds
        each = "one seed" if count == 1 else f"{count} seeds"
        figure.suptitle(f"Scaling with m: {each} · {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.scaling(result)
