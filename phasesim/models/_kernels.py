"""Loss and gradient of a two-layer model by hand, in two forms.

With z = W_in x, h = act(z), a = W_out h + b, o = f(a), e = o - target, g = I · f'(a) · e and
d = act'(z) · W_outᵀ g, summed over the batch:

    L = Σ_i I_i e_i² / B,  ∂L/∂b_i = 2 Σ g_i / B,
    ∂L/∂W_out,ij = 2 Σ h_j g_i / B,  ∂L/∂W_in,ji = 2 Σ d_j x_i / B;

of a tied model, W_in = W and W_out = Wᵀ, ∂L/∂W is the sum of the last two. Autodiff gives the
same numbers, but XLA then walks the batch once for every entry of the gradient. A reduction of
many operands at once is fused with all that computes them, so that the unrolled form walks the
batch once and writes nothing but sums. The test suite holds both to autodiff through the flax
modules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp

Activation = Callable[[jax.Array], jax.Array]

#: beyond this many weights matrix products are faster, and the unrolled form slow to compile
MOST_UNROLLED = 160


def unrolls(n_features: int, n_hidden: int) -> bool:
    """Whether a model of this size is written out feature by feature."""
    return n_features * n_hidden <= MOST_UNROLLED


class Layers(NamedTuple):
    """A model whose gradient is asked for.

    Attributes:
        W_in: (m, n).
        W_out: (n, m).
        b: (n,).
        relu: whether the output passes a ReLU.
        hidden: elementwise function of the hidden units, none for h = W_in x.
        tied: whether W_out is W_inᵀ, so that one gradient is wanted, in the shape of W_in.
    """

    W_in: jax.Array
    W_out: jax.Array
    b: jax.Array
    relu: bool
    hidden: Activation | None
    tied: bool


#: loss, gradient by b, and by W or by W_in and W_out
Found = tuple[jax.Array, jax.Array, tuple[jax.Array, ...]]


def tied_gradient(
    params: Any, x: jax.Array, target: jax.Array, importance: jax.Array, *,
    relu: bool, hidden: Activation | None = None, form: Callable[..., Found] | None = None,
) -> tuple[jax.Array, Any]:  # fmt: skip
    """Batch loss and gradient of one tied model.

    Args:
        params: ``W`` (m, n) and ``b`` (n,).
        x: inputs, (n, B).
        target: wanted outputs, (n, B).
        importance: (n,).
        relu: whether the output passes a ReLU.
        hidden: elementwise function of the hidden units, none for h = W x.
        form: `unrolled` or `products`; the faster for the size if not given.
    """
    W = params["W"]
    layers = Layers(W, W.T, params["b"], relu, hidden, tied=True)
    loss, by_b, (by_W,) = (form or _form(W))(layers, x, target, importance)
    return loss, {"W": by_W, "b": by_b}


def untied_gradient(
    params: Any, x: jax.Array, target: jax.Array, importance: jax.Array, *,
    relu: bool, hidden: Activation | None = None, form: Callable[..., Found] | None = None,
) -> tuple[jax.Array, Any]:  # fmt: skip
    """The same of a model with ``W_in`` (m, n), ``W_out`` (n, m) and ``b`` (n,)."""
    W_in, W_out = params["W_in"], params["W_out"]
    layers = Layers(W_in, W_out, params["b"], relu, hidden, tied=False)
    loss, by_b, (by_in, by_out) = (form or _form(W_in))(layers, x, target, importance)
    return loss, {"W_in": by_in, "W_out": by_out, "b": by_b}


def tied_map(params: Any) -> jax.Array:
    """WᵀW, (n, n): outputs by inputs where the hidden units are linear."""
    return jnp.matmul(params["W"].T, params["W"], precision="highest")


def untied_map(params: Any) -> jax.Array:
    """W_out W_in, (n, n)."""
    return jnp.matmul(params["W_out"], params["W_in"], precision="highest")


def _form(W_in: jax.Array) -> Callable[..., Found]:
    m, n = W_in.shape
    return unrolled if unrolls(n, m) else products


def unrolled(layers: Layers, x: jax.Array, target: jax.Array, importance: jax.Array) -> Found:
    """Every sum over the batch as one operand of a single reduction, features written out."""
    W_in, W_out, b, relu, hidden, tied = layers
    (m, n), batch = W_in.shape, x.shape[1]
    z = [cast(jax.Array, sum(W_in[j, i] * x[i] for i in range(n))) for j in range(m)]
    h, slope = zip(*(_with_slope(hidden, z_j) for z_j in z), strict=True)
    loss, g = jnp.zeros_like(x[0]), []
    for i in range(n):
        a = sum((W_out[i, j] * h[j] for j in range(m)), b[i])
        e = (jnp.maximum(a, 0) if relu else a) - target[i]
        weighted = importance[i] * e
        loss = loss + weighted * e
        g.append(jnp.where(a > 0, weighted, 0) if relu else weighted)
    back = [slope[j] * sum(W_out[i, j] * g[i] for i in range(n)) for j in range(m)]
    units = [(i, j) for j in range(m) for i in range(n)]
    if tied:
        outer = [h[j] * g[i] + back[j] * x[i] for i, j in units]
    else:
        outer = [back[j] * x[i] for i, j in units] + [h[j] * g[i] for i, j in units]
    sums = sum_together([loss, *g, *outer], axis=0)
    by_weights = jnp.stack(sums[1 + n :]).reshape(-1, m, n) * (2 / batch)
    by_b = jnp.stack(sums[1 : 1 + n]) * (2 / batch)
    return sums[0] / batch, by_b, (by_weights[0],) if tied else (by_weights[0], by_weights[1].T)


def products(layers: Layers, x: jax.Array, target: jax.Array, importance: jax.Array) -> Found:
    """The same sums as matrix products, the batch along the minor axis."""
    W_in, W_out, b, relu, hidden, tied = layers
    batch = x.shape[1]
    dot = lambda p, q: jnp.matmul(p, q, precision="highest")  # noqa: E731
    h, slope = _with_slope(hidden, dot(W_in, x))
    a = dot(W_out, h) + b[:, None]
    e = (jnp.maximum(a, 0) if relu else a) - target
    weighted = importance[:, None] * e
    g = jnp.where(a > 0, weighted, 0) if relu else weighted
    into = dot(slope * dot(W_out.T, g), x.T)
    if tied:
        by_weights = ((dot(h, g.T) + into) * (2 / batch),)
    else:
        by_weights = (into * (2 / batch), dot(g, h.T) * (2 / batch))
    loss, by_b = sum_together([weighted * e, g], axis=1)
    return jnp.sum(loss) / batch, by_b * (2 / batch), by_weights


def _with_slope(hidden: Activation | None, z: jax.Array) -> tuple[jax.Array, Any]:
    """act(z) and act'(z); the slope of nothing is a plain 1."""
    return (z, 1) if hidden is None else jax.jvp(hidden, (z,), (jnp.ones_like(z),))


def sum_together(terms: list[jax.Array], axis: int) -> tuple[jax.Array, ...]:
    """Sums of arrays of one shape in a single pass, so that none of them is written to memory."""
    zero = jnp.zeros((), terms[0].dtype)
    return jax.lax.reduce(
        tuple(terms),
        (zero,) * len(terms),
        lambda left, right: tuple(p + q for p, q in zip(left, right, strict=True)),
        (axis,),
    )
