"""What is said of three features in two dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.metrics._phases import Phase
from phasesim.metrics.signed_gram import signed_gram
from phasesim.metrics.superposition import superposition
from phasesim.plot._assertion import assertion
from phasesim.plot._cell import model_at
from phasesim.plot._grid import grid
from phasesim.plot._theory import candidate_loss_on
from phasesim.result import Result

#: to the right of this ratio the extra feature matters clearly more than the others
_RIGHT = 1.25
#: W_i·W_j of features that share a direction
_PARTNER = -0.5


def corner(result: Result) -> list[dict[str, Any]]:
    """The extra feature: dedicated for r > 1 at any density; one partner; the triangle.

    Args:
        result: of n = 3, m = 2 over density and ratio.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change"; the
        triangle near r = 1, which the paper leaves out, is our own.
    """
    ratio_axis = list(result.coords).index("importance.ratio")
    right = np.flatnonzero(result.coords["importance.ratio"] > _RIGHT)
    phase = np.take(result.metric("phase", "best"), right, axis=ratio_axis)
    dedicated = np.mean(phase == Phase.DEDICATED, axis=(0, 1))
    return [
        assertion(f"share of cells with r > {_RIGHT} where the extra feature is dedicated", "1",
            lambda share: share == 1, (dedicated[-1],),
            control=("an ordinary feature", (dedicated[0],))),
        assertion("partners of the extra feature at r = 0.5, p = 0.1 (W_i·W_j < -0.5)", "1",
            lambda partners: partners == 1, (_partners(result, 0.5, 0.1),),
            control=("r = 3, p = 0.1", (_partners(result, 3, 0.1),))),
        assertion("s of all features at r = 1, p = 0.7; loss over the paper's best candidate",
            "0.39 ± 0.05, < 1", _is_triangle, _triangle(result, 1, 0.7),
            control=("r = 1, p = 0.1", _triangle(result, 1, 0.1))),
    ]  # fmt: skip


def _partners(result: Result, ratio: float, density: float) -> int:
    G = signed_gram(model_at(result, ratio=ratio, density=density).W)
    return int(np.count_nonzero(G[-1, :-1] < _PARTNER))


def _triangle(result: Result, ratio: float, density: float) -> tuple[float, ...]:
    sides = grid(result)
    loss = sides.take(result.metric("exact_loss", "best")) / candidate_loss_on(sides)
    y, x = (np.argmin(np.abs(s.values - v)) for s, v in ((sides.y, density), (sides.x, ratio)))
    shared = superposition(model_at(result, ratio=ratio, density=density).W)
    return (*shared, loss[y, x])


def _is_triangle(*values: float) -> bool:
    *shared, loss = values
    return bool(np.allclose(shared, 0.39, atol=0.05) and loss < 1)
