"""Loss and gradient of the tied models for a whole tile, by hand.

With h = W x, a = Wᵀ h + b, o = f(a), e = o - target and g = I · f'(a) · e, summed over the batch:

    L = Σ_i I_i e_i² / B,  ∂L/∂b_i = 2 Σ g_i / B,  ∂L/∂W_ji = 2 Σ (h_j g_i + (W g)_j x_i) / B.

Autodiff gives the same numbers, but XLA then walks the batch once for every gradient entry; both
forms here walk it once. The test suite holds them to autodiff through the flax module.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

#: with more reduction terms than this a matrix product is faster than the unrolled sum
MOST_UNROLLED = 130


def tied_gradient(
    params: Any, x: jax.Array, target: jax.Array, importance: jax.Array, *, relu: bool
) -> tuple[jax.Array, Any]:
    """Batch loss (L,) and gradient of L tied models.

    Args:
        params: ``W`` (L, m, n) and ``b`` (L, n).
        x: inputs, (L, n, B).
        target: wanted outputs, (L, n, B).
        importance: (L, n).
        relu: whether the output passes a ReLU.
    """
    m, n = params["W"].shape[1:]
    form = _unrolled if n * m + n + 1 <= MOST_UNROLLED else _products
    return form(params["W"], params["b"], x, target, importance, relu)


def _unrolled(
    W: jax.Array, b: jax.Array, x: jax.Array, target: jax.Array, importance: jax.Array, relu: bool
) -> tuple[jax.Array, Any]:
    """Every sum over the batch as one operand of a single reduction, features written out."""
    _, m, n = W.shape
    batch = x.shape[2]
    column = lambda values: values[:, None]  # noqa: E731 - (L,) against (L, B)
    w = [[column(W[:, j, i]) for i in range(n)] for j in range(m)]
    xs = [x[:, i] for i in range(n)]
    h = [sum(w[j][i] * xs[i] for i in range(n)) for j in range(m)]
    loss, g = jnp.zeros_like(xs[0]), []
    for i in range(n):
        a = sum((w[j][i] * h[j] for j in range(m)), column(b[:, i]))
        e = (jnp.maximum(a, 0) if relu else a) - target[:, i]
        weighted = column(importance[:, i]) * e
        loss = loss + weighted * e
        g.append(jnp.where(a > 0, weighted, 0) if relu else weighted)
    back = [sum(w[j][i] * g[i] for i in range(n)) for j in range(m)]
    terms = [loss, *g, *(h[j] * g[i] + back[j] * xs[i] for j in range(m) for i in range(n))]
    zero = jnp.zeros((), x.dtype)
    sums = jax.lax.reduce(
        tuple(terms),
        (zero,) * len(terms),
        lambda left, right: tuple(p + q for p, q in zip(left, right, strict=True)),
        (1,),
    )
    gradient_b = jnp.stack(sums[1 : 1 + n], 1) * (2 / batch)
    gradient_W = jnp.stack(sums[1 + n :], 1).reshape(W.shape) * (2 / batch)
    return sums[0] / batch, {"W": gradient_W, "b": gradient_b}


def _products(
    W: jax.Array, b: jax.Array, x: jax.Array, target: jax.Array, importance: jax.Array, relu: bool
) -> tuple[jax.Array, Any]:
    """The same sums as batched matrix products."""
    batch = x.shape[2]
    dot = lambda spec, p, q: jnp.einsum(spec, p, q, precision="highest")  # noqa: E731
    h = dot("lmn,lnb->lmb", W, x)
    a = dot("lmn,lmb->lnb", W, h) + b[:, :, None]
    e = (jnp.maximum(a, 0) if relu else a) - target
    weighted = importance[:, :, None] * e
    g = jnp.where(a > 0, weighted, 0) if relu else weighted
    back = dot("lmn,lnb->lmb", W, g)
    gradient_W = dot("lmb,lnb->lmn", h, g) + dot("lmb,lnb->lmn", back, x)
    loss = jnp.sum(weighted * e, axis=(1, 2)) / batch
    return loss, {"W": gradient_W * (2 / batch), "b": jnp.sum(g, axis=2) * (2 / batch)}
