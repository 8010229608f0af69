"""What an analysis returned, over the cells of a sweep or along a dimension of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.numerics import known_mean
from phasesim.plot._assertion import assertion
from phasesim.plot._curve import COLORS
from phasesim.plot._grid import grid
from phasesim.plot._scalar import ScalarMap, draw_scalar
from phasesim.plot._style import on_axes
from phasesim.reductions import reduce
from phasesim.result import Result
from phasesim.status import Status

Array = NDArray[np.float64]


def output_values(
    found: Result, output: str, *, keep: str = "", at: Mapping[str, float] | None = None
) -> Array:
    """An output of every model, averaged over dimensions of its own.

    Args:
        found: an analysis.
        output: one of its arrays.
        keep: the dimension that stays; the others are averaged over where they are defined.
        at: dimension -> the value along it that is taken instead.

    Returns:
        (*axes, seed), or (*axes, seed, keep).
    """
    values = found.stored(output).astype(float)
    dims, at = found.dims(output), at or {}
    lead = len(found.shape)
    for axis in reversed(range(lead, values.ndim)):
        dim = dims[axis]
        if dim in at:
            nearest = np.argmin(np.abs(found.along(dim) - at[dim]))
            values = np.take(values, nearest, axis=axis)
        elif dim != keep:
            values = known_mean(values, axis)
    return values


def output_mean(found: Result, output: str, *, at: Mapping[str, float] | None = None) -> float:
    """Mean of an output over all models and dimensions, where it is defined.

    Args:
        found: an analysis.
        output: one of its arrays.
        at: dimension -> the value along it that is taken instead of the mean over it.

    Returns:
        The mean; NaN where the output is defined nowhere.

    Raises:
        UsageError: no such output.
    """
    return float(known_mean(output_values(found, output, at=at).ravel(), 0))


def prepare_output_map(
    found: Result,
    output: str,
    *,
    reduction: str = "mean",
    at: Mapping[str, float] | None = None,
    select: Mapping[str, Any] | None = None,
) -> ScalarMap:
    """An output in each cell, over two axes of the sweep.

    Args:
        found: as `output_map`.
        output: as `output_map`.
        reduction: as `output_map`; seeds in which the output is undefined are left out.
        at: as `output_map`.
        select: as `output_map`.

    Returns:
        `ScalarMap`.

    Raises:
        UsageError: as `output_map`.
    """
    values = output_values(found, output, at=at)
    # a seed in which the output is undefined is left out like one that failed
    status = np.where(np.isfinite(values), found.status, Status.nonfinite_loss)
    sides = grid(found, select)
    return ScalarMap(sides, sides.take(reduce(reduction, values, found.ranking[1], status)))


def output_map(
    found: Result,
    output: str,
    *,
    low: float,
    high: float,
    title: str = "",
    label: str = "",
    reduction: str = "mean",
    at: Mapping[str, float] | None = None,
    select: Mapping[str, Any] | None = None,
    log: bool = False,
    cmap: str = "cividis",
    ax: Axes | None = None,
    also: tuple[Axes, ...] = (),
    bar: bool = True,
) -> Axes:
    """Map of an output over two axes of the sweep.

    Args:
        found: an analysis.
        output: one of its arrays; dimensions of its own are averaged over.
        low: lower end of the colours.
        high: upper end.
        title: above the map; the output's name if empty.
        label: of the colour bar; the output's meaning if empty.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        at: dimension of the analysis -> value along it that is shown.
        select: where the sweep has more axes, last word of an axis path -> value held.
        log: a logarithmic scale of colours.
        cmap: matplotlib's name of the colours.
        ax: where to draw; new ones of one column's width if None.
        also: further maps that the colour bar is of.
        bar: draw the colour bar.

    Returns:
        The Axes.

    Raises:
        UsageError: not two free axes, or no such output.
    """
    shown = prepare_output_map(found, output, reduction=reduction, at=at, select=select)
    with on_axes(ax) as ax:
        words = label or found.sweep.analysis.outputs[output].meaning
        draw_scalar(ax, shown, label=words, low=low, high=high, log=log, cmap=cmap, also=also,
                    bar=bar)  # fmt: skip
        ax.set_title(title or output.replace("_", " "), parse_math=False)
    return ax


def output_maps(
    found: Result,
    outputs: Mapping[str, str],
    *,
    axes: Sequence[Axes],
    low: float,
    high: float,
    label: str,
    reduction: str = "mean",
    select: Mapping[str, Any] | None = None,
) -> None:
    """Maps of several outputs side by side, with one colour bar.

    Args:
        found: an analysis.
        outputs: its arrays -> titles.
        axes: where to draw, one for each.
        low: lower end of the colours.
        high: upper end.
        label: of the colour bar.
        reduction: over seeds, as `output_map`.
        select: as `output_map`.
    """
    *before, last = axes
    for ax, (output, title) in zip(axes, outputs.items(), strict=True):
        output_map(
            found, output, low=low, high=high, title=title, label=label, reduction=reduction,
            select=select, ax=ax, also=tuple(before), bar=ax is last,
        )  # fmt: skip
        ax.label_outer()


def output_curves(
    found: Result, outputs: Mapping[str, str], along: str, *, ax: Axes | None = None
) -> Axes:
    """Outputs along a dimension of their own: mean over models, and from a tenth to nine tenths.

    Args:
        found: an analysis.
        outputs: its arrays -> what they are called.
        along: the dimension.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.
    """
    with on_axes(ax) as ax:
        for color, (output, label) in zip(COLORS, outputs.items(), strict=False):
            values = output_values(found, output, keep=along)
            flat = values.reshape(-1, values.shape[-1])
            flat = flat[np.isfinite(flat).all(axis=1)]
            if not len(flat):
                continue
            low, high = np.quantile(flat, [0.1, 0.9], axis=0)
            ax.plot(found.along(along), flat.mean(axis=0), "o-", color=color, markersize=2.5,
                    label=label)  # fmt: skip
            ax.fill_between(found.along(along), low, high, color=color, alpha=0.2, linewidth=0)
        ax.set_xlabel(along.replace("_", " "))
        ax.legend()
    return ax


def output_assertion(
    found: Result,
    quantity: str,
    expected: str,
    holds: Callable[..., bool],
    output: str,
    control: str,
    *,
    at: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """A row of a figure's assertions: the mean of an output, and of another as its control.

    Args:
        found: an analysis.
        quantity: what was measured.
        expected: the requirement in words.
        holds: the requirement, called with the mean.
        output: what should fulfil it.
        control: what should not.
        at: as `output_map`.
    """
    measured, other = (output_mean(found, name, at=at) for name in (output, control))
    meaning = found.sweep.analysis.outputs[control].meaning
    return assertion(quantity, expected, holds, (measured,), control=(meaning, (other,)))
