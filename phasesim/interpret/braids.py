"""Braided connections: weights on which several features depend."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_OUTPUTS = {
    "serving": Output((), "part of the weights that at least one feature needs"),
    "braided": Output((), "part of those that two features need, or more"),
    "two_contexts": Output((), "part of the weights needed in any context that two need, or more"),
}


@part("Cammarata et al. 2021, Curve Circuits; removal of weights as in LeCun et al. 1990")
class braids(Analysis):
    """Weights removed one by one, and the features whose loss that raises.

    A weight serves a feature where its removal raises the feature's loss by more than ``least``
    of its null loss: the exact expected loss where it is known, else that of held-out samples.
    On orthogonal directions along the neurons braided is 0; two orthogonal linear features at 45
    degrees to them depend on every weight: braided 1, two_contexts 1. lift is 1 where features
    are independent, 0 where contexts exclude them. In a context, given by the law or else made by
    silencing the other features, a weight is needed where it serves any feature. Baseline: a
    neuron of its own for each of the most important features, which braids nothing.
    """

    n_samples: int = static(1024, "held-out samples, if the exact loss is not known", low=1)
    n_contexts: int = static(2, "parts of the features, if the law has no contexts", low=2, high=99)
    least: float = swept(0.01, "part of the null loss that a feature needs a weight for",
                         low=0, high=1)  # fmt: skip

    outputs: ClassVar = {
        **_OUTPUTS,
        **{f"{name}_dedicated": Output((), f"one neuron a feature: {o.meaning}")
           for name, o in _OUTPUTS.items()},
        "lift": Output((), "P(both active)/(P P), mean over pairs and the weights they share"),
        "lift_random": Output((), "the same over all pairs of features"),
    }  # fmt: skip

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax.numpy as jnp

        from phasesim.interpret._data import draw, ratio

        plain = _dedicated(params, experiment)
        x = draw(experiment, key, "test", self.n_samples)
        serves = self._serves(params, experiment, x)
        shared = (serves.astype(jnp.float32).T @ serves) * (1 - jnp.eye(x.shape[0]))
        lift, known = _lift(draw(experiment, key, "lift", 16 * self.n_samples))
        found = _shares(serves) | {
            "two_contexts": self._two_contexts(params, experiment, key),
            "lift": ratio((shared * lift).sum(), (shared * known).sum()),
            "lift_random": ratio(lift.sum(), known.sum()),
        }
        control = _shares(self._serves(plain, experiment, x))
        control["two_contexts"] = self._two_contexts(plain, experiment, key)
        return found | {f"{name}_dedicated": value for name, value in control.items()}

    def _serves(self, params: Any, experiment: Any, x: Any) -> Any:
        """Which features each weight serves, bool (weights, n)."""
        from phasesim.interpret._losses import feature_losses, null_losses
        from phasesim.interpret._weights import removals

        rise = removals(feature_losses(experiment, x), params)
        return rise > self.least * null_losses(experiment)

    def _two_contexts(self, params: Any, experiment: Any, key: Any) -> Any:
        """Part of the weights needed in some context that are needed in several."""
        import jax
        import jax.numpy as jnp

        from phasesim.interpret._data import ratio
        from phasesim.interpret._losses import null_losses, sampled_losses
        from phasesim.interpret._shift import draw_in, n_contexts
        from phasesim.interpret._weights import removals

        count = n_contexts(experiment, self.n_contexts)
        parts = jax.random.permutation(key, experiment.n_features) % count
        numbers = jnp.arange(count)

        def needed(context: Any) -> Any:
            own = jax.random.fold_in(key, context)
            x = draw_in(experiment, own, "context", self.n_samples, numbers == context, parts)
            rise = removals(lambda p: sampled_losses(experiment, x, p), params)
            return (rise > self.least * null_losses(experiment)).any(axis=1)

        contexts = jax.lax.map(needed, numbers).sum(axis=0)
        return ratio((contexts > 1).sum(), (contexts > 0).sum())


def _shares(serves: Any) -> dict[str, Any]:
    from phasesim.interpret._data import ratio

    count = serves.sum(axis=1)
    return {
        "serving": (count > 0).mean(),
        "braided": ratio((count > 1).sum(), (count > 0).sum()),
    }


def _dedicated(params: Any, experiment: Any) -> Any:
    """A model of the same size in which the most important features have a neuron each."""
    import jax
    import jax.numpy as jnp

    n, m = experiment.n_features, experiment.n_hidden
    first = jnp.argsort(-jnp.asarray(experiment.importance.per_feature(n)))
    W = jnp.zeros((m, n)).at[jnp.arange(min(m, n)), first[:m]].set(1)
    shaped = {(m, n): W, (n, m): W.T}
    return jax.tree.map(lambda leaf: shaped.get(leaf.shape, jnp.zeros_like(leaf)), params)


def _lift(x: Any) -> tuple[Any, Any]:
    """P(both active)/(P P) of each pair, 0 where one is never active or for one with itself."""
    import jax.numpy as jnp

    from phasesim.interpret._data import mean_product

    active = (x != 0).astype(jnp.float32)
    p = active.mean(axis=1)
    apart = (1 - jnp.eye(len(p))) * (p[:, None] * p > 0)
    both = mean_product(active, active)
    return apart * both / jnp.where(apart > 0, p[:, None] * p, 1), apart
