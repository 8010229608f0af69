"""Numbers along a logarithmic axis of a few decades."""

from __future__ import annotations

from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator


def one_two_five(axis: Axis) -> None:
    """Label 1, 2 and 5 of each decade as plain numbers; the minor ticks stay bare."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")
