"""One model while it trains, as a film of its recorded steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from phasesim.errors import UsageError
from phasesim.metrics.dimensionality import dimensionality
from phasesim.plot._curve import COLORS
from phasesim.plot._features import features
from phasesim.plot._gram import gram
from phasesim.plot._labels import axis_symbol
from phasesim.plot._style import DOUBLE, style
from phasesim.result import Result

Array = NDArray[np.float64]

#: seconds for which the last frame stays
_HOLD = 1.5


@dataclass(frozen=True)
class Film:
    """One model at its recorded steps."""

    step: Array
    """(frames,), the start included."""
    W: Array
    """(frames, m, n)."""
    dimensionality: Array
    """D_i, (frames, n)."""
    title: str
    """Which model, in words."""


def prepare_animation(
    result: Result, *, select: Mapping[str, Any] | None = None, seed: int | None = None
) -> Film:
    """Weights and dimensionalities of one model at its recorded steps.

    Args:
        result: as `animation`.
        select: as `animation`.
        seed: as `animation`.

    Returns:
        `Film`.

    Raises:
        UsageError: as `animation`.

    Source:
        As `animation`.
    """
    if "W_snapshot" not in result.names():
        raise UsageError("no steps are stored, train with --set record.snapshots=40")
    at = result.select(method="nearest", **(select or {}))
    at = tuple(0 if isinstance(i, slice) else i for i in at)
    if seed is None:
        loss = np.asarray(result.ranking[1][at], dtype=float)
        seed = int(np.argmin(np.where(np.isfinite(loss), loss, np.inf)))
    if not 0 <= seed < result.sweep.n_seeds:
        raise UsageError(f"seed: found {seed}, expected 0 to {result.sweep.n_seeds - 1}")
    e = result.experiment(at)
    W = np.asarray(result.stored("W_snapshot")[(*at, seed)], dtype=float)
    W = W[:, : e.n_hidden, : e.n_features]
    # cells of fewer steps are padded
    kept = np.isfinite(W).all(axis=(1, 2))
    if not kept.any():
        raise UsageError(f"seed {seed} of this cell has no finite weights at any recorded step")
    axes = zip(result.sweep.axes, at, strict=True)
    words = [f"{axis_symbol(a.path)} = {_shown(a.values[i])}" for a, i in axes]
    W = W[kept]
    return Film(result.along("step")[kept].astype(float), W, dimensionality(W),
                " · ".join([*words, f"seed {seed}"]))  # fmt: skip


def animation(
    result: Result,
    *,
    select: Mapping[str, Any] | None = None,
    seed: int | None = None,
    fps: float = 8,
) -> FuncAnimation:
    """A model's features at each recorded step, beside their dimensionalities up to it.

    In one or two hidden dimensions features are arrows, in more WᵀW is shown.

    Args:
        result: of a sweep with ``record.snapshots``.
        select: last word of an axis path -> value, the nearest one for a number; of axes not
            named, the first value.
        seed: which model of the cell; the best one if None.
        fps: recorded steps a second.

    Returns:
        A ``matplotlib.animation.FuncAnimation``; `save_animation` writes it.

    Raises:
        UsageError: no steps are stored, or no such axis or seed.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition and Learning Dynamics".
    """
    film = prepare_animation(result, select=select, seed=seed)
    with style():
        figure = Figure(figsize=(DOUBLE, 2.9))
        left, right = figure.subplots(1, 2)
        reach = 1.25 * max(1.0, float(np.abs(film.W).max()))
        lines = _start_curves(right, film)

        def draw(k: int) -> list[Any]:
            with style():
                left.clear()
                _draw_model(left, film.W[k], reach)
                for line, values in zip(lines, film.dimensionality.T, strict=True):
                    line.set_data(1 + film.step[: k + 1], values[: k + 1])
                figure.suptitle(f"step {film.step[k]:,.0f} · {film.title}", parse_math=False)
            return [left, *lines]

        # laid out once, so that nothing but the model moves; equal scales take a second pass
        draw(0)
        for _ in range(2):
            figure.draw_without_rendering()
        figure.set_layout_engine("none")
        last = len(film.step) - 1
        frames = [*range(last), *[last] * max(1, round(_HOLD * fps))]
        return FuncAnimation(figure, draw, frames, interval=1000 / fps, cache_frame_data=False)


def _start_curves(ax: Axes, film: Film) -> list[Any]:
    """Faint lines of all that is to come, and the lines that grow over them."""
    at = 1 + film.step
    ax.plot(at, film.dimensionality, color="0.9", linewidth=0.6, zorder=0)
    lines = [ax.plot([], [], color=COLORS[i % len(COLORS)])[0] for i in range(film.W.shape[-1])]
    ax.set(xscale="log", xlabel="1 + step", ylabel="dimensionality $D_i$", ylim=(-0.03, 1.05))
    return lines


def _draw_model(ax: Axes, W: Array, reach: float) -> None:
    if len(W) > 2:
        gram(W, ax=ax, colorbar=False)
        return
    features(W, ax=ax, colorbar=False)
    ax.set_xlim(-reach, reach)
    if len(W) == 2:
        ax.set_ylim(-reach, reach)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
