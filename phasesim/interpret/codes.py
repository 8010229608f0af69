"""Sparse against dense codes: how many units are active, and how many a readout needs."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_MEASURES = {
    "active": Output(("hidden",), "part of the samples in which the unit is active"),
    "units_needed": Output(("feature",), "units for the option enough of the readout's R²"),
    "r2": Output(("feature",), "R² of the linear readout of a feature on other samples"),
    "auc": Output(("feature",), "AUC of telling by that readout whether it is active"),
    "features_per_unit": Output((), "features with a direction for each hidden unit"),
}


@part("Foldiak & Endres 2008, Sparse coding, Scholarpedia 3(1):2984")
class codes(Analysis):
    """Activity of the hidden units, units a readout needs, capacity and distinguishability.

    Everything is also measured with shuffled weights, a code of the same size that was not
    learned. With two features of density p = 0.1: orthogonal directions along the units have
    active 0.1, units_needed, features_per_unit, R² and AUC 1; at 45 degrees active 0.19,
    units_needed 2 and the rest the same. An antipodal pair on one unit: active 0.19,
    features_per_unit 2, AUC 0.9 + 0.1 (0.45 + 0.1 · 5/6) = 0.953.
    """

    n_samples: int = static(2048, "samples in each of the two draws", low=10)
    quiet: float = swept(0.01, "distance from rest, in root mean squares of the unit, up to which "
                         "it is silent", low=0)  # fmt: skip
    ridge: float = swept(1e-3, "penalty relative to the mean variance of a unit", low=0,
                         open_low=True)  # fmt: skip
    enough: float = swept(0.9, "part of the full readout's R² that few units have to reach",
                          low=0, high=1)  # fmt: skip
    represented: float = swept(0.5, "length of a direction, of the longest, that counts",
                               low=0, high=1)  # fmt: skip

    algorithm = 2
    outputs: ClassVar = _MEASURES | {
        f"{name}_shuffled": Output(output.dims, f"with shuffled weights: {output.meaning}")
        for name, output in _MEASURES.items()
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        from phasesim.interpret._data import draw, shuffled

        draws = [draw(experiment, key, name, self.n_samples) for name in ("fit", "test")]
        other = self._code(shuffled(params, key), experiment, *draws)
        own = self._code(params, experiment, *draws)
        return own | {f"{name}_shuffled": values for name, values in other.items()}

    def _code(self, params: Any, experiment: Any, fit: Any, test: Any) -> dict[str, Any]:
        import jax.numpy as jnp

        from phasesim.interpret import _data, _probe
        from phasesim.interpret._dictionary import directions

        hidden = _data.hidden_of(experiment, params)
        away = jnp.abs(hidden(test) - hidden(jnp.zeros_like(test[:, :1])))
        size = jnp.sqrt((away**2).mean(axis=1, keepdims=True))
        known, asked = (_probe.moments(hidden(x), x) for x in (fit, test))
        probe = _probe.ridge(known, self.ridge)
        few = _probe.greedy(known, asked, self.ridge)
        reached = few >= self.enough * few[-1]
        counts = directions(_data.directions(experiment, params), self.represented).counts
        return {
            "active": (away > self.quiet * size).mean(axis=1),
            "units_needed": jnp.where(few[-1] > 0, 1 + jnp.argmax(reached, axis=0), jnp.nan),
            "r2": _probe.r_squared(probe, asked),
            # a feature without a direction is told from silence by chance, whatever the code
            "auc": jnp.where(
                counts, _probe.auc(probe.weights.T @ hidden(test), test != 0), jnp.nan
            ),
            "features_per_unit": counts.sum() / experiment.n_hidden,
        }
