"""Hidden vectors of samples beside those of features, and several outputs along one axis."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from phasesim.plot._axis_lines import prepare_axis_lines
from phasesim.plot._curve import COLORS
from phasesim.plot._labels import axis_label
from phasesim.plot._outputs import output_values
from phasesim.plot._style import on_axes
from phasesim.result import Result


def samples_and_features(
    trained: Result, found: Result, *, n_samples: int, ax: Axes | None = None
) -> Axes:
    """Samples and features of the seed of the smallest training loss, in two hidden dimensions.

    Args:
        trained: over ``distribution.n_samples``, two hidden units.
        found: its analysis data_dimensions.
        n_samples: the data set shown.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.

    Source:
        Henighan et al. 2023, Superposition, Memorization, and Double Descent.
    """
    at = trained.select(method="nearest", n_samples=n_samples)
    losses = np.asarray(found.stored("loss_of_training"), dtype=float)[at]
    seed = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    W = np.asarray(trained.stored("W"), dtype=float)[at][seed]
    h = np.asarray(found.stored("hidden_of_sample"), dtype=float)[at][seed]
    h = h[np.isfinite(h).all(axis=1)][:n_samples]
    with on_axes(ax) as ax:
        ax.plot(*W, ".", color=COLORS[0], markersize=3, label="features")
        ax.plot(*h.T, ".", color=COLORS[1], markersize=3, label="samples")
        far = 1.1 * max(np.abs(W).max(initial=0.0), np.abs(h).max(initial=0.0), 1e-9)
        ax.set(xlim=(-far, far), ylim=(-far, far), xticks=[], yticks=[], aspect="equal",
               title=f"T = {n_samples}")  # fmt: skip
        ax.spines[:].set_visible(True)
    return ax


def several(
    found: Result, outputs: Mapping[str, str], along: str, *, label: str, ax: Axes | None = None
) -> Axes:
    """Outputs of one number a model along an axis: mean over seeds with its standard error.

    Args:
        found: an analysis over one axis.
        outputs: words -> its array.
        along: dotted path of the axis, of positive numbers.
        label: of the numbers.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.
    """
    with on_axes(ax) as ax:
        for color, (words, output) in zip(COLORS, outputs.items(), strict=False):
            shown = prepare_axis_lines(found, output_values(found, output), along)
            ax.errorbar(shown.x, shown.mean[""], shown.error[""], fmt="o-", markersize=2.5,
                        linewidth=1, color=color, label=words)  # fmt: skip
        ax.set(xscale="log", ylabel=label)
        ax.set_xlabel(axis_label(along), parse_math=False)
        ax.legend()
    return ax
