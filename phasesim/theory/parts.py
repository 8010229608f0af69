"""Where the exact loss comes from: which output, and how many features are active."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasesim.errors import UsageError
from phasesim.exact._activity import Activity
from phasesim.exact._expected import error_bound, expected_rows
from phasesim.exact._few import own_feature, pieces
from phasesim.exact._law import Law
from phasesim.exact._output import cubic, integrands, placed
from phasesim.exact._products import real
from phasesim.exact._series import Terms
from phasesim.exact._waves import characteristic
from phasesim.theory._any_law import known
from phasesim.theory.exact import checked, density_or_law

Array = NDArray[np.float64]

_TOLERANCE = 2e-11
_FEWEST, _MOST = 128, 1 << 15
_CHUNK = 64


class LossParts(NamedTuple):
    """Parts of the expected loss; either sums to `phasesim.population_loss`."""

    by_output: Array
    """I_i E (x_i - x'_i)², shape (..., n_features)."""
    by_active: Array
    """Expected loss in the event that 0, 1, … features are active, shape (..., n_features + 1)."""
    table: Array
    """Both at once, shape (..., n_features, n_features + 1)."""


def population_loss_parts(
    W: ArrayLike,
    b: ArrayLike,
    *,
    density: ArrayLike | None = None,
    importance: ArrayLike,
    distribution: Any = None,
) -> LossParts:
    """`population_loss` by output and by the number of active features.

    L = Σ_i Σ_c I_i E [(x_i - x'_i)²; exactly c features active]. Divided by the probability of c
    active features a column is the mean loss of such inputs.

    Args:
        W: weights, shape (..., n_hidden, n_features).
        b: biases, shape (..., n_features).
        density: p in (0, 1], a scalar, or shape (..., n_features) or (..., 1).
        importance: I, a scalar, or shape (..., n_features) or (..., 1).
        distribution: a part, the same for all models, instead of density.

    Returns:
        `LossParts` of ``by_output``, ``by_active`` and ``table``, float64.

    Raises:
        UsageError: as `phasesim.population_loss`, or a part needs more than 2¹⁵ terms.

    Reference:
        Elhage et al. 2022, Toy Models of Superposition, "Mathematical Understanding": the
        expansion of the loss by the number of active features.

    >>> parts = population_loss_parts([[1, -1]], [0, 0], density=0.5, importance=1)
    >>> parts.by_active.round(6).tolist()
    [0.0, 0.0, 0.083333]
    """
    p, law = density_or_law(W, density, distribution)
    W, b, p, importance = checked(W, b, p, importance)
    batch, n = b.shape[:-1], b.shape[-1]
    flat = zip(*(v.reshape(-1, *v.shape[len(batch) :]) for v in (W, b, p)), strict=True)
    if law is None:
        tables = [_table(*model) for model in flat]
    else:
        tables = [_table_under(*known(law, n), *model[:2]) for model in flat]
    table = np.reshape(tables, (*batch, n, n + 1)) * importance[..., None]
    return LossParts(table.sum(axis=-1), table.sum(axis=-2), table)


def _table(W: Array, b: Array, p: Array) -> Array:
    """Loss of each output by the number of active features, (n, n + 1)."""
    n = len(b)
    G = W.T @ W
    own, couplings, others = np.diag(G), G * (1 - np.eye(n)), p * (1 - np.eye(n))
    table = np.zeros((n, n + 1))
    # features without effect only add to the number; in the series they would converge slowly
    coupled = np.where(couplings != 0, others, 0.0)
    idle = _moments(couplings, others - coupled)[:, 0].T
    # the own feature is one more that is active, or not
    for active in (0, 1):
        chance = p if active else 1 - p
        found = _by_others(own, b, np.full(n, float(active)), couplings, coupled)
        both = [np.convolve(x, y)[:n] for x, y in zip(found, idle, strict=True)]
        table[:, active : active + n] += chance[:, None] * np.stack(both)
    return table


def _table_under(law: Law, contexts: list[Activity], W: Array, b: Array) -> Array:
    """The same under another law: coefficients of a polynomial, from its values on a circle.

    With a factor ζ for each active feature the loss is Σ_c ζ^c L_c.
    """
    n, n_waves = len(b), _FEWEST
    G, each = W.T @ W, np.ones(n)
    while error_bound(law, G, b, contexts, each, n_waves) > _TOLERANCE:
        if n_waves >= _MOST:
            raise UsageError(f"a part of the loss needs more than {_MOST} terms of its series")
        n_waves *= 2
    values = []
    for k in range((n + 1) // 2 + 1):
        counted = [a.counted(np.exp(2j * np.pi * k / (n + 1))) for a in contexts]
        terms = Terms(n_waves, _CHUNK, False)
        values.append(expected_rows(law, G, b, counted, terms).loss)
    return np.fft.irfft(np.conj(values), n + 1, axis=0).T


def _by_others(a: Array, b: Array, own: Array, couplings: Array, others: Array) -> Array:
    """Loss by how many other features are active, (n, n), the own one being so with ``own``."""
    n = len(b)
    chance = _moments(couplings, others)
    single = np.zeros((n, n))
    for x, width in pieces(a[:, None], b[:, None], couplings):
        h = own_feature(a[:, None], b[:, None] + couplings * x, own[:, None])[0]
        single += width / 2 * h
    found = np.zeros((n, n))
    found[:, 0] = chance[0][0] * own_feature(a, b, own)[0]
    if n > 1:
        found[:, 1] = np.sum(_alone(others) * single, axis=1)
    if n > 2:
        place = placed(a, b, couplings)
        coefficients = cubic(a, b, own, place).value
        for r, c in enumerate(coefficients):
            found[:, 2:] += (c * chance[2:, r]).T
        found[:, 2:] += _series(a, b, own, couplings, others).T
    return found


def _series(a: Array, b: Array, own: Array, couplings: Array, others: Array) -> Array:
    """Periodic part for two and more others, (n - 2, n)."""
    place = placed(a, b, couplings)
    total, end = np.zeros((len(b) - 2, len(b))), 0
    n_waves = _FEWEST
    while True:
        added = np.zeros_like(total)
        for first in range(end + 1, n_waves + 1, _CHUNK):
            k = np.arange(first, min(first + _CHUNK, n_waves + 1), dtype=float)
            part = integrands(k, a, b, own, place)
            z = _characteristics((couplings / place.period[:, None])[..., None] * k, others)
            added = added + np.stack([real(part.loss, (v.real, v.imag)) for v in z[2:]])
        total, end = total + added, n_waves
        if n_waves > _FEWEST and np.max(np.abs(added)) < _TOLERANCE:
            return total
        if n_waves >= _MOST:
            raise UsageError(f"a part of the loss needs more than {_MOST} terms of its series")
        n_waves *= 2


def _characteristics(turns: Array, p: Array) -> list[Array]:
    """Characteristic functions with exactly 0, 1, … features active, each (n, k)."""
    n = len(p)
    re, im = characteristic(turns)
    chi = re + 1j * im
    found = [np.ones_like(chi[:, 0])]
    found += [np.zeros_like(chi[:, 0]) for _ in range(n - 1)]
    for j in range(n):
        q, h = 1 - p[:, j, None], p[:, j, None] * chi[:, j]
        for c in range(min(j + 1, n - 1), 0, -1):
            found[c] = q * found[c] + h * found[c - 1]
        found[0] = q * found[0]
    return found


def _moments(a: Array, p: Array) -> Array:
    """E [z^r; exactly c others active], shape (n counts c, 4 powers r, n outputs)."""
    n = len(p)
    found = np.zeros((n, 4, n))
    found[0, 0] = 1.0
    for j in range(n):
        x, q, active = a[:, j], 1 - p[:, j], p[:, j]
        m = [active * x**s / (s + 1) for s in range(4)]
        for c in range(min(j + 1, n - 1), 0, -1):
            low = found[c - 1]
            gained = (
                m[0] * low[0],
                m[0] * low[1] + m[1] * low[0],
                m[0] * low[2] + 2 * m[1] * low[1] + m[2] * low[0],
                m[0] * low[3] + 3 * (m[1] * low[2] + m[2] * low[1]) + m[3] * low[0],
            )
            found[c] = q * found[c] + np.stack(gained)
        found[0] = q * found[0]
    return found


def _alone(p: Array) -> Array:
    """P(feature j and no other active), (n, n)."""
    n = len(p)
    others = np.stack([np.prod(1 - np.delete(p, j, axis=1), axis=1) for j in range(n)], axis=1)
    return p * others
