"""Whether features lie along the neurons, and how many share one."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_UNIT = ("hidden",)
_OUTPUTS = {
    "n_large": Output(_UNIT, "weights of the neuron above share times its largest"),
    "max_share": Output(_UNIT, "part of the neuron's absolute weights that is its largest"),
    "participation": Output(_UNIT, "effective number of weights, (Σ|w|)²/Σw²"),
    "alignment": Output(("feature",), "largest |entry| of the feature's direction, at length 1"),
    "polysemantic": Output((), "neurons with two or more large weights"),
    "monosemantic": Output((), "neurons with a single one"),
}


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition in a Privileged Basis'")
class basis_alignment(Analysis):
    """Weights of neurons, against those after random rotations of the hidden space.

    A neuron whose largest weight is below ``dead`` times that of the model is silent, and counts
    as neither mono- nor polysemantic. Orthogonal directions along the neurons: alignment 1,
    max_share 1, participation 1, no polysemantic neuron. An antipodal pair on one neuron:
    alignment 1, max_share 1/2, one polysemantic neuron. Two orthogonal directions at 45 degrees
    to two neurons: alignment 1/√2, max_share 1/2, both polysemantic; a rotation makes them so.
    ``_rotated``, the control, is the mean over rotations.
    """

    share: float = swept(0.2, "of a neuron's largest weight, above which one is large",
                         low=0, high=1)  # fmt: skip
    dead: float = swept(0.05, "of the model's largest weight, below which a neuron is silent",
                        low=0, high=1)  # fmt: skip
    n_rotations: int = static(16, "random rotations", low=1)

    outputs: ClassVar = _OUTPUTS | {
        f"{name}_rotated": Output(o.dims, f"after a random rotation: {o.meaning}")
        for name, o in _OUTPUTS.items()
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax

        from phasesim.interpret._columns import columns

        W = columns(experiment, params)
        m = W.shape[0]
        turns = jax.vmap(lambda k: jax.random.orthogonal(k, m))(
            jax.random.split(key, self.n_rotations)
        )
        turned = jax.vmap(lambda Q: self._of(jax.numpy.matmul(Q, W, precision="highest")))(turns)
        mean = {f"{name}_rotated": _mean(values) for name, values in turned.items()}
        return self._of(W) | mean

    def _of(self, W: Any) -> dict[str, Any]:
        import jax.numpy as jnp

        from phasesim.interpret._data import ratio

        size = jnp.abs(W)
        largest, total = size.max(axis=1), size.sum(axis=1)
        alive = largest > self.dead * size.max()
        n_large = jnp.where(alive, (size > self.share * largest[:, None]).sum(axis=1), 0)
        shown = lambda values: jnp.where(alive, values, jnp.nan)  # noqa: E731
        return {
            "n_large": n_large,
            "max_share": shown(ratio(largest, total)),
            "participation": shown(ratio(total**2, (size**2).sum(axis=1))),
            "alignment": ratio(size.max(axis=0), jnp.linalg.norm(W, axis=0)),
            "polysemantic": (n_large >= 2).sum(),
            "monosemantic": (n_large == 1).sum(),
        }


def _mean(values: Any) -> Any:
    """Mean over rotations, of those in which there is a value."""
    import jax.numpy as jnp

    from phasesim.interpret._data import ratio

    known = ~jnp.isnan(values)
    return ratio(jnp.where(known, values, 0).sum(axis=0), known.sum(axis=0))
