"""Assertions about single cells of a phase diagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from phasesim.plot._agreement import read_cell
from phasesim.plot._assertion import assertion
from phasesim.result import Result

#: what is expected, the test of norm and superposition, and the cell (r, p) that must fail it
Point = tuple[str, Callable[[float, float], bool], tuple[float, float]]


def point_assertions(
    result: Result, points: Mapping[tuple[float, float], Point]
) -> list[dict[str, Any]]:
    """Norm and superposition of the last feature in single cells of a density × ratio diagram.

    Args:
        result: of a sweep over density and ratio.
        points: (ratio, density) -> `Point`; the nearest cells are read, of the best seeds.

    Returns:
        One row a point, as `assertion` makes them.
    """
    rows = []
    for (r, p), (expected, holds, (other_r, other_p)) in points.items():
        own, other = (read_cell(result, {"ratio": x, "density": y})
                      for x, y in ((r, p), (other_r, other_p)))  # fmt: skip
        rows.append(
            assertion(
                f"norm, s at r = {r}, p = {p}", expected, holds, own,
                control=(f"r = {other_r}, p = {other_p}", other),
            )
        )  # fmt: skip
    return rows
