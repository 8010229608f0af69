"""The legend of a phase diagram: its two-dimensional colours, its lines, its marks."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.transforms import BboxTransformTo, ScaledTranslation

from phasesim.plot._map import MARKS
from phasesim.plot._palette import phase_colors

_PIXELS = 64
# inches
_GAP, _SIDE, _LABELS = 0.12, 0.68, 0.34


def draw_legend(ax: Axes, palette: str, also: tuple[Axes, ...] = ()) -> Axes:
    """Put the legend to the right of a diagram.

    Args:
        ax: the diagram.
        palette: whose colours to explain.
        also: further diagrams whose lines and marks this legend explains too.

    Returns:
        The Axes of the colour patch.
    """
    # in inches from the upper right corner: a share of the diagram's width would change with the
    # room that the legend itself takes from it
    corner = ScaledTranslation(1, 1, BboxTransformTo(ax.bbox))
    inches = ax.figure.dpi_scale_trans + corner
    patch = ax.inset_axes((_GAP, -_SIDE, _SIDE, _SIDE), transform=inches)
    at = (np.arange(_PIXELS) + 0.5) / _PIXELS
    colors = phase_colors(at[:, None], at[None], palette=palette)
    patch.imshow(colors, origin="lower", extent=(0, 1, 0, 1), aspect="auto")
    patch.set(xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    patch.set_xticklabels(["0", "½", "≥1"])
    patch.set_yticklabels(["0", "½", "≥1"])
    patch.set_xlabel("superposition $s$", labelpad=1, fontsize="small")
    patch.set_ylabel("norm $‖W‖$", labelpad=1, fontsize="small")
    patch.yaxis.set_label_position("right")
    patch.yaxis.tick_right()
    patch.tick_params(labelsize="small", length=2, pad=2)
    patch.spines[:].set_visible(True)
    handles = {}
    for one in (ax, *also):
        for handle, label in zip(*one.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    for label in MARKS.keys() & handles.keys():
        handles[label] = Patch(linewidth=0.5, **_visible(MARKS[label]))
    if handles:
        ax.legend(handles.values(), handles.keys(), loc="upper left", borderaxespad=0,
                  bbox_to_anchor=(_GAP - 0.04, -_SIDE - _LABELS), bbox_transform=inches,
                  fontsize="small", handletextpad=0.5)  # fmt: skip
    return patch


def _visible(look: dict[str, Any]) -> dict[str, Any]:
    """A mark that is see-through on the map needs something behind it in the legend."""
    return {**look, "facecolor": "0.5"} if look["facecolor"] == "none" else look
