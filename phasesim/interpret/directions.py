"""Taking a feature out of the hidden units, or putting it in: by its direction, by a neuron."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_EACH = ("feature",)
_MEANS = {
    "": "the feature's direction",
    "_neuron": "the neuron that the direction weighs most",
    "_random": "a random direction",
}


@part("Turner et al. 2023, Activation Addition: Steering Language Models Without Optimization")
class directions(Analysis):
    """Direction ablation and steering: effect on the feature, collateral on all others.

    A feature's direction is the mean difference of the hidden units between samples with and
    without it, of one draw (or with ``exact`` what the feature alone adds); edits are scored on
    another. Ablation removes the direction's part of each sample in which the feature is active,
    steering adds the direction where it is silent. on_target is the part of the squared change
    of all outputs that falls on the feature: 1 for orthogonal directions by either edit. Two
    linear orthogonal features at 45 degrees to the neurons: direction 1, neuron 1/2. A linear tied
    model: a direction's is the dimensionality D_i = ||W_i||² / Σ_j (Ŵ_i·W_j)².
    """

    n_samples: int = static(4096, "samples in each draw", low=2)
    exact: bool = static(False, "the true direction instead of one estimated from samples")
    strength: float = swept(1.0, "multiple of the direction that steering adds")

    outputs: ClassVar = {
        f"{edit}_{measure}{suffix}": Output(_EACH, f"{meaning}, {by} is {what}")
        for edit, what in (("ablate", "ablated"), ("steer", "added"))
        for measure, meaning in (
            ("effect", "root mean squared change of the feature's output"),
            ("collateral", "root of the summed mean squared change of the other outputs"),
            ("on_target", "part of the squared change that falls on the feature"),
        )
        for suffix, by in _MEANS.items()
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _data

        n, m = experiment.n_features, experiment.n_hidden
        hidden = _data.hidden_of(experiment, params)
        decode = _data.decoder_of(experiment, params)
        x = _data.draw(experiment, key, "test", self.n_samples)
        h, out = hidden(x), decode(hidden(x))
        if self.exact:
            found = _data.directions(experiment, params)
        else:
            fit = _data.draw(experiment, key, "fit", self.n_samples)
            found = _difference(hidden(fit), fit != 0)
        length = jnp.linalg.norm(found, axis=0)
        unit = found / jnp.where(length > 0, length, 1)
        noise = jax.random.normal(key, (m, n))
        ways = {
            "": unit,
            "_neuron": jnp.eye(m)[:, jnp.argmax(jnp.abs(unit), axis=0)] * (length > 0),
            "_random": noise / jnp.linalg.norm(noise, axis=0) * (length > 0),
        }

        def squares(edited: Any, counted: Any) -> Any:
            """Mean squared change of every output over the samples counted, (n,)."""
            change = jnp.where(counted, decode(edited) - out, 0)
            return _data.ratio((change**2).sum(axis=1), counted.sum())

        def edits(direction: Any, size: Any, i: Any) -> tuple[Any, Any]:
            d, active = direction[:, None], x[i] != 0
            ablated = squares(h - d * (direction @ h), active)
            return ablated, squares(h + self.strength * size * d, ~active)

        returned = {}
        for suffix, way in ways.items():
            # a neuron is pushed the way in which the direction weighs it
            signed = way * jnp.where((way * found).sum(axis=0) < 0, -1, 1)
            arguments = (signed.T, length, jnp.arange(n))
            for edit, square in zip(
                ("ablate", "steer"), jax.lax.map(lambda a: edits(*a), arguments), strict=True
            ):
                own = jnp.diagonal(square)
                total = square.sum(axis=1)
                returned |= {
                    f"{edit}_effect{suffix}": jnp.sqrt(own),
                    f"{edit}_collateral{suffix}": jnp.sqrt(jnp.maximum(total - own, 0)),
                    f"{edit}_on_target{suffix}": _data.ratio(own, total),
                }
        return returned


def _difference(h: Any, active: Any) -> Any:
    """Mean hidden units (m, batch) with each feature minus those without it, (m, n)."""
    import jax.numpy as jnp

    from phasesim.interpret._data import ratio

    means = [ratio(h @ who.astype(h.dtype).T, who.sum(axis=1)) for who in (active, ~active)]
    return jnp.nan_to_num(means[0] - means[1])
