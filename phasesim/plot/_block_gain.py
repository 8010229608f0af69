"""Which polytope gains most for each dimension, against the density."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.plot._style import on_axes
from phasesim.plot._ticks import one_two_five
from phasesim.result import Result
from phasesim.theory import POLYTOPES, Plateau, block_gain, feature_variance, plateaus

Array = NDArray[np.float64]

_DENSITIES = 40
#: polytope -> colour, line; told apart by lightness too
_LOOKS = {
    "dedicated": ("0.55", "-"),
    "5-cell": ("#999999", "--"),
    "tetrahedron": ("#CC79A7", "-"),
    "triangle": ("#009E73", "-"),
    "digon": ("#000000", "-"),
    "pentagon": ("#0072B2", "-"),
    "square antiprism": ("#D55E00", "-"),
    "hexagon": ("#56B4E9", "-"),
    "heptagon": ("#E69F00", "--"),
}
_MARKERS = "os^Dv"
#: where the strip of leading polytopes lies, in gain
_STRIP = (0.78, 0.86)


@dataclass(frozen=True)
class BlockGains:
    """Gain per dimension of polytopes and of trained models."""

    density: Array
    """Rising, shape (points,)."""
    gains: dict[str, Array]
    """Polytope -> gain, shape (points,)."""
    plateaus: list[Plateau]
    """Which of them gains most, and at which densities."""
    trained_density: Array
    """Densities of the sweep, rising, shape (densities,)."""
    trained: dict[int, Array]
    """Hidden dimensions m -> gain per dimension of the best model of any n, (densities,)."""


def prepare_block_gain(
    result: Result, *, polytopes: Sequence[str] = tuple(POLYTOPES)
) -> BlockGains:
    """Gain per dimension of polytopes and of the best trained models.

    Of a trained model (n V - L)/(m V), V the variance of a feature and L the model's exact loss.

    Args:
        result: over ``n_features``, ``n_hidden`` and ``distribution.density``, trained on the exact
            loss.
        polytopes: whose gains are computed; names of `phasesim.theory.POLYTOPES`.

    Returns:
        `BlockGains`.

    Raises:
        UsageError: other axes, or an engine that draws samples.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition", for the
        polytopes; the gain is our own.
    """
    coords = result.coords
    if list(coords) != ["n_features", "n_hidden", "distribution.density"]:
        raise UsageError("block gain: expected axes n_features, n_hidden, distribution.density")
    n, m, p = coords.values()
    if result.sweep.experiment.engine.samples:
        raise UsageError("block gain: expected the engine 'population', whose loss is exact")
    order = np.argsort(p)
    loss = result.metric("loss", "best")[..., order]
    V = feature_variance(p[order])
    gain = (n[:, None, None] - loss / V) / m[:, None]
    # a model of at least as many dimensions as features has nothing to gain
    gain = np.where(n[:, None, None] > m[:, None], gain, 1.0)
    theory = _curves(float(p.min()), min(float(p.max()), 0.98), tuple(polytopes))
    best = {int(k): np.nanmax(gain[:, i], axis=0) for i, k in enumerate(m)}
    return BlockGains(*theory, p[order], best)


@lru_cache(maxsize=2)
def _curves(
    low: float, high: float, names: tuple[str, ...]
) -> tuple[Array, dict[str, Array], list[Plateau]]:
    # one figure asks for the same curves to draw them and to check them
    density = np.geomspace(low, high, _DENSITIES)
    gains = {name: block_gain(name, density=density).gain for name in names}
    return density, gains, plateaus(names)


def block_gains(
    result: Result,
    *,
    polytopes: Sequence[str] = tuple(POLYTOPES),
    ax: Axes | None = None,
    legend: bool = True,
) -> Axes:
    """Gain per dimension of each polytope against 1/(1 - S), and which one leads.

    Lines are blocks with one norm and one bias, minimised by the exact loss; marks are trained
    models, free in all weights and biases, the best of all n and seeds. Below the lines, the
    polytope with the largest gain.

    Args:
        result: of a sweep over n_features, n_hidden and density, trained on the exact loss, with
            equal importances.
        polytopes: names of `theory.POLYTOPES` to compare.
        ax: where to draw; new ones of one column's width if None.
        legend: name the polytopes.

    Returns:
        The Axes.

    Raises:
        UsageError: another sweep than that.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition", for the
        plateaus; the theory is our own.
    """
    shown = prepare_block_gain(result, polytopes=polytopes)
    with on_axes(ax) as ax:
        for name, gain in shown.gains.items():
            color, line = _LOOKS[name]
            ax.plot(1 / shown.density, gain, color=color, linestyle=line, label=name, linewidth=1.2)
        for marker, (m, gain) in zip(_MARKERS, shown.trained.items(), strict=False):
            ax.plot(1 / shown.trained_density, gain, marker, color="black", markersize=3.5,
                    markerfacecolor="white", markeredgewidth=0.7, clip_on=False,
                    label=f"trained, m = {m}")  # fmt: skip
        for plateau in shown.plateaus:
            ax.fill_between([1 / plateau.high, 1 / plateau.low], *_STRIP,
                            color=_LOOKS[plateau.polytope][0], linewidth=0)  # fmt: skip
        ax.annotate("gains most:", (1.03, _STRIP[1]), (0, 2), textcoords="offset points",
                    fontsize="small")  # fmt: skip
        ax.set(xscale="log", xlabel="1 / (1 − S)", ylabel="gain per dimension",
               xlim=(1, 1 / float(shown.density[0])), ylim=(_STRIP[0], None))  # fmt: skip
        one_two_five(ax.xaxis)
        if legend:
            ax.legend()
    return ax
