"""Weight sharing: how few different values the weights can have."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_CURVE = ("values",)
#: how many different values are tried
VALUES = (2, 3, 4, 6, 8, 12, 16, 24, 32)
_WAYS = {"": "by k-means", "_spaced": "evenly spaced from the smallest to the largest"}


@part("Han, Mao & Dally 2016, Deep Compression, 'Trained quantization and weight sharing'")
class weight_sharing(Analysis):
    """Loss with every weight replaced by the nearest of 2 to 32 values; biases stay.

    Values come from k-means, the better of Lloyd's steps from evenly spaced values and from
    quantiles; evenly spaced values are the baseline. Losses are the exact expected ones where
    known, else of held-out samples. Orthogonal directions along the neurons, and an aligned pair,
    need 2 values, an antipodal pair on one of two neurons 3: -a, 0 and a.
    """

    n_samples: int = static(2048, "held-out samples, if the exact loss is not known", low=1)
    n_steps: int = static(50, "of Lloyd's algorithm", low=0)
    hit: float = swept(0.05, "rise of the loss, in null losses, that counts as harmless", low=0)

    outputs: ClassVar = {
        f"{name}{suffix}": Output(dims, f"{meaning}, {way}")
        for name, dims, meaning in (
            ("rise", _CURVE, "rise of the loss in null losses"),
            ("worst", _CURVE, "largest rise of one feature's loss in null losses of its own"),
            ("error", _CURVE, "squared change of the weights over their variance"),
            ("needed", (), "fewest values from which on sharing is harmless"),
        )
        for suffix, way in _WAYS.items()
    }

    def coords(self, experiment: Any) -> dict[str, Any]:
        return {"values": VALUES}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _clusters
        from phasesim.interpret._data import draw, ratio
        from phasesim.interpret._losses import feature_losses, null_losses
        from phasesim.interpret._weights import weights

        losses = feature_losses(experiment, draw(experiment, key, "test", self.n_samples))
        flat, rebuild = weights(params)
        null, start = null_losses(experiment), losses(params)
        counts = jnp.array(VALUES)

        def even(count: Any) -> Any:
            return _clusters.shared(flat, _clusters.spaced(flat, count, VALUES[-1]))

        def by_k_means(count: Any) -> Any:
            starts = (f(flat, count, VALUES[-1]) for f in (_clusters.spaced, _clusters.quantiles))
            ends = jnp.stack([_clusters.lloyd(flat, c, self.n_steps) for c in starts])
            made = jax.vmap(lambda c: _clusters.shared(flat, c))(ends)
            return made[jnp.argmin(((made - flat) ** 2).sum(axis=1))]

        found = {}
        for suffix, share in (("", by_k_means), ("_spaced", even)):
            made = jax.lax.map(share, counts)
            rise = jax.lax.map(lambda v: losses(rebuild(v)), made) - start
            own = jnp.where(null > 0, rise / jnp.where(null > 0, null, 1), 0)
            loss = rise.sum(axis=1) / null.sum()
            # from the largest number downward, up to the first that is not harmless
            harmless = jnp.cumprod((loss <= self.hit)[::-1])[::-1]
            found |= {
                f"rise{suffix}": loss,
                f"worst{suffix}": own.max(axis=1),
                f"error{suffix}": ratio(((made - flat) ** 2).mean(axis=1), flat.var()),
                f"needed{suffix}": jnp.where(harmless.any(), counts[jnp.argmax(harmless)], jnp.nan),
            }
        return found
