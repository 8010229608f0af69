"""How often a neuron's main feature changes while it trains, and how far its subspace moves."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_UNIT = ("hidden",)


@part("phasesim; features that change places as in Elhage et al. 2022, 'Learning Dynamics'")
class label_switches(Analysis):
    """A neuron's label at each recorded step: the feature whose absence changes it most.

    Labels of successive steps are compared on the same samples, as control those of the same
    weights on two samples. ``moved`` is the largest principal angle between the subspaces of
    features that the hidden units look at. Two neurons that exchange their features: all labels
    switch, moved 0. Two that turn to two other features: all labels switch, moved 90. Nothing
    changes: 0 and 0; of these three steps settled_switches is 1/2.
    """

    snapshots = True
    n_samples: int = static(8192, "samples in each of the two draws", low=1)
    n_slopes: int = static(256, "samples over which the slopes of the units are averaged", low=1)
    still: float = swept(10.0, "degrees below which the subspace stands still", low=0)

    outputs: ClassVar = {
        "label": Output(("step", "hidden"), "feature that drives the neuron most"),
        "switched": Output(("until", "hidden"), "1 where it is another one than a step before"),
        "switched_resampled": Output(("until", "hidden"), "the same of two samples of one step"),
        "moved": Output(("until",), "largest principal angle to the step before, degrees"),
        "moved_mean": Output(("until",), "mean principal angle"),
        "settled_switches": Output(_UNIT, "part of the steps with a subspace that stands still in "
                                   "which the label switches"),
        "settled_switches_resampled": Output(_UNIT, "the same of two samples of one step"),
    }  # fmt: skip

    def coords(self, experiment: Any) -> dict[str, Any]:
        from phasesim.rows import snapshot_steps

        steps = snapshot_steps(experiment)
        return {"step": steps, "until": steps[1:]}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _labels
        from phasesim.interpret._data import draw, hidden_of, ratio

        draws = [draw(experiment, key, name, self.n_samples) for name in ("fit", "test")]
        few = draws[0][:, : self.n_slopes]

        def at(p: Any) -> tuple[Any, Any, Any]:
            hidden = hidden_of(experiment, p)
            labels = [_labels.main_driver(hidden, x) for x in draws]
            return labels[0], labels[1], _labels.slopes(hidden, few)

        label, again, slopes = jax.lax.map(at, params)
        switched = _labels.differ(label[1:], label[:-1])
        resampled = _labels.differ(label[1:], again[1:])
        moved, moved_mean = jax.vmap(_labels.principal_angles)(slopes[1:], slopes[:-1])

        def settled(values: Any) -> Any:
            known = (moved < self.still)[:, None] & ~jnp.isnan(values)
            return ratio(jnp.where(known, values, 0).sum(axis=0), known.sum(axis=0))

        return {
            "label": label,
            "switched": switched,
            "switched_resampled": resampled,
            "moved": moved,
            "moved_mean": moved_mean,
            "settled_switches": settled(switched),
            "settled_switches_resampled": settled(resampled),
        }
