"""The axes of a sweep as the page draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.axes import Axis
from phasesim.plot import axis_label
from phasesim.plot._grid import cell_edges

#: listed values above 0 that span more than this stand on a logarithmic scale
_WIDE = 30.0
#: up to so many values are written along an axis one by one
_WRITTEN = 12


def page_axis(axis: Axis, name: str) -> dict[str, Any]:
    """One axis; what is drawn stands in ascending order, ``order`` leads back to the sweep's.

    Names have no order of their own: they stand at 0, 1, … as written.
    """
    named = isinstance(axis.values[0], str)
    at = np.arange(len(axis.values)) if named else axis.array().astype(float)
    order = np.argsort(at, kind="stable")
    log = not named and _is_log(axis, at)
    labels = [value_label(v) for v in axis.values]
    return {
        "path": axis.path,
        "name": name,
        "label": axis_label(axis.path),
        "labels": labels,
        "ticks": named or len(labels) <= _WRITTEN,
        "named": named,
        "log": log,
        "order": order.tolist(),
        "centres": at[order].tolist(),
        "edges": cell_edges(np.asarray(at[order], float), log=log).tolist(),
    }


def _is_log(axis: Axis, at: NDArray) -> bool:
    listed = axis.source[0] == "values"
    return axis.log or bool(listed and at.min() > 0 and at.max() > _WIDE * at.min())


def value_label(value: Any) -> str:
    """A value in its shortest form: the numbers of an axis are single precision.

    >>> value_label(0.10000000149011612), value_label(3), value_label("adam")
    ('0.1', '3', 'adam')
    """
    return str(np.float32(value)) if isinstance(value, float) else str(value)


def strided(axis: Axis, stride: int) -> Axis:
    """Every so-manieth value of an axis."""
    return Axis(axis.path, axis.values[::stride], axis.source)
