"""Pruning: how many weights can go, and what a small rise of the loss hides."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_CURVE = ("pruned",)
_WAYS = {
    "": "smallest weights first",
    "_saliency": "those first whose removal alone costs least",
    "_random": "in random order",
}


@part("LeCun, Denker & Solla 1990, Optimal Brain Damage; Han et al. 2015, Learning both Weights")
class pruning(Analysis):
    """Loss as weights are set to 0, by magnitude, by what removing each alone costs, at random.

    Losses are the exact expected ones where known; else weights are ranked by one draw and scored
    on another. Removal is harmless while the loss rises by ``hit`` of the null loss or less.
    n orthogonal directions along n neurons: 1 - 1/n of the weights are 0 and go for nothing, the
    next costs a feature. Where one feature weighs next to nothing it goes too: loss + 0, worst
    E x²/Var x of its null loss (1/(1 - 3p/4) for uniform values without bias).
    """

    n_samples: int = static(1024, "samples in each of the two draws", low=1)
    n_shares: int = static(20, "parts into which the weights are cut", low=1, high=1000)
    hit: float = swept(0.05, "rise of the loss, in null losses, that counts as harmless", low=0)

    outputs: ClassVar = {
        f"{name}{suffix}": Output(dims, f"{meaning}, {way}")
        for name, dims, meaning in (
            ("rise", _CURVE, "rise of the loss in null losses"),
            ("worst", _CURVE, "largest rise of one feature's loss in null losses of its own"),
            ("share", (), "largest part of the weights whose removal is harmless"),
            ("hidden", (), "the largest rise of one feature's loss at that part"),
            ("hidden_mean", (), "the mean rise of the features' losses at that part"),
        )
        for suffix, way in _WAYS.items()
    }

    def coords(self, experiment: Any) -> dict[str, Any]:
        return {"pruned": [i / self.n_shares for i in range(self.n_shares + 1)]}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret._data import draw
        from phasesim.interpret._losses import feature_losses, null_losses
        from phasesim.interpret._weights import removals, weights

        fit, test = (
            feature_losses(experiment, draw(experiment, key, stream, self.n_samples))
            for stream in ("fit", "test")
        )
        flat, rebuild = weights(params)
        null = null_losses(experiment)
        gone = jnp.round(jnp.array(self.coords(experiment)["pruned"]) * len(flat))
        scores = {
            "": jnp.abs(flat),
            "_saliency": removals(fit, params).sum(axis=1),
            "_random": jax.random.uniform(key, flat.shape),
        }
        found = {}
        for suffix, score in scores.items():
            rank = jnp.argsort(jnp.argsort(score))
            pruned = lambda k, rank=rank: test(rebuild(jnp.where(rank < k, 0, flat)))  # noqa: E731
            # the first share prunes nothing: by the same program, so that no rise is exactly 0
            left = jax.lax.map(pruned, gone)
            rise = left - left[0]
            own = jnp.where(null > 0, rise / jnp.where(null > 0, null, 1), 0)
            loss, worst = rise.sum(axis=1) / null.sum(), own.max(axis=1)
            last = jnp.max(jnp.where(loss <= self.hit, jnp.arange(len(gone)), 0))
            found |= {
                f"rise{suffix}": loss,
                f"worst{suffix}": worst,
                f"share{suffix}": last / self.n_shares,
                f"hidden{suffix}": worst[last],
                f"hidden_mean{suffix}": own[last].mean(),
            }
        return found
