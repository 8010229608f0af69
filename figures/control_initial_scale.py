"""Packing over the scale of the start: features per dimension, and what sharing is worth.

Weights start as N(0, λ²). Above 0 the gain is what no model without superposition reaches.
Source: Chizat, Oyallon & Bach 2019, On Lazy Training, for what a large start does to learning;
Elhage et al. 2022, Toy Models of Superposition, "Strategic Picture"; the maps are our own.
"""

from matplotlib.figure import Figure

from phasesim import plot


def draw(result, *, reduction="best"):  # noqa: D103
    with plot.style():
        figure = Figure(figsize=(plot.DOUBLE, 2.7))
        left, right = figure.subplots(1, 2)
        plot.control_map(result, "features_per_dimension", low=0, high=6, ax=left,
                         reduction="mean", title="packing")  # fmt: skip
        plot.control_map(result, "gain", low=-0.6, high=0.6, ax=right,
                         reduction="mean", title="gain")  # fmt: skip
        each = plot.describe_reduction("mean", result.sweep.n_seeds)
        figure.suptitle(f"Scale of the start: {each} · {plot.describe(result.sweep)}")
    return figure


def check(result):  # noqa: D103
    return plot.checks.initial_scale(result)
