"""The expected loss in exact rational arithmetic: slow, and an oracle for everything else."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import factorial, prod

import numpy as np
from numpy.typing import ArrayLike


def enumerated_loss(
    W: ArrayLike, b: ArrayLike, *, density: ArrayLike, importance: ArrayLike
) -> Fraction:
    r"""Expected loss as a rational number, by enumeration of the active features.

    For the set A of k active features, G_q(b; A) = E (b + Σ_{j∈A} a_j x_j)_+^q
    = q!/(q+k)! · Σ_{s⊆A} (-1)^{k-|s|} (b + Σ_{j∈s} a_j)_+^{q+k} / Π_{j∈A} a_j. An output i outside
    A contributes G_2(b; A); one inside 1/3 - [G_2(b + a_i; A\\i) - G_2(b; A)]/a_i + G_2(b; A).
    Couplings of 0 drop out of A beforehand. Cost grows as 3^n_features.

    Args:
        W: weights of one model, shape (n_hidden, n_features).
        b: biases, shape (n_features,).
        density: p, a scalar or shape (n_features,).
        importance: I, a scalar or shape (n_features,).

    Returns:
        L summed over features, exact for the binary values of the arguments.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Demonstrating Superposition": model and
        loss; the formula is our own.

    >>> enumerated_loss([[1, -1]], [0, 0], density=0.5, importance=1)
    Fraction(1, 12)
    """
    columns = [[_exact(v) for v in column] for column in np.asarray(W).T]
    n = len(columns)
    gram = [[_dot(u, v) for v in columns] for u in columns]
    p, weight, bias = (
        [_exact(v) for v in np.broadcast_to(np.asarray(row), n)] for row in (density, importance, b)
    )
    total = Fraction(0)
    for active in product((False, True), repeat=n):
        chance = prod(p[j] if on else 1 - p[j] for j, on in enumerate(active))
        if chance:
            errors = (_error(gram[i], bias[i], i, active) for i in range(n))
            total += chance * sum(w * e for w, e in zip(weight, errors, strict=True))
    return total


def _exact(value: float) -> Fraction:
    return Fraction(np.asarray(value).item())


def _dot(u: list[Fraction], v: list[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(u, v, strict=True)), Fraction(0))


def _error(row: list[Fraction], b: Fraction, i: int, active: tuple[bool, ...]) -> Fraction:
    """E of the squared error of output i given which features are active."""
    rest = [a for j, a in enumerate(row) if active[j] and j != i and a]
    if not active[i]:
        return _power_mean(2, b, rest)
    own = row[i]
    if not own:
        return Fraction(1, 3) - _power_mean(1, b, rest) + _power_mean(2, b, rest)
    square = _power_mean(2, b, [*rest, own])
    return Fraction(1, 3) - (_power_mean(2, b + own, rest) - square) / own + square


def _power_mean(q: int, b: Fraction, couplings: list[Fraction]) -> Fraction:
    """G_q: the mean of (b + Σ a_j x_j)_+^q over x uniform on the unit cube."""
    k = len(couplings)
    total = Fraction(0)
    for size in range(k + 1):
        for chosen in combinations(couplings, size):
            total += (-1) ** (k - size) * max(b + sum(chosen), Fraction(0)) ** (q + k)
    return total * Fraction(factorial(q), factorial(q + k)) / prod(couplings, start=Fraction(1))
