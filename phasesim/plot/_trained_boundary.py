"""The boundary of trained models, drawn over their diagram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.patheffects
import numpy as np
from matplotlib.axes import Axes

from phasesim.boundaries import PhaseBoundary, phase_boundary
from phasesim.errors import UsageError
from phasesim.plot._grid import Grid, grid
from phasesim.plot._style import on_axes
from phasesim.result import Result

_COLOR = "#009E73"


def trained_boundary(
    result: Result,
    *,
    along: str,
    reduction: str = "best",
    select: Mapping[str, Any] | None = None,
    ax: Axes | None = None,
    **keywords: Any,
) -> Axes:
    """Draw `phasesim.phase_boundary` over a phase diagram, with its interval as a band.

    Where models of no cell change, the line is interrupted; where the seeds do not settle the
    position there is no band.

    Args:
        result: of the diagram.
        along: the axis on which positions are sought; the other one is the one across.
        reduction: best, worst, mean or mean_minus_worst over seeds.
        select: values of further axes, as in `phase_diagram`.
        ax: where to draw; new ones of one column's width if None.
        **keywords: further ones of `phasesim.phase_boundary`.

    Returns:
        The Axes.

    Raises:
        UsageError: as `phasesim.phase_boundary`; or it is not one of the diagram's axes.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".
    """
    sides = grid(result, select)
    found = phase_boundary(result, along=along, reduction=reduction, **keywords)
    across, position, ends = _across(found, sides, [a.path for a in result.sweep.axes])
    upward = found.along == sides.y.path
    halo = [matplotlib.patheffects.withStroke(linewidth=2.2, foreground="white")]
    with on_axes(ax) as ax:
        fill = ax.fill_between if upward else ax.fill_betweenx
        fill(across, *ends.T, color=_COLOR, alpha=0.4, linewidth=0, label="95 % over seeds")
        xy = (across, position) if upward else (position, across)
        ax.plot(*xy, color=_COLOR, linewidth=1.2, path_effects=halo, scalex=False, scaley=False,
                label="trained models")  # fmt: skip
    return ax


def _across(
    found: PhaseBoundary, sides: Grid, paths: list[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values of the other free axis, ascending, and there positions and ends of the intervals."""
    free = {side.path: side for side in (sides.y, sides.x)}
    if found.along not in free:
        raise UsageError(f"along: {found.along} is held, expected one of {', '.join(free)}")
    other = next(side for path, side in free.items() if path != found.along)
    at = tuple(i for i, path in zip(sides.index, paths, strict=True) if path != found.along)
    return other.values, found.position[at][other.order], found.interval[at][other.order]
