"""The cells of a sweep, grouped into cohorts that one compiled program can train.

Everything here is plain Python and NumPy on whole columns: a grid of a million cells never
becomes a million experiment objects.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from phasesim.experiment import Experiment
from phasesim.parts import canonical
from phasesim.paths import spec_at
from phasesim.pytree import stack, structure
from phasesim.sweep import Sweep


@dataclass(frozen=True)
class Cohort:
    """Cells that differ in swept numbers only.

    Attributes:
        template: the experiment of the first cell.
        cells: flat grid indices in grid order, shape (n,).
        columns: dotted path of a swept field -> its value in each cell, shape (n,).
    """

    template: Experiment
    cells: np.ndarray
    columns: dict[str, np.ndarray]

    def stacked(self, rows: np.ndarray) -> Any:
        """The experiments of some rows as one part whose leaves have a leading model axis."""
        columns = {path: column[rows] for path, column in self.columns.items()}
        return stack(self.template, columns, len(rows), np.dtype(self.template.dtype))

    @cached_property
    def key_digests(self) -> np.ndarray:
        """`Experiment.key_digest` of each cell, uint8 (n, 32)."""
        return _digests(self, course=False)

    @cached_property
    def cell_digests(self) -> np.ndarray:
        """`Experiment.cell_digest` of each cell, uint8 (n, 32)."""
        return _digests(self, course=True)


def cohorts(sweep: Sweep) -> list[Cohort]:
    """The sweep's cells by structure, in grid order of their first cells."""
    groups = [_groups(sweep, position) for position in range(len(sweep.axes))]
    found = []
    for combination in itertools.product(*groups):
        template = sweep.at([int(g[0]) for g in combination])
        grid = np.ix_(*combination)
        flat = np.ravel_multi_index(grid, sweep.shape) if sweep.axes else np.zeros(())
        columns = {}
        for position, axis in enumerate(sweep.axes):
            if spec_at(template, axis.path).role == "swept":
                values = np.array([axis.values[i] for i in combination[position]])
                shape = [-1 if k == position else 1 for k in range(len(groups))]
                full = np.broadcast_to(values.reshape(shape), flat.shape)
                columns[axis.path] = full.ravel()
        found.append(Cohort(template, np.asarray(flat).ravel().astype(np.int64), columns))
    return sorted(found, key=lambda c: c.cells[0])


def _groups(sweep: Sweep, position: int) -> list[np.ndarray]:
    """Indices of one axis by the structure its values lead to, the others at their first."""
    axis = sweep.axes[position]
    index = [0] * len(sweep.axes)
    if spec_at(sweep.at(tuple(index)), axis.path).role == "swept":
        # only zero may change the structure: a part that is off at 0 leaves the program
        zeros = np.array([v == 0 for v in axis.values])
        candidates = [np.flatnonzero(zeros), np.flatnonzero(~zeros)]
    else:
        candidates = [np.array([i]) for i in range(len(axis.values))]
    merged: dict[Any, np.ndarray] = {}
    for group in candidates:
        if group.size:
            index[position] = int(group[0])
            key = structure(sweep.at(tuple(index)))
            merged[key] = np.sort(np.concatenate([merged.get(key, group[:0]), group]))
    return list(merged.values())


def _digests(cohort: Cohort, course: bool) -> np.ndarray:
    """All digests of a cohort from one canonical text with the swept numbers cut out."""
    tree = canonical(cohort.template, course)
    paths = [p for p in cohort.columns if course or spec_at(cohort.template, p).identity]
    marks = {path: f"\x00{i}\x00" for i, path in enumerate(paths)}
    for path, mark in marks.items():
        _put(tree, path.split("."), mark)
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"))
    pieces = text.split('"\\u0000')
    order = [piece.split('\\u0000"', 1) for piece in pieces[1:]]
    fragments = [_fragments(cohort.columns[paths[int(number)]]) for number, _ in order]
    tails = [tail for _, tail in order]
    out = np.empty((len(cohort.cells), 32), np.uint8)
    for row in range(len(cohort.cells)):
        cell = pieces[0] + "".join(f[row] + t for f, t in zip(fragments, tails, strict=True))
        out[row] = np.frombuffer(hashlib.sha256(cell.encode()).digest(), np.uint8)
    return out


def _fragments(column: np.ndarray) -> list[str]:
    """JSON of each value as `canonical` writes it; equal values are written once."""
    values, inverse = np.unique(column, return_inverse=True)
    texts = [json.dumps([float(np.float32(v)).hex()]) for v in values]
    return [texts[i] for i in inverse]


def _put(tree: Any, keys: list[str], mark: str) -> None:
    *parents, last = keys
    for key in parents:
        if isinstance(tree, list):
            tree = next((entry for entry in tree if entry[""] == key), None)
            if tree is None:
                return  # a part that is off is not there: its numbers decide nothing
        else:
            tree = tree[key]
    tree[last] = mark
