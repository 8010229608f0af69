"""WᵀW with the sets of dependent features marked."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from phasesim.plot._gram import gram
from phasesim.plot._sets import Sets, prepare_set_rms
from phasesim.plot._style import on_axes


def set_gram(W: ArrayLike, *, sets: Sets, ax: Axes | None = None, colorbar: bool = True) -> Axes:
    """Heat map of WᵀW with lines between sets; root mean squares of both kinds of blocks.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        sets: consecutive features of each set.
        ax: where to draw; new ones of one column's width if None.
        colorbar: explain the colours.

    Returns:
        The Axes.

    Raises:
        UsageError: W is not a matrix, or the sets are not its features.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    within, between = prepare_set_rms(W, sets=sets)
    with on_axes(ax, height=2.6) as ax:
        gram(W, ax=ax, colorbar=colorbar)
        for edge in np.cumsum([len(members) for members in sets])[:-1] - 0.5:
            ax.axhline(edge, color="black", linewidth=0.6)
            ax.axvline(edge, color="black", linewidth=0.6)
        ax.set_title(f"rms {within:.2f} within, {between:.2f} between")
    return ax
