"""An analysis at one end of an axis of the sweep, with the other end as control."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._outputs import output_values
from phasesim.result import Result


def ends(
    found: Result,
    axis: str,
    rows: Iterable[tuple[str, str, str, float]],
    *,
    largest: bool,
) -> list[dict[str, Any]]:
    """Means of outputs where an axis ends, over all other axes and seeds.

    Args:
        found: an analysis.
        axis: last word of the axis's path.
        rows: what is measured, output, ``>`` or ``<``, and the number it is held against.
        largest: which end is asserted, that of the largest value; the other is the control.
    """
    index = next(i for i, a in enumerate(found.sweep.axes) if a.path.rpartition(".")[2] == axis)
    values = found.sweep.axes[index].array()
    places = [int(np.argmax(values)), int(np.argmin(values))]
    asserted, control = places if largest else places[::-1]
    made = []
    for said, output, sign, bound in rows:
        cells = np.moveaxis(output_values(found, output), index, 0)
        at = [mean(v[np.isfinite(v)]) for v in (cells[asserted], cells[control])]
        holds = (lambda v, b=bound: v > b) if sign == ">" else (lambda v, b=bound: v < b)
        made.append(
            assertion(f"{said}, {axis} {values[asserted]:g}", f"{sign} {bound:g}", holds,
                      (at[0],), control=(f"{axis} {values[control]:g}", (at[1],)))
        )  # fmt: skip
    return made
