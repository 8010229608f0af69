"""Solutions in the plane along one axis of a sweep, laid on one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.patches import Circle
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.geometry import align
from phasesim.plot._labels import axis_label
from phasesim.plot._style import on_axes
from phasesim.reductions import AVERAGES
from phasesim.result import Result

Array = NDArray[np.float64]

_CMAP = "cividis"


@dataclass(frozen=True)
class Overlay:
    """Solutions of one axis, ascending in x."""

    path: str
    """Dotted path of the axis."""
    x: Array
    """Axis values, shape (values,)."""
    W: Array
    """Turned to lie on the reference, shape (values, 2, n)."""
    apart: int
    """The feature that is not like the others."""


def prepare_overlay(
    result: Result,
    *,
    reference: float,
    apart: int = 0,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
) -> Overlay:
    """Weights along an axis, rotated and reflected so that the equal features coincide.

    All features but one are alike and may change places; the one apart follows their rotation.

    Args:
        result: of a sweep with n_hidden = 2.
        reference: axis value of the solution that the others are laid on.
        apart: the feature that is not like the others.
        reduction: which seed: weights are never averaged, so that for a mean it is the best.
        select: last word of an axis path -> value held.

    Returns:
        `Overlay`.

    Raises:
        UsageError: not exactly one free axis of numbers, or another n_hidden.
    """
    index = result.select(**(select or {}))
    free = [a for a, at in zip(result.sweep.axes, index, strict=True) if isinstance(at, slice)]
    if len(free) != 1 or isinstance(free[0].values[0], str):
        paths = ", ".join(a.path for a in free) or "none"
        raise UsageError(f"an overlay is along one axis of numbers, found {paths}")
    W = np.asarray(result.metric("W", "best" if reduction in AVERAGES else reduction)[index], float)
    if W.shape[-2] != 2:
        raise UsageError(f"an overlay is of solutions in the plane, found n_hidden {W.shape[-2]}")
    x = free[0].array().astype(float)
    order = np.argsort(x)
    x, W = x[order], W[order]
    to = W[np.argmin(np.abs(x - reference))]
    # the feature apart first of all onto the first axis, so that pictures agree
    to = align(to[:, [apart]], to=[[np.hypot(*to[:, apart])], [0.0]]).rotation @ to
    others = np.delete(np.arange(W.shape[-1]), apart)
    turn = align(W[:, :, others], to=to[:, others]).rotation
    return Overlay(free[0].path, x, turn @ W, apart)


def overlay(
    result: Result,
    *,
    reference: float,
    apart: int = 0,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Columns of W along an axis, coloured by its value; the feature apart as squares.

    Args:
        result: as `prepare_overlay`.
        reference: as `prepare_overlay`.
        apart: as `prepare_overlay`.
        reduction: as `prepare_overlay`.
        select: as `prepare_overlay`.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes, of equal scales.

    Raises:
        UsageError: as `prepare_overlay`.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Non-Uniform Superposition".
    """
    shown = prepare_overlay(result, reference=reference, apart=apart, reduction=reduction,
                            select=select)  # fmt: skip
    scale = ScalarMappable(LogNorm(shown.x[0], shown.x[-1]), matplotlib.colormaps[_CMAP])
    colors = scale.to_rgba(shown.x)
    with on_axes(ax, height=2.8) as ax:
        ax.add_patch(Circle((0, 0), 1, fill=False, color="0.8", linewidth=0.6, zorder=0))
        for i in range(shown.W.shape[-1]):
            own = i == shown.apart
            ax.scatter(*shown.W[:, :, i].T, c=colors, s=16 if own else 10, zorder=3 if own else 2,
                       marker="s" if own else "o", edgecolor="black", linewidth=0.3,
                       label="the one apart" if own else "the others")  # fmt: skip
        reach = 1.1 * max(1.0, float(np.max(np.abs(shown.W))))
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        ax.set(xlabel="hidden dimension 1", ylabel="hidden dimension 2")
        handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        # inside the circle no feature ends but one that is ignored, at its centre
        ax.legend(handles.values(), handles.keys(), loc="lower center", bbox_to_anchor=(0.5, 0.55))
        bar = ax.figure.colorbar(scale, ax=ax, shrink=0.8)
        bar.set_label(axis_label(shown.path), parse_math=False)
        bar.ax.yaxis.set_major_formatter("{x:g}")
    return ax
