"""Confidence: how far probabilities of detection can be trusted, and under attack."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.errors import UsageError
from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_WAYS = {
    "": "clean inputs",
    "_random": "inputs moved in a random direction",
    "_pgd": "inputs moved no farther by projected gradient ascent",
}
#: bins of the confidence, of equal width from 1/2 to 1
BINS = 15


@part("Guo et al. 2017, On Calibration of Modern Neural Networks; Madry et al. 2018, Towards Deep")
class confidence(Analysis):
    """Calibration error and confident mistakes of models that detect features.

    Predictions of all features are pooled; confidence is the probability of the side that is
    predicted, and what is right is what the unmoved input says. With logits c²(x_i - 1/2) of
    features 0 or 1 (orthogonal directions), c large: wrong 0, also when inputs move by less than
    1/2; of one feature moved by 3/4 wrong_pgd 1, wrong_random 1/2. Two features in one direction:
    each is taken for the other, wrong and ece p(1-p). Baselines: the random direction, and
    ``prior``, which always says the density.
    """

    n_samples: int = static(2048, "held-out samples", low=1)
    radius: float = swept(0.4, "length by which inputs are moved; half a feature's value at 1/2",
                          low=0, open_low=True)  # fmt: skip
    n_steps: int = static(10, "of the projected gradient ascent", low=1)
    sure: float = swept(0.9, "probability from which on a prediction is confident",
                        low=0.5, high=1)  # fmt: skip

    outputs: ClassVar = {
        f"{name}{suffix}": Output((), f"{meaning}, {way}")
        for name, meaning in (
            ("ece", "expected calibration error"),
            ("wrong", "P(a prediction is confident and wrong)"),
            ("accuracy", "P(a prediction is right)"),
        )
        for suffix, way in (_WAYS | {"_prior": "if the density is always said"}).items()
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _attack
        from phasesim.interpret._data import draw

        if type(experiment.loss).__name__ != "logistic":
            raise UsageError(
                f"analysis 'confidence': found loss '{type(experiment.loss).__name__}', expected "
                'models that give probabilities: target = "detect", loss = "logistic"'
            )
        n = experiment.n_features
        x = draw(experiment, key, "test", self.n_samples)
        extra = _attack.errors(experiment, params, x)
        way = self.radius * _attack.unit_columns(jax.random.normal(key, x.shape))
        found = _attack.projected(extra, key, x.shape, self.radius, self.n_steps)[1]
        # where a ReLU is silent there is no gradient to follow
        tried = jnp.stack([found, way, -way])
        worst = jnp.argmax(jax.lax.map(extra, tried), axis=0)
        attack = jnp.take_along_axis(tried, worst[None, None], axis=0)[0]
        said = {
            suffix: experiment.loss.estimate(
                experiment.model.apply(params, x + added, experiment.n_hidden)
            )
            for suffix, added in zip(_WAYS, (0, way, attack), strict=True)
        }
        density = jnp.asarray(experiment.distribution.density_per_feature(n))
        said["_prior"] = jnp.broadcast_to(density[:, None], x.shape)
        return {
            f"{name}{suffix}": value
            for suffix, p in said.items()
            for name, value in self._judged(p, x != 0).items()
        }

    def _judged(self, p: Any, active: Any) -> dict[str, Any]:
        import jax.numpy as jnp

        sure = jnp.maximum(p, 1 - p).ravel()
        right = ((p > 0.5) == active).ravel()
        place = jnp.clip(((sure - 0.5) * 2 * BINS).astype(int), 0, BINS - 1)
        gap = jnp.zeros(BINS).at[place].add(right - sure)
        return {
            "ece": jnp.abs(gap).sum() / right.size,
            "wrong": ((sure >= self.sure) & ~right).mean(),
            "accuracy": right.mean(),
        }
