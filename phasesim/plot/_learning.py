"""One model while it trains: dimensionalities, the loss, and where its features point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from phasesim.plot._curve import COLORS
from phasesim.plot._style import on_axes
from phasesim.reductions import AVERAGES
from phasesim.result import Result

Array = NDArray[np.float64]

#: losses of up to so many times the least are equal to it
_SAME = 1 + 1e-4
_GUIDES = {"1": 1.0, "3/4": 0.75, "2/3": 2 / 3, "1/2": 0.5, "2/5": 0.4, "1/3": 1 / 3}


@dataclass(frozen=True)
class Learning:
    """One model at the recorded steps."""

    step: Array
    """(steps,), the start included."""
    dimensionality: Array
    """D_i, (steps, features)."""
    loss: Array
    """On a fixed sample, (steps,)."""
    jump: NDArray[np.bool_]
    """Where the loss drops."""
    moved: Array
    """Features on another level than at the step before."""
    W: Array
    """(steps, hidden, features)."""


def seed_of(result: Result, reduction: str = "best") -> int:
    """The seed of a sweep of one cell that stands for it: the first of the best, or the worst.

    Args:
        result: of one cell.
        reduction: best or worst; for a mean it is the best, as models are never averaged.

    Returns:
        Its index; losses within 1e-4 of the least, relatively, are equal.
    """
    losses = np.ravel(result.ranking[1])
    losses = np.where(np.isfinite(losses), losses, np.nanmax(losses, initial=0.0))
    best = reduction in AVERAGES or reduction == "best"
    # runs that end in the same structure differ by rounding
    return int(np.argmax(losses <= _SAME * losses.min()) if best else np.argmax(losses))


def prepare_learning(result: Result, *, reduction: str = "best") -> Learning:
    """Dimensionalities and loss of one model at its recorded steps.

    Args:
        result: as `learning`.
        reduction: as `learning`.

    Returns:
        `Learning`; ``W`` is empty where no snapshots are stored.

    Raises:
        UsageError: the sweep has axes, or no analysis learning_jumps.

    Source:
        As `learning`.
    """
    from phasesim.rows import snapshot_steps

    found, seed = result.analysis("learning_jumps"), seed_of(result, reduction)
    steps = np.array(snapshot_steps(result.experiment()), dtype=float)

    def of(name: str, source: Result = found) -> Any:
        return np.asarray(source.stored(name), dtype=float)[seed][: len(steps)]

    W = of("W_snapshot", result) if "W_snapshot" in result.names() else np.zeros((0, 0, 0))
    return Learning(steps, of("dimensionality"), of("step_loss"), of("jump") > 0.5, of("moved"), W)


def learning(
    result: Result,
    *,
    ax: Axes,
    below: Axes,
    sets: Any = (),
    reduction: str = "best",
) -> Axes:
    """Dimensionality of every feature over the loss, on a shared logarithmic axis of steps.

    Args:
        result: of one cell with ``record.snapshots`` and the analysis learning_jumps.
        ax: where to draw D_i.
        below: where to draw the loss; triangles are its drops.
        sets: indices of each set of features, whose lines share a colour.
        reduction: which seed.

    Returns:
        The Axes of the dimensionalities.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition and Learning Dynamics".
    """
    shown = prepare_learning(result, reduction=reduction)
    at = 1 + shown.step
    of_set = {i: k for k, members in enumerate(sets) for i in members}
    for name, level in _GUIDES.items():
        ax.axhline(level, color="0.8", linewidth=0.6, zorder=0)
        ax.annotate(name, (1, level), xycoords=("axes fraction", "data"), xytext=(3, 0),
                    textcoords="offset points", va="center", fontsize=6)  # fmt: skip
    for i, values in enumerate(shown.dimensionality.T):
        color = COLORS[of_set.get(i, i) % len(COLORS)]
        ax.plot(at, values, color=color, linewidth=0.9, alpha=0.8)
    for color, members in zip(COLORS, sets, strict=False):
        ax.plot([], color=color, label="features " + ", ".join(map(str, members)))
    if sets:
        ax.legend(loc="upper left")
    ax.set(xscale="log", ylabel="dimensionality $D_i$", ylim=(-0.03, 1.05))
    below.plot(at, shown.loss, color="black", linewidth=1)
    below.plot(at[shown.jump], shown.loss[shown.jump], "v", color="#D55E00", markersize=4,
               label="drop of the loss")  # fmt: skip
    below.set(xscale="log", yscale="log", xlabel="1 + step", ylabel="loss")
    if shown.jump.any():
        below.legend()
    return ax


def directions(
    W: Array, *, sets: Any, ax: Axes | None = None, title: str = "", reach: float | None = None
) -> Axes:
    """Columns of W in three hidden dimensions, each set of features as a coloured polygon.

    Args:
        W: weights of one model, (3, n); of fewer dimensions the rest is 0.
        sets: indices of each set of features.
        ax: three-dimensional axes.
        title: above them.
        reach: half the side of the box; fits the features if None.

    Returns:
        The Axes.

    Source:
        As `learning`.
    """
    tips = np.zeros((3, W.shape[1]))
    tips[: min(3, len(W))] = W[:3]
    far = reach or max(float(np.linalg.norm(tips, axis=0).max(initial=0.0)), 1e-9)
    with on_axes(ax) as ax:
        space: Any = ax
        for color, members in zip(COLORS, sets, strict=False):
            ring = tips[:, [*members, members[0]]]
            space.plot(*ring, "o-", color=color, markersize=3, linewidth=0.8)
            for x, y, z in tips[:, list(members)].T:
                space.plot([0, x], [0, y], [0, z], color=color, linewidth=0.4)
        space.set(xlim=(-far, far), ylim=(-far, far), zlim=(-far, far), xticks=[], yticks=[],
                  zticks=[])  # fmt: skip
        space.set_box_aspect((1, 1, 1), zoom=1.15)
        space.set_title(title, fontsize=7)
    return ax


def stages(shown: Learning, count: int) -> list[int]:
    """Indices of recorded steps at even distances in log loss, the first and the last included.

    Args:
        shown: what `prepare_learning` returned.
        count: how many steps, at least 2.

    Returns:
        ``count`` indices; a step beside a steep fall may come twice.
    """
    fallen = np.maximum.accumulate(-np.log(np.maximum(shown.loss, 1e-30)))
    wanted = np.linspace(fallen[0], fallen[-1], count)
    found = [int(np.argmin(np.abs(fallen - level))) for level in wanted]
    return [*found[:-1], len(shown.loss) - 1]
