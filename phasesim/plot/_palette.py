"""The two-dimensional colour map of phase diagrams: hue from superposition, strength from norm.

Colours are mixed in OKLab (Ottosson 2020), where equal steps look equal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_TO_CONE = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@dataclass(frozen=True)
class Palette:
    """sRGB colours in hexadecimal."""

    none: str
    """A feature of norm 0."""
    alone: str
    """Norm 1, superposition 0."""
    between: str
    """Pulls what lies between towards itself, so that a half-shared feature is not grey."""
    shared: str
    """Norm 1, superposition 1."""


#: okabe_ito is told apart with every common colour blindness; paper is close to the original's
PALETTES = {
    "okabe_ito": Palette(none="#ECECEC", alone="#0072B2", between="#A9408F", shared="#D55E00"),
    "paper": Palette(none="#F4F4F4", alone="#3A4CE0", between="#A0309A", shared="#E0303A"),
}


def phase_colors(norm: ArrayLike, superposition: ArrayLike, *, palette: str = "okabe_ito") -> Array:
    """Colour of a feature: grey for norm 0, then from blue (alone) to orange (shared).

    Both numbers are clipped to [0, 1], so that figures can be compared.

    Args:
        norm: ‖W_i‖, any shape.
        superposition: s_i = Σ_{j≠i} (Ŵ_i·W_j)², a shape that broadcasts with ``norm``.
        palette: a key of `PALETTES`.

    Returns:
        sRGB in [0, 1], shape (..., 3); white where a number is NaN.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition as a Phase Change".

    >>> (255 * phase_colors([0, 1, 1], [0, 0, 1])).round().astype(int).tolist()
    [[236, 236, 236], [0, 114, 178], [213, 94, 0]]
    """
    chosen = PALETTES[palette]
    none, alone, between, shared = (
        _oklab(_rgb(c)) for c in (chosen.none, chosen.alone, chosen.between, chosen.shared)
    )
    r, s = np.broadcast_arrays(np.clip(norm, 0.0, 1.0), np.clip(superposition, 0.0, 1.0))
    r, s = r[..., None], s[..., None]
    hue = (1 - s) ** 2 * alone + 2 * s * (1 - s) * between + s**2 * shared
    colors = _srgb(none + r * (hue - none))
    return np.where(np.isnan(r) | np.isnan(s), 1.0, colors)


def _rgb(text: str) -> Array:
    return np.array([int(text[k : k + 2], 16) for k in (1, 3, 5)]) / 255


def _oklab(rgb: Array) -> Array:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.cbrt(linear @ _TO_CONE.T) @ _TO_LAB.T


def _srgb(lab: Array) -> Array:
    linear = np.clip((lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONE).T, 0.0, 1.0)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
