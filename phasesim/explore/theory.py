"""Lines of the theory over the diagrams of a sweep."""

from __future__ import annotations

import itertools
from typing import Any

from phasesim.errors import UsageError
from phasesim.explore.encode import array
from phasesim.plot._boundaries import boundaries_of, paper_line
from phasesim.plot._grid import grid
from phasesim.result import Result
from phasesim.sweep import Sweep

AXES = ("distribution.density", "importance.ratio")
#: words of ``--theory``
CHOICES = ("auto", "all", "none")
#: diagrams of further axes beyond so many have no lines
_MOST_DIAGRAMS = 32
#: with more features the true optimum takes minutes
_QUICK_FEATURES = 2


def theory_lines(result: Result, choice: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Boundaries (ratio, density) of each density × ratio diagram that a sweep has.

    Args:
        result: its sweep.
        choice: ``all``, ``none``, or ``auto``: without the true optimum where it takes minutes.

    Returns:
        The lines, by the positions on the further axes, and sentences on what is missing.
    """
    if choice not in CHOICES:
        raise UsageError(f"theory: found '{choice}', expected one of {', '.join(CHOICES)}")
    axes = result.sweep.axes
    others = [a for a in axes if a.path not in AXES]
    if choice == "none" or type(result.sweep) is not Sweep or len(others) != len(axes) - 2:
        return [], []
    found = []
    places = list(itertools.product(*(range(len(a.values)) for a in others)))
    for at in places[:_MOST_DIAGRAMS]:
        select = {a.path: a.values[i] for a, i in zip(others, at, strict=True)}
        try:
            sides = grid(result, select)
            lines = {"paper's candidates": paper_line(sides)}
            if choice == "all" or sides.experiment.n_features <= _QUICK_FEATURES:
                lines["true optimum"] = boundaries_of(sides).true
        except UsageError as error:
            return found, [_none(str(error))]
        where = {a.path: i for a, i in zip(others, at, strict=True)}
        found.append({"at": where, "lines": {name: array(line) for name, line in lines.items()}})
    notes = []
    if len(places) > _MOST_DIAGRAMS:
        notes.append(f"theory: only over {_MOST_DIAGRAMS} of {len(places)} diagrams")
    if found and len(lines) == 1:
        notes.append("theory: no true optimum, which takes minutes; --theory all draws it")
    return found, notes


def _none(why: str) -> str:
    """That there is no line, and why; what refuses one begins so itself."""
    return f"theory: no boundaries, {why.removeprefix('no theory: ')}"
