"""Xavier-normal with positive weights out of the neurons."""

from __future__ import annotations

from typing import Any

from phasesim.initializers.xavier import xavier
from phasesim.parts import part


@part("phasesim")
class positive_out(xavier):
    """As xavier, but |W_out| for W_out: no output of a ReLU is silent where its feature is active.

    Of a start with both signs half the outputs of single features are negative; behind a ReLU
    they get no gradient, and in sparse data, where features are active alone, they never learn.
    Models without a matrix W_out start as with xavier.
    """

    def params(self, model: Any, key: Any, n_features: int, n_hidden: int) -> Any:
        import jax
        import jax.numpy as jnp

        started = super().params(model, key, n_features, n_hidden)
        return jax.tree_util.tree_map_with_path(
            lambda path, leaf: jnp.abs(leaf) if getattr(path[-1], "key", "") == "W_out" else leaf,
            started,
        )
