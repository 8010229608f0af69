"""Loss and gradient of a tied model by hand, in two forms.

With z = W x, h = act(z), a = Wᵀ h + b, o = f(a), e = o - target, g = I · f'(a) · e and
d = act'(z) · W g, summed over the batch:

    L = Σ_i I_i e_i² / B,  ∂L/∂b_i = 2 Σ g_i / B,  ∂L/∂W_ji = 2 Σ (h_j g_i + d_j x_i) / B.

Autodiff gives the same numbers, but XLA then walks the batch once for every entry of the gradient.
A reduction of many operands at once is fused with all that computes them, so that the unrolled
form walks the batch once and writes nothing but sums. The test suite holds both to autodiff
through the flax module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Activation = Callable[[jax.Array], jax.Array]

#: beyond this many weights matrix products are faster, and the unrolled form slow to compile
MOST_UNROLLED = 160


def unrolls(n_features: int, n_hidden: int) -> bool:
    """Whether a model of this size is written out feature by feature."""
    return n_features * n_hidden <= MOST_UNROLLED


def tied_gradient(
    params: Any,
    x: jax.Array,
    target: jax.Array,
    importance: jax.Array,
    *,
    relu: bool,
    hidden: Activation | None = None,
) -> tuple[jax.Array, Any]:
    """Batch loss and gradient of one tied model.

    Args:
        params: ``W`` (m, n) and ``b`` (n,).
        x: inputs, (n, B).
        target: wanted outputs, (n, B).
        importance: (n,).
        relu: whether the output passes a ReLU.
        hidden: elementwise function of the hidden units, none for h = W x.
    """
    m, n = params["W"].shape
    form = _unrolled if unrolls(n, m) else _products
    return form(params["W"], params["b"], x, target, importance, relu, hidden)


def _with_slope(hidden: Activation | None, z: jax.Array) -> tuple[jax.Array, Any]:
    """act(z) and act'(z); the slope of nothing is a plain 1."""
    return (z, 1) if hidden is None else jax.jvp(hidden, (z,), (jnp.ones_like(z),))


def _unrolled(
    W: jax.Array,
    b: jax.Array,
    x: jax.Array,
    target: jax.Array,
    importance: jax.Array,
    relu: bool,
    hidden: Activation | None = None,
) -> tuple[jax.Array, Any]:
    """Every sum over the batch as one operand of a single reduction, features written out."""
    (m, n), batch = W.shape, x.shape[1]
    z = [sum(W[j, i] * x[i] for i in range(n)) for j in range(m)]
    h, slope = zip(*(_with_slope(hidden, z_j) for z_j in z), strict=True)
    loss, g = jnp.zeros_like(x[0]), []
    for i in range(n):
        a = sum((W[j, i] * h[j] for j in range(m)), b[i])
        e = (jnp.maximum(a, 0) if relu else a) - target[i]
        weighted = importance[i] * e
        loss = loss + weighted * e
        g.append(jnp.where(a > 0, weighted, 0) if relu else weighted)
    back = [slope[j] * sum(W[j, i] * g[i] for i in range(n)) for j in range(m)]
    outer = [h[j] * g[i] + back[j] * x[i] for j in range(m) for i in range(n)]
    sums = sum_together([loss, *g, *outer], axis=0)
    gradient_b = jnp.stack(sums[1 : 1 + n]) * (2 / batch)
    gradient_W = jnp.stack(sums[1 + n :]).reshape(m, n) * (2 / batch)
    return sums[0] / batch, {"W": gradient_W, "b": gradient_b}


def _products(
    W: jax.Array,
    b: jax.Array,
    x: jax.Array,
    target: jax.Array,
    importance: jax.Array,
    relu: bool,
    hidden: Activation | None = None,
) -> tuple[jax.Array, Any]:
    """The same sums as matrix products, the batch along the minor axis."""
    batch = x.shape[1]
    dot = lambda p, q: jnp.matmul(p, q, precision="highest")  # noqa: E731
    h, slope = _with_slope(hidden, dot(W, x))
    a = dot(W.T, h) + b[:, None]
    e = (jnp.maximum(a, 0) if relu else a) - target
    weighted = importance[:, None] * e
    g = jnp.where(a > 0, weighted, 0) if relu else weighted
    gradient_W = (dot(h, g.T) + dot(slope * dot(W, g), x.T)) * (2 / batch)
    loss, gradient_b = sum_together([weighted * e, g], axis=1)
    return jnp.sum(loss) / batch, {"W": gradient_W, "b": gradient_b * (2 / batch)}


def sum_together(terms: list[jax.Array], axis: int) -> tuple[jax.Array, ...]:
    """Sums of arrays of one shape in a single pass, so that none of them is written to memory."""
    zero = jnp.zeros((), terms[0].dtype)
    return jax.lax.reduce(
        tuple(terms),
        (zero,) * len(terms),
        lambda left, right: tuple(p + q for p, q in zip(left, right, strict=True)),
        (axis,),
    )
