"""Whether more features are represented than there are hidden dimensions."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Strategic Picture'")
class packing(Analysis):
    """Represented features for each hidden dimension, against at most one for each.

    Features of length above 1/2 are represented. Two antipodal pairs in two dimensions: 2, and 1
    without superposition. One feature in two dimensions: 1/2 both ways.
    """

    outputs: ClassVar = {
        "features_per_dimension": Output((), "represented features for each dimension"),
        "features_per_dimension_dedicated": Output(
            (), "baseline: the same, at most one to a dimension"
        ),
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax.numpy as jnp

        from phasesim.interpret import _columns

        W = _columns.columns(experiment, params)
        found = _columns.represented(W).sum() / W.shape[0]
        return {
            "features_per_dimension": found,
            "features_per_dimension_dedicated": jnp.minimum(found, 1),
        }
