"""Features in superposition as a graph: each connected component is a polytope of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.geometry import Factor, canonical, tegum_factors
from phasesim.geometry.components import EDGE
from phasesim.metrics.signed_gram import signed_gram
from phasesim.plot._style import on_axes

if TYPE_CHECKING:
    from mpl_toolkits.mplot3d.axes3d import Axes3D

Array = NDArray[np.float64]

#: between the centres of neighbouring components, in feature norms
_SPACING = 2.7
#: name of a component -> colour; all others are grey
_COLORS = {
    "dedicated": "#999999",
    "digon": "#000000",
    "triangle": "#009E73",
    "tetrahedron": "#CC79A7",
    "pentagon": "#0072B2",
    "square antiprism": "#D55E00",
}
_OTHER = "0.6"


@dataclass(frozen=True)
class FeatureGraph:
    """The represented features of one model."""

    positions: Array
    """Where each is drawn, shape (features, 2 or 3)."""
    labels: list[str]
    """Name of the component each belongs to."""
    edges: NDArray[np.intp]
    """Pairs of them that overlap by more than the threshold, shape (edges, 2)."""
    weights: Array
    """W_i·W_j of the pairs, shape (edges,)."""
    counts: dict[str, int]
    """Name -> how many components, most first."""


def prepare_feature_graph(
    W: ArrayLike, *, dimensions: int = 2, threshold: float = EDGE
) -> FeatureGraph:
    """The numbers behind `feature_graph`.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        dimensions: 2 or 3, of the drawing.
        threshold: overlap |W_i·W_j| above which two features are joined.

    Returns:
        `FeatureGraph`. Each component is laid out in its own subspace, turned so that its first
        feature is on the first axis; the features of one with more dimensions than the drawing
        stand around a circle. Components of one name stand together, in rows.

    Raises:
        UsageError: W is not a matrix, or another number of dimensions.
    """
    if dimensions not in (2, 3):
        raise UsageError(f"dimensions: found {dimensions!r}, expected 2 or 3")
    W = np.asarray(W, dtype=float)
    factors = tegum_factors(W, threshold=threshold)
    counts = Counter(factor.label for factor in factors)
    factors.sort(key=lambda f: (-counts[f.label], f.label, f.members))
    members = np.array([i for f in factors for i in f.members], dtype=np.intp)
    centres = _rows(len(factors))
    placed = [
        _layout(W, factor, dimensions) + np.append(centre, 0.0)[:dimensions]
        for factor, centre in zip(factors, centres, strict=True)
    ]
    G = signed_gram(W[:, members]) if len(members) else np.zeros((0, 0))
    edges = np.argwhere(np.triu(np.abs(G) > threshold, 1))
    return FeatureGraph(
        np.concatenate(placed) if placed else np.zeros((0, dimensions)),
        [f.label for f in factors for _ in f.members], edges, G[tuple(edges.T)],
        dict(counts.most_common()),
    )  # fmt: skip


def feature_graph(
    W: ArrayLike, *, threshold: float = EDGE, ax: Axes | None = None, legend: bool = True
) -> Axes:
    """A dot a represented feature, a line for each overlap, one component beside the other.

    Lines are as wide as |W_i·W_j|, dashed where features overlap positively.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        threshold: overlap |W_i·W_j| above which two features are joined.
        ax: where to draw; one with ``projection="3d"`` shows components in space; new ones of
            one column's width if None.
        legend: name the components.

    Returns:
        The Axes.

    Raises:
        UsageError: W is not a matrix.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "The Geometry of Superposition: Uniform
        Superposition".
    """
    with on_axes(ax, height=3.0) as ax:
        space = ax.name == "3d"
        shown = prepare_feature_graph(W, dimensions=3 if space else 2, threshold=threshold)
        ends = shown.positions[shown.edges]
        look = {
            "colors": [_color(shown.labels[i]) for i in shown.edges[:, 0]],
            "linewidths": 1.2 * np.minimum(np.abs(shown.weights), 1.5),
            "linestyles": ["-" if w < 0 else (0, (1, 1)) for w in shown.weights],
            "alpha": 0.8,
        }
        if space:
            from mpl_toolkits.mplot3d.art3d import Line3DCollection

            lines = Line3DCollection(ends, **look)
            cast("Axes3D", ax).add_collection3d(lines, autolim=False)
        else:
            ax.add_collection(LineCollection(list(ends), zorder=1, **look), autolim=False)
        colors = [_color(label) for label in shown.labels]
        ax.scatter(*shown.positions.T, s=7, color=colors, linewidth=0, zorder=2)
        _frame(ax, shown.positions)
        if legend:
            handles = [
                Line2D([], [], marker="o", markersize=3, color=_color(name), label=f"{k} × {name}")
                for name, k in shown.counts.items()
            ]
            ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 0.0))
    return ax


def _color(label: str) -> str:
    return _COLORS.get(label, _OTHER)


def _rows(count: int) -> Array:
    """Centres of that many components, in rows from the top left, nearly a square."""
    columns = max(1, int(np.ceil(np.sqrt(count))))
    row, column = np.divmod(np.arange(count), columns)
    return _SPACING * np.stack([column, -row], axis=1)


def _layout(W: Array, factor: Factor, dimensions: int) -> Array:
    """Features of a component, shape (k, dimensions): as they are, or else around a circle."""
    own = canonical(W[:, list(factor.members)])[: min(factor.d, dimensions)]
    own = np.pad(own, ((0, dimensions - len(own)), (0, 0)))
    if factor.d > dimensions:
        place = np.argsort(np.argsort(np.arctan2(own[1], own[0])))
        angle = 2 * np.pi * place / factor.k
        own = np.stack([np.cos(angle), np.sin(angle), np.zeros(factor.k)])[:dimensions]
    # long features must not reach into the next component
    return own.T / max(1.0, float(np.max(np.linalg.norm(own, axis=0))) / (0.45 * _SPACING))


def _frame(ax: Axes, positions: Array) -> None:
    """Equal scales around all positions, in the plane a square; no axes."""
    ax.set_axis_off()
    if not len(positions):
        return
    low, high = positions.min(axis=0) - 0.2, positions.max(axis=0) + 0.2
    if len(low) == 3:
        space = cast("Axes3D", ax)
        space.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), zlim=(low[2], high[2]))
        space.view_init(elev=40, azim=-70)
        # Matplotlib declares no type: inferred to be an int from the default, 1
        space.set_box_aspect(high - low, zoom=0.95)  # pyright: ignore[reportArgumentType]
        return
    middle, half = (low + high) / 2, np.max(high - low) / 2
    ax.set(xlim=middle[0] + [-half, half], ylim=middle[1] + [-half, half], aspect="equal")
