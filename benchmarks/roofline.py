"""What a model-step takes, what the machine gives, and the fraction reached.

Counted for B samples of n features and m hidden units:

* floating-point operations: 2nm each for h = W x, a = Wᵀh and W g, 4nm for the gradient of W
  (h gᵀ + (W g) xᵀ), hence 10nm a sample; what is done once a feature (≈ 12 operations: threshold,
  scale, bias, ReLU, error, weight, sums) is counted too;
* random words: n a sample, shared by all models of a tile where draws are shared;
* bytes to and from memory: the arrays over the batch of an unrolled model stay in registers and
  cache; the matrix form writes and reads x, h, a, g and W g.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.sizes import BATCH, Size

THREADS = 2
#: operations once a feature and sample
PER_FEATURE = 12
#: features of the draws that are timed
ROWS = 5


def counted(size: Size, draws: str) -> dict[str, float]:
    """Operations, random words and bytes of one model-step."""
    import phasesim as ps
    from phasesim.plan import lane_width

    n, m = size.n, size.m
    experiment = ps.Experiment(n_features=n, n_hidden=m, batch_size=BATCH)
    sharing = lane_width(experiment, "cpu") if draws == "shared" else 1
    arrays = 0 if experiment.model.unrolls(n, m) else 2 * (3 * n + 2 * m)
    return {
        "flops": BATCH * (10.0 * n * m + PER_FEATURE * n),
        "random_words": BATCH * n / sharing,
        "bytes": 4.0 * BATCH * arrays,
    }


def rates() -> dict[str, float]:
    """A second's flops in matrix products, copied bytes and random words, with all cores."""
    import jax
    import jax.numpy as jnp

    from phasesim.engines._draws import uniforms
    from phasesim.engines._program import CPU_OPTIONS

    on_cpu = jax.default_backend() == "cpu"
    side = 2048 if on_cpu else 8192
    a = jnp.ones((side, side))
    product = jax.jit(lambda a: jnp.matmul(a, a, precision="highest"))
    matmul = 2 * side**3 / _fastest(lambda: jax.block_until_ready(product(a)))
    # far larger than any cache; a copy reads and writes
    long = jnp.ones((1 << 26 if on_cpu else 1 << 28,))
    shift = jax.jit(lambda x: x + 1)
    if on_cpu:
        parts = np.array_split(np.ones(1 << 27, np.float32), THREADS)
        targets = [np.empty_like(p) for p in parts]
        seconds = _fastest(lambda: _together(np.copyto, targets, parts))
        copied = 2 * 4 * (1 << 27) / seconds
    else:
        copied = 2 * long.nbytes / _fastest(lambda: jax.block_until_ready(shift(long)))
    models, loops = (64, 200) if on_cpu else (1 << 14, 50)

    def one(key: jax.Array, step: jax.Array) -> jax.Array:
        """Sum of a step's numbers; each row by itself is the fastest of the forms tried."""
        return sum(row.sum() for row in uniforms(key, step, ROWS, BATCH))

    def draw(keys: jax.Array) -> jax.Array:
        """Sums over some steps of numbers made as training makes them and written nowhere."""
        add = lambda step, total: total + jax.vmap(one, (0, None))(keys, step)  # noqa: E731
        return jax.lax.fori_loop(0, loops, add, jnp.zeros(models))

    program = jax.jit(draw, compiler_options=CPU_OPTIONS if on_cpu else None)
    seeds = jnp.arange(2 * models, dtype=jnp.uint32).reshape(models, 2)
    tasks = [seeds + i for i in range(THREADS if on_cpu else 1)]
    seconds = _fastest(lambda: _together(lambda k: jax.block_until_ready(program(k)), tasks))
    return {
        "matmul_flops_per_second": matmul,
        "copy_bytes_per_second": copied,
        "random_words_per_second": len(tasks) * models * loops * ROWS * BATCH / seconds,
    }


def reached(size: Size, draws: str, speed: float, given: dict[str, float]) -> dict[str, Any]:
    """Which of the three bounds a size, and the fraction of that bound reached.

    Args:
        size: what was trained.
        draws: how.
        speed: model-steps a second.
        given: of `rates`.
    """
    need = counted(size, draws)
    seconds = {
        "arithmetic": need["flops"] / given["matmul_flops_per_second"],
        "random numbers": need["random_words"] / given["random_words_per_second"],
        "memory": need["bytes"] / given["copy_bytes_per_second"],
    }
    bound = max(seconds, key=seconds.get)
    return {
        **need,
        "seconds_at_bounds": seconds,
        "bound": bound,
        "fraction": seconds[bound] * speed,
    }


def _fastest(function: Callable[[], Any], rounds: int = 7) -> float:
    function()
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        function()
        found.append(time.perf_counter() - began)
    return min(found)


def _together(function: Callable[..., Any], *arguments: list[Any]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(function, *arguments))


if __name__ == "__main__":
    json.dump(rates(), sys.stdout)
