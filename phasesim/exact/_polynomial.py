"""The polynomial part of an output under any law of the amplitude, and moments of z."""

from __future__ import annotations

from math import comb, factorial
from typing import Any

from phasesim.exact._output import Place

#: E x, E x² and E x³ of an active feature
Moments = tuple[float, float, float]


def powers(moments: Moments, a: Any) -> tuple[Any, ...]:
    """E (a x)^r / r! for r = 0 … 3, with a last axis of length 1: elements of `series_times`."""
    a = a[..., None]
    return (0 * a + 1, *(m * a**r / factorial(r) for r, m in enumerate(moments, 1)))


def of_feature(moments: Moments, a: Any) -> tuple[Any, ...]:
    """E x (a x)^r / r! for r = 0 … 2: all that a derivative by a needs."""
    a = a[..., None]
    return tuple(m * a**r / factorial(r) for r, m in enumerate(moments))


def series_times(x: tuple[Any, ...], y: tuple[Any, ...]) -> tuple[Any, ...]:
    """Product of two power series, as far as both are known."""
    known = range(min(len(x), len(y)))
    return tuple(sum(x[s] * y[r - s] for s in range(r + 1)) for r in known)


def moment(coefficients: list[Any], z: tuple[Any, ...]) -> Any:
    """E Σ_r c_r z^r from the power series of z."""
    terms = enumerate(zip(coefficients, z, strict=False))
    return sum(factorial(r) * c * m[..., 0] for r, (c, m) in terms)


def loss_and_slope(
    moments: Moments, a: Any, b: Any, p: Any, place: Place
) -> tuple[list[Any], list[Any]]:
    """Taylor coefficients at z = 0 of the polynomial part of the loss and of its ∂/∂a.

    The loss is E f(y) - 2p E x g(y) + p E x² with y = a x + z + b; on the support f is the
    polynomial part of (y)_+² and g that of (y)_+, where the output is always on the powers
    themselves.
    """
    T, on, always = place.period, place.inside, place.always
    f = [0 * T, on * T / 6, on / 2 + always, on / (3 * T)]
    g = [on * T / 12, on / 2 + always, on / (2 * T)]
    m1, m2, m3 = moments
    silent = [(1 - p) * c for c in f]
    square = _averaged(f, [1, a * m1, a * a * m2, a**3 * m3])
    cross = [*_averaged(g, [m1, a * m2, a * a * m3]), 0]
    loss = [s + p * (x - 2 * y) for s, x, y in zip(silent, square, cross, strict=True)]
    loss[0] = loss[0] + p * m2
    square = _averaged(_derivative(f), [m1, a * m2, a * a * m3])
    cross = [*_averaged(_derivative(g), [m2, a * m3]), 0]
    slope = [p * (x - 2 * y) for x, y in zip(square, cross, strict=True)]
    shift = [1, b, b * b, b**3]
    return _averaged(loss, shift), _averaged(slope, shift)


def _averaged(f: list[Any], moments: list[Any]) -> list[Any]:
    """Coefficients of E f(z + u), given the moments of u from the zeroth."""
    degree = range(len(f))
    return [sum(comb(s, r) * f[s] * moments[s - r] for s in degree if s >= r) for r in degree]


def _derivative(f: list[Any]) -> list[Any]:
    return [r * c for r, c in enumerate(f)][1:]
