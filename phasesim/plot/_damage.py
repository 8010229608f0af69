"""What an attack does to each feature, against how it shares its dimensions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from phasesim.plot._curve import DENSITY
from phasesim.plot._outputs import output_values
from phasesim.plot._style import on_axes
from phasesim.result import Result


def damage(found: Result, *, select: Mapping[str, Any], ax: Axes | None = None) -> Axes:
    """Loss added to each feature against 1/D_i, a dot a feature, coloured by sparsity.

    Args:
        found: the analysis vulnerability, over the density and what ``select`` holds.
        select: last word of an axis path -> value held.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes; on the line both are equal.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Relationship to Adversarial Robustness".
    """
    at = found.select(method="nearest", **select)
    y, x = (output_values(found, n, keep="feature")[at]
            for n in ("damage", "inverse_dimensionality"))  # fmt: skip
    color = np.broadcast_to(found.coords[DENSITY][:, None, None], x.shape)
    known = x > 0
    with on_axes(ax) as ax:
        dots = ax.scatter(x[known], y[known], s=3, c=1 / color[known], cmap="viridis_r",
                          norm="log", linewidth=0, alpha=0.7)  # fmt: skip
        high = 1.05 * np.max(x[known], initial=1)
        ax.plot([0, high], [0, high], "--", color="0.4", linewidth=0.7)
        ax.set(xlabel="1/$D_i$", ylabel="loss added to the feature", xlim=(0, high))
        ax.figure.colorbar(dots, ax=ax, label="1 / (1 − S)")
    return ax
