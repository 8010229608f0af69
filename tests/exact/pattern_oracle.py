"""Expected losses by enumeration of patterns, each in closed form and many digits.

Nothing here is shared with the package: rational arithmetic for uniform values, partial fractions
in 120 digits for exponential ones, the normal distribution for Gaussian ones.
"""

from __future__ import annotations

import itertools
from decimal import Decimal, localcontext
from fractions import Fraction
from math import erf, exp, factorial, pi, prod, sqrt

import numpy as np

DIGITS = 120


def loss_by_active(amplitude, W, b, contexts, importance):
    """Expected loss in the event that 0, 1, … features are active, (n + 1,)."""
    W = np.asarray(W, float)
    n, G, given = W.shape[1], W.T @ W, ERRORS[amplitude]
    found = np.zeros(n + 1)
    for weight, sets in contexts:
        for choice in itertools.product(*(range(len(s[1])) for s in sets)):
            chance = float(weight) * prod(float(s[1][k]) for s, k in zip(sets, choice, strict=True))
            if chance == 0:
                continue
            active = [s[0][j] for s, k in zip(sets, choice, strict=True)
                      for j in np.flatnonzero(s[2][k])]  # fmt: skip
            for i in range(n):
                rest = [G[i, j] for j in active if j != i and G[i, j] != 0]
                error = given(i in active, G[i, i], b[i], rest)
                found[len(active)] += chance * importance[i] * float(error)
    return found


def loss(amplitude, W, b, distribution, importance):
    """Expected loss of one model."""
    contexts = distribution.activity(np.shape(W)[1])
    return loss_by_active(amplitude, W, b, contexts, importance).sum()


def _uniform(own, a, b, rest, low=0):
    """E (x - (y)_+)² for x and all else uniform on [low, 1]: x = low + (1 - low) u."""
    a, b = Fraction(float(a)), Fraction(float(b))
    rest = [Fraction(float(v)) for v in rest]
    b, rest = b + low * sum(rest), [(1 - low) * v for v in rest]
    if not own:
        return _mean_power(2, b, rest)
    b, a = b + low * a, (1 - low) * a
    every = [*rest, a] if a else rest
    square, first = _mean_power(2, b, every), _mean_power(1, b, every)
    # by parts: E u (y)_+
    u = (_mean_power(2, b + a, rest) - square) / (2 * a) if a else first / 2
    return Fraction(1, 3) - 2 * ((1 - low) * u + low * first) + square


def _mean_power(q, b, couplings):
    """E (b + Σ a_j u_j)_+^q over u uniform on the unit cube."""
    k, total = len(couplings), Fraction(0)
    for size in range(k + 1):
        for chosen in itertools.combinations(couplings, size):
            total += (-1) ** (k - size) * max(b + sum(chosen), Fraction(0)) ** (q + k)
    return total * Fraction(factorial(q), factorial(q + k)) / prod(couplings, start=Fraction(1))


def _exponential(own, a, b, rest):
    with localcontext() as context:
        context.prec = DIGITS
        b = Decimal(float(b))
        # equal couplings have no partial fractions: 1e-16 apart they do
        apart = [Decimal(float(v)) * (1 + Decimal(j + 1).scaleb(-16)) for j, v in enumerate(rest)]
        square = 2 * _half_square(b, apart)
        if not own:
            return square
        # E x (y)_+ is the derivative of half the mean square by the gain, by the bias at gain 0
        step = Decimal(1).scaleb(-36)
        a = Decimal(float(a))
        if a == 0:
            up, down = _half_square(b + step, apart), _half_square(b - step, apart)
        else:
            a, step = a * (1 - Decimal(1).scaleb(-16)), step * a
            square = 2 * _half_square(b, [*apart, a])
            up, down = (_half_square(b, [*apart, a + s]) for s in (step, -step))
        return 2 - (up - down) / step + square


def _half_square(b, couplings):
    """E (b + Σ c_j x_j)_+² / 2, from the partial fractions of Π 1/(1 - s c_j)."""
    if not couplings:
        return max(b, Decimal(0)) ** 2 / 2
    total = Decimal(0)
    for j, c in enumerate(couplings):
        others = (d for k, d in enumerate(couplings) if k != j)
        part = prod((1 / (1 - d / c) for d in others), start=Decimal(1))
        whole = b * b / 2 + b * c + c * c
        if c > 0:
            total += part * (whole if b >= 0 else c * c * (b / c).exp())
        elif b > 0:
            total += part * (whole - c * c * (b / c).exp())
    return total


def _gaussian(own, a, b, rest):
    variance = sum(v * v for v in rest) + (a * a if own else 0)
    if variance == 0:
        below, square = float(b > 0), max(b, 0) ** 2
    else:
        s = sqrt(variance)
        below, density = (1 + erf(b / s / sqrt(2))) / 2, exp(-b * b / variance / 2) / sqrt(2 * pi)
        square = (b * b + variance) * below + b * s * density
    return square + (1 - 2 * a * below if own else 0)


def _bernoulli(own, a, b, rest):
    return (own - max(b + sum(rest) + own * a, 0)) ** 2


ERRORS = {
    "uniform": _uniform,
    "signed_uniform": lambda *row: _uniform(*row, low=-1),
    "exponential": _exponential,
    "gaussian": _gaussian,
    "bernoulli": _bernoulli,
}
