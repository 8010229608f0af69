"""How an output of an analysis changes with the size of the model, features per unit fixed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray
from scipy.stats import bootstrap

from phasesim.errors import UsageError
from phasesim.plot._curve import COLORS
from phasesim.plot._outputs import output_values
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]


@dataclass(frozen=True)
class SizeTrend:
    """An output along sizes of one n/m.

    Attributes:
        n_features: (sizes,).
        values: (sizes, seed).
        slope: mean over seeds of the change when the size doubles, by least squares on log₂ n;
            NaN if there are fewer than two sizes.
        interval: its 95 % bootstrap interval over seeds, NaN if there is one seed.
    """

    n_features: Array
    values: Array
    slope: float
    interval: tuple[float, float]


def size_trend(found: Result, output: str, ratio: float) -> SizeTrend:
    """The trend of an output over the cells with n_features = ratio · n_hidden.

    Args:
        found: an analysis of a sweep over n_features and n_hidden.
        output: one of its arrays; dimensions of its own and further axes are averaged over.
        ratio: features for each hidden unit.

    Returns:
        `SizeTrend`.

    Raises:
        UsageError: the sweep lacks one of the two axes.
    """
    paths = [axis.path for axis in found.sweep.axes]
    if not {"n_features", "n_hidden"} <= set(paths):
        raise UsageError(f"sizes are axes n_features and n_hidden, found {', '.join(paths)}")
    places = [paths.index(name) for name in ("n_features", "n_hidden")]
    values = np.moveaxis(output_values(found, output), places, (0, 1))
    n, m = (found.coords[name] for name in ("n_features", "n_hidden"))
    at = np.argwhere(n[:, None] == ratio * m[None])
    n, cells = n[at[:, 0]], values[at[:, 0], at[:, 1]]
    cells = cells.mean(axis=tuple(range(1, cells.ndim - 1)))
    slope, ends = np.nan, (np.nan, np.nan)
    if len(at) > 1:
        slopes = np.polyfit(np.log2(n), cells, 1)[0]
        slope = float(slopes.mean())
        if len(slopes) > 1 and np.isfinite(slopes).all():
            # SciPy declares only rng, which draws other samples
            made = bootstrap((slopes,), np.mean, method="percentile", random_state=0)  # pyright: ignore[reportCallIssue]
            ends = made.confidence_interval
    return SizeTrend(n, cells, slope, (float(ends[0]), float(ends[1])))


def size_trends(
    found: Result, outputs: dict[str, str], ratio: float, *, ax: Axes | None = None
) -> Axes:
    """Outputs against the size at one n/m, every seed a dot; slopes with intervals as labels.

    Args:
        found: an analysis of a sweep over n_features and n_hidden.
        outputs: its arrays -> what they are called.
        ratio: features for each hidden unit.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.
    """
    with on_axes(ax) as ax:
        for color, (output, label) in zip(COLORS, outputs.items(), strict=False):
            trend = size_trend(found, output, ratio)
            low, high = trend.interval
            words = f"{label}: {trend.slope:+.2g} [{low:+.2g}, {high:+.2g}]"
            ax.plot(trend.n_features, trend.values.mean(axis=1), "-", color=color, label=words)
            ax.plot(trend.n_features, trend.values, ".", color=color, markersize=3)
        ax.set_xscale("log", base=2)
        ax.set_xticks(trend.n_features, labels=[f"{n:g}" for n in trend.n_features])
        ax.set_xlabel(f"features n, n/m = {ratio:g}")
        ax.legend(fontsize="x-small", title="a doubling changes it by", title_fontsize="x-small")
    return ax
