"""Planted models, measured by an analysis without a store around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

from phasesim import pytree
from phasesim.parts import build


@pytest.fixture(scope="session")
def measure() -> Callable[..., dict[str, np.ndarray]]:
    """``measure(name, experiment, Ws, **options)``: arrays with one row a planted W, bias 0."""

    def run(
        name: str, experiment: Any, Ws: Any, b: Any = None, seed: int = 0, **options: Any
    ) -> dict[str, np.ndarray]:
        analysis = build("analysis", {"name": name, **options}, "analysis")
        single = pytree.as_arrays(experiment, np.float32)
        pytree.register(single)
        W = np.asarray(Ws, np.float32)
        bias = np.broadcast_to(np.float32(0 if b is None else b), (*W.shape[:-2], W.shape[-1]))
        keys = jax.random.split(jax.random.key(seed), len(W))
        program = jax.jit(jax.vmap(lambda p, k: analysis.measure(p, single, k)))
        found = {n: np.asarray(v) for n, v in program({"W": W, "b": bias}, keys).items()}
        assert set(found) == set(analysis.outputs)
        return found

    return run
