"""Which of two features share a line or a neuron, over two axes of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from phasesim.errors import UsageError, did_you_mean
from phasesim.plot._grid import grid
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._sets import prepare_overlap
from phasesim.plot._style import on_axes
from phasesim.reductions import AVERAGES
from phasesim.result import Result

#: whose overlap -> in words
BETWEEN = {"mates": "within a set", "strangers": "between sets", "any": "any two features"}


def prepare_overlap_map(
    result: Result,
    *,
    between: str = "mates",
    neurons: bool = False,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
) -> ScalarMap:
    """The largest overlap of two features in each cell.

    Args:
        result: of a sweep with W and two numeric axes.
        between: mates, features of one set; strangers, of different sets; or any.
        neurons: the overlap in neurons instead of the signed cosine.
        reduction: which seed: weights are never averaged, so that for a mean it is the best.
        select: values of further axes, as in `phase_diagram`.

    Returns:
        `ScalarMap` of what `prepare_overlap` defines.

    Raises:
        UsageError: not two free axes, or another ``between``.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Correlated and Anticorrelated Features".
    """
    if between not in BETWEEN:
        raise UsageError(f"no pairs '{between}', {did_you_mean(between, list(BETWEEN))}")
    sides = grid(result, select)
    e = sides.experiment
    W = sides.take(result.metric("W", "best" if reduction in AVERAGES else reduction))
    W = W[..., : e.n_hidden, : e.n_features]
    all_of_them = [list(range(e.n_features))]
    sets = all_of_them if between == "any" else e.distribution.groups(e.n_features)
    found = prepare_overlap(W, sets=sets, neurons=neurons)
    return ScalarMap(sides, found.between if between == "strangers" else found.mates)


def overlap_map(
    result: Result,
    *,
    between: str = "mates",
    neurons: bool = False,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of `prepare_overlap_map`.

    Cosines run from -1 (blue, opposite on one line) over 0 (white, orthogonal) to 1 (red, one
    direction), overlaps in neurons from 0 to 1.

    Args:
        result: as `prepare_overlap_map`.
        between: as `prepare_overlap_map`.
        neurons: as `prepare_overlap_map`.
        reduction: as `prepare_overlap_map`.
        select: as `prepare_overlap_map`.
        ax: where to draw; new ones of one column's width if None.
        also: further maps that the colour bar is of.
        bar: draw the colour bar.

    Returns:
        The Axes.

    Raises:
        UsageError: as `prepare_overlap_map`.

    Source:
        As `prepare_overlap_map`.
    """
    shown = prepare_overlap_map(result, between=between, neurons=neurons, reduction=reduction,
                                select=select)  # fmt: skip
    look: dict[str, Any] = {"label": "signed cosine", "low": -1.0, "high": 1.0, "cmap": "RdBu_r"}
    if neurons:
        look = {"label": "sharing of neurons", "low": 0.0, "high": 1.0}
    with on_axes(ax) as ax:
        draw_scalar(ax, shown, also=also, bar=bar, **look)
        ax.set_title(BETWEEN[between])
    return ax
