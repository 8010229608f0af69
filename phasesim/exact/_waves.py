"""Integrals of waves over an active feature's value, x uniform on [0, 1].

χ(θ) = ∫ e^{iθx} dx,  ψ(θ) = ∫ x e^{iθx} dx,  ψ₂(θ) = ∫ x² e^{iθx} dx, each as (real, imaginary):
complex arithmetic does not become vector code on a CPU.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from phasesim.numerics import namespace

_PI2 = math.pi**2
#: Taylor coefficients in r² of sin(πr)/(πr) and cos(πr): below the rounding of float32 at |r| = ½
_SINC = [(-_PI2) ** n / math.factorial(2 * n + 1) for n in range(7)]
_COS = [(-_PI2) ** n / math.factorial(2 * n) for n in range(8)]
#: (sinc h - cos h)/h² in powers of h²; eight terms reach the rounding of float64 at |h| = 1
_BESSEL = [(-1) ** n * 2 * (n + 1) / math.factorial(2 * n + 3) for n in range(9)]

Pair = tuple[Any, Any]


class Waves(NamedTuple):
    """The three integrals at the same θ."""

    chi: Pair
    psi: Pair
    psi2: Pair


def waves(turns: Any) -> Waves:
    """χ, ψ and ψ₂ at θ = 2π turns, without cancellation at small θ.

    With h = θ/2 and J = (sinc h - cos h)/h²: χ = e^{ih} sinc h, ψ = e^{ih} (sinc h + ihJ)/2 and
    ψ₂ = e^{ih} (sinc h - J + ihJ)/2.
    """
    sinc, cos, sin = _sinc_cos_sin(turns)
    h = math.pi * turns
    bessel = _bessel(h * h, sinc, cos)
    rotated = lambda x, y: (cos * x - sin * y, sin * x + cos * y)  # noqa: E731
    return Waves(
        (cos * sinc, sin * sinc),
        rotated(sinc / 2, h * bessel / 2),
        rotated((sinc - bessel) / 2, h * bessel / 2),
    )


def characteristic(turns: Any) -> Pair:
    """χ alone."""
    sinc, cos, sin = _sinc_cos_sin(turns)
    return cos * sinc, sin * sinc


def centred_waves(turns: Any) -> Waves:
    """The integrals for x uniform on [-1, 1]: χ = sinc θ, ψ = iθ J(θ) and ψ₂ = sinc θ - 2 J(θ)."""
    xp = namespace(turns)
    half = xp.round(2 * turns) / 2
    # the sign that cancels elsewhere: half a turn more is a change of sign
    sign = 1 - 4 * xp.abs(half - xp.round(half))
    sinc, cos, _ = _sinc_cos_sin(2 * turns)
    theta = 2 * math.pi * turns
    sinc, cos = sign * sinc, sign * cos
    bessel = _bessel(theta * theta, sinc, cos)
    zero = 0 * turns
    return Waves((sinc, zero), (zero, theta * bessel), (sinc - 2 * bessel, zero))


def _bessel(h2: Any, sinc: Any, cos: Any) -> Any:
    """J = (sinc h - cos h)/h², from h²."""
    xp = namespace(h2)
    small = h2 < 1
    taylor = _polynomial(_BESSEL if h2.dtype == np.float64 else _BESSEL[:6], h2)
    return xp.where(small, taylor, (sinc - cos) / xp.where(small, 1, h2))


def _sinc_cos_sin(turns: Any) -> tuple[Any, Any, Any]:
    """Sinc h, cos h and sin h at h = π turns, up to a sign that cancels in e^{ih} sinc h."""
    xp = namespace(turns)
    whole = xp.round(turns)
    r = turns - whole
    inside = whole == 0
    sinc, cos = _sinc_and_cos(r)
    sin = math.pi * r * sinc
    return sinc * xp.where(inside, 1, r / xp.where(inside, 1, turns)), cos, sin


def turned(turns: Any) -> Pair:
    """e^{2πi turns}."""
    xp = namespace(turns)
    r = turns - xp.round(turns)
    sinc, cos = _sinc_and_cos(r)
    sin = math.pi * r * sinc
    return 1 - 2 * sin * sin, 2 * sin * cos


def times(x: Pair, y: Pair) -> Pair:
    """Complex product."""
    return x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0]


def _sinc_and_cos(r: Any) -> Pair:
    """sin(πr)/(πr) and cos(πr) for |r| ≤ ½."""
    if r.dtype == np.float64:
        xp = namespace(r)
        return xp.sinc(r), xp.cos(math.pi * r)
    # polynomials become vector code, the library's functions do not
    return _polynomial(_SINC, r * r), _polynomial(_COS, r * r)


def _polynomial(coefficients: list[float], x: Any) -> Any:
    total = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total
