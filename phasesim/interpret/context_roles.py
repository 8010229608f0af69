"""How many features a neuron seems to serve, by how many contexts it was shown in."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_SHOWN = ("contexts_shown", "hidden")


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition in a Privileged Basis'")
class context_roles(Analysis):
    """Apparent roles of a neuron with its weights fixed, as more contexts are shown.

    Contexts are those of the model's law, or where it has none random parts of the features, in
    which no others are active. A role is a feature
    with more than ``share`` of the neuron's squared drive in the data shown. One neuron that all
    of n = 4 features drive alike has 2 roles in one context of two and 4 in both; a neuron of one
    feature has one role once that was shown, and none before.
    """

    n_contexts: int = static(
        4, "parts of the features, if the law has no contexts", low=2, high=1000
    )
    n_samples: int = static(2048, "samples of each context", low=1)
    share: float = swept(0.1, "part of a neuron's squared drive that makes a role",
                         low=0, high=1)  # fmt: skip

    outputs: ClassVar = {
        "roles": Output(_SHOWN, "features with a role in the contexts shown"),
        "roles_resampled": Output(_SHOWN, "the same with further samples of the first context"),
        "label_kept": Output(_SHOWN, "1 where the main driver is that of all contexts"),
        "label_kept_resampled": Output(_SHOWN, "the same with samples of the first context only"),
    }

    def coords(self, experiment: Any) -> dict[str, Any]:
        from phasesim.interpret._shift import n_contexts

        return {"contexts_shown": range(1, n_contexts(experiment, self.n_contexts) + 1)}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret._data import hidden_of, ratio
        from phasesim.interpret._drive import squared_drive
        from phasesim.interpret._shift import draw_in, n_contexts

        count = n_contexts(experiment, self.n_contexts)
        hidden = hidden_of(experiment, params)
        parts = jax.random.permutation(key, experiment.n_features) % count
        numbers = jnp.arange(count)

        def driven(number: Any, stream: Any) -> Any:
            """Squared drive in a context, (m, n); each stream draws samples of its own."""
            own, met = jax.random.fold_in(key, stream), numbers == number
            x = draw_in(experiment, own, "context", self.n_samples, met, parts)
            return squared_drive(hidden, x)

        def shown(each: Any) -> Any:
            """Share of each feature after the first 1, 2, … of these, (shown, m, n)."""
            total = jnp.cumsum(each, axis=0)
            return ratio(total, total.sum(axis=2, keepdims=True))

        every = shown(jax.lax.map(lambda c: driven(c, c), numbers))
        same = shown(jax.lax.map(lambda c: driven(0, count + c), numbers))
        label = jnp.argmax(every[-1], axis=1)
        kept = lambda s: jnp.where(  # noqa: E731
            jnp.isnan(s[..., 0]), jnp.nan, jnp.argmax(s, axis=2) == label
        )
        return {
            "roles": (every > self.share).sum(axis=2),
            "roles_resampled": (same > self.share).sum(axis=2),
            "label_kept": kept(every),
            "label_kept_resampled": kept(same),
        }
