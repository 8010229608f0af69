"""Whether neurons keep their main feature when a trained model is trained on, on shifted data."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_UNIT = ("hidden",)


@part("phasesim; features that change places as in Elhage et al. 2022, 'Learning Dynamics'")
class relabelling(Analysis):
    """Labels at the first and at the last recorded step, both on the data of the model's own law.

    Meant for models that ``init = from_store`` lets start where others ended, on data of another
    law. Two neurons that exchange their features: relabelled 1, turned 90, moved 0. Two that turn
    to two other features: relabelled 1, turned 90, moved 90. No change: 0, 0, 0.
    """

    snapshots = True
    n_samples: int = static(4096, "samples in each of the two draws", low=1)
    n_slopes: int = static(256, "samples over which the slopes of the units are averaged", low=1)

    outputs: ClassVar = {
        "relabelled": Output(_UNIT, "1 where another feature drives the neuron most"),
        "relabelled_resampled": Output(_UNIT, "the same of two samples of the last step"),
        "turned": Output(_UNIT, "angle between the neuron's slopes then and now, degrees"),
        "moved": Output((), "largest principal angle of the subspace to that of the start"),
        "moved_mean": Output((), "mean principal angle"),
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _labels
        from phasesim.interpret._data import draw, hidden_of, ratio

        fit, test = (draw(experiment, key, name, self.n_samples) for name in ("fit", "test"))
        few = fit[:, : self.n_slopes]
        before, after = (
            hidden_of(experiment, jax.tree.map(lambda p, i=i: p[i], params)) for i in (0, -1)
        )
        old, new = _labels.slopes(before, few), _labels.slopes(after, few)
        lengths = [jnp.linalg.norm(s, axis=1) for s in (old, new)]
        cosine = ratio((old * new).sum(axis=1), lengths[0] * lengths[1])
        moved, moved_mean = _labels.principal_angles(old, new)
        label = _labels.main_driver(after, fit)
        return {
            "relabelled": _labels.differ(label, _labels.main_driver(before, fit)),
            "relabelled_resampled": _labels.differ(label, _labels.main_driver(after, test)),
            "turned": jnp.degrees(jnp.arccos(jnp.clip(cosine, -1, 1))),
            "moved": moved,
            "moved_mean": moved_mean,
        }
