"""What each neuron of a model stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.plot._curve import COLORS
from phasesim.plot._features import IMPORTANCE
from phasesim.plot._style import on_axes
from phasesim.result import Result

Array = NDArray[np.float64]


def prepare_neuron_stack(W: ArrayLike) -> tuple[Array, Array]:
    """Lower ends and heights of the bars of `neuron_stack`, both (n_hidden, n_features).

    Args:
        W: as `neuron_stack`.

    Returns:
        Where each bar begins, and its signed height.

    Raises:
        UsageError: W is not a matrix.

    >>> prepare_neuron_stack([[1.0, -0.5, 0.25]])[0].tolist()
    [[0.0, 0.0, 1.0]]
    """
    W = np.asarray(W, dtype=float)
    if W.ndim != 2:
        raise UsageError(f"W: found shape {W.shape}, expected (n_hidden, n_features)")
    above, below = np.maximum(W, 0), np.minimum(W, 0)
    base = np.where(W >= 0, np.cumsum(above, axis=1) - above, np.cumsum(below, axis=1) - below)
    return base, W


def neuron_stack(W: ArrayLike, *, ax: Axes | None = None) -> Axes:
    """A bar a neuron, stacked of its weights: negative ones below the axis.

    Args:
        W: weights into the neurons of one model, shape (n_hidden, n_features).
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes; features are coloured from the first (dark) to the last (light).

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis".
    """
    base, height = prepare_neuron_stack(W)
    m, n = height.shape
    with on_axes(ax) as ax:
        left, low = np.broadcast_to(np.arange(m)[:, None] - 0.4, (m, n)), base
        x = np.stack([left, left + 0.8, left + 0.8, left], axis=-1)
        y = np.stack([low, low, low + height, low + height], axis=-1)
        colors = np.broadcast_to(IMPORTANCE(np.arange(n) / max(n - 1, 1)), (m, n, 4))
        bars = np.stack([x, y], axis=-1).reshape(-1, 4, 2)
        # of many features the seams would hide the bars; an array is drawn faster than the sequence
        # that Matplotlib declares
        drawn = PolyCollection(
            bars,  # pyright: ignore[reportArgumentType]
            facecolors=colors.reshape(-1, 4),
            edgecolor="white",
            linewidth=0.2 if n <= 20 else 0,
        )
        ax.add_collection(drawn)
        ax.autoscale_view()
        ax.set_xlim(-0.7, m - 0.3)
        ax.axhline(0, color="0.2", linewidth=0.6)
        ax.set(xticks=[], xlabel="neuron", ylabel="weights")
    return ax


def weights_at(
    result: Result, name: str, *, among: ArrayLike | None = None, **values: Any
) -> Array:
    """Weights of the seed of the smallest loss in one cell, without padding.

    Args:
        result: of models with such a parameter.
        name: of the parameter, such as ``W_in``.
        among: whether each seed may be taken, (seeds,); all if None, or if none may.
        **values: last word of an axis path -> value, the nearest one for a number.

    Returns:
        As stored of one model.
    """
    at = result.select(method="nearest", **values)
    at = tuple(0 if isinstance(i, slice) else i for i in at)
    losses = np.asarray(result.loss[at], dtype=float)
    losses = np.where(np.isfinite(losses), losses, np.inf)
    if among is not None and np.any(among):
        losses = np.where(among, losses, np.inf)
    W = np.asarray(result.stored(name), dtype=float)[(*at, int(np.argmin(losses)))]
    return W[np.isfinite(W).all(axis=1)]


def scaled(W: ArrayLike) -> Array:
    """Each neuron's weights over its largest one, neurons in order of their main feature.

    Args:
        W: weights of one model, shape (n_hidden, n_features).

    Returns:
        The same shape; the entry of largest size in each row is 1 or -1.

    >>> scaled([[0.0, 2.0], [4.0, 1.0]]).tolist()
    [[1.0, 0.25], [0.0, 1.0]]
    """
    W = np.asarray(W, dtype=float)
    size = np.abs(W)
    largest = np.maximum(size.max(axis=1, keepdims=True), 1e-12)
    return (W / largest)[np.argsort(size.argmax(axis=1), kind="stable")]


def weight_map(W: ArrayLike, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Heat map of a matrix, neurons downward, red for positive and blue for negative weights.

    Args:
        W: shape (n_hidden, n_features).
        title: above the map.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.
    """
    W = np.asarray(W, dtype=float)
    far = float(np.abs(W).max(initial=1e-9))
    with on_axes(ax) as ax:
        image = ax.imshow(W, cmap="RdBu_r", vmin=-far, vmax=far, interpolation="nearest")
        ax.set(xlabel="feature", ylabel="neuron", title=title)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
        ax.figure.colorbar(image, ax=ax, shrink=0.8)
    return ax


def counts(numbers: Mapping[str, ArrayLike], *, label: str, ax: Axes | None = None) -> Axes:
    """How many runs have how many of something, side by side.

    Args:
        numbers: words -> a count of each run.
        label: what is counted.
        ax: where to draw; new ones of one column's width if None.

    Returns:
        The Axes.
    """
    with on_axes(ax) as ax:
        width = 0.8 / len(numbers)
        for k, (words, each) in enumerate(numbers.items()):
            found, runs = np.unique(np.asarray(each, dtype=int), return_counts=True)
            ax.bar(found + (k - (len(numbers) - 1) / 2) * width, runs, width, label=words,
                   color=COLORS[k])  # fmt: skip
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        most = max(int(np.max(each, initial=0)) for each in numbers.values())
        ax.set(xlabel=label, ylabel="runs", xlim=(-0.6, most + 0.6))
        ax.margins(y=0.3)  # room for the legend
        ax.legend()
    return ax
