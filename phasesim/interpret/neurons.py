"""What drives single neurons, and how far their top examples can be trusted to say so."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_UNIT = ("hidden",)


@part("Elhage et al. 2022, Toy Models of Superposition, 'Superposition in a Privileged Basis'")
class neurons(Analysis):
    """Features that drive a neuron, and whether its largest activations name them.

    The effect of feature i on a neuron is the change of its activation when x_i is set to 0. On
    orthogonal directions along the neurons each has one driver: participation 1, largest_share 1
    in the top examples, driver_entropy 0. An antipodal pair on one neuron, equally dense: shares
    1/2, participation 2, auc_sign 1, auc_magnitude 1/2. An aligned pair of lengths 1 and 1/2
    where both are rare: shares 4/5 and 1/5, auc_sign 1/2, auc_magnitude 3/4.
    """

    n_samples: int = static(4096, "samples in each of the two draws", low=100)
    share: float = swept(0.1, "part of a neuron's squared drive that makes a feature a driver",
                         low=0, high=1)  # fmt: skip
    top: float = swept(0.01, "part of the samples that counts as top examples",
                       low=0, high=1, open_low=True)  # fmt: skip
    k: int = static(3, "features in a neuron's list", low=1)
    n_bins: int = static(16, "bins of the magnitude in which drivers are counted", low=2)

    outputs: ClassVar = {
        "share": Output(("hidden", "feature"), "part of the neuron's squared drive"),
        "n_drivers": Output(_UNIT, "features above the option share"),
        "participation": Output(_UNIT, "effective number of drivers, 1/Σ share²"),
        "participation_shuffled": Output(_UNIT, "the same with shuffled weights"),
        "top_agreement": Output(_UNIT, "common part of the top-k lists of two samples"),
        "top_agreement_chance": Output(_UNIT, "the same of two random lists, k/n"),
        "same_label": Output(_UNIT, "1 where the first of both lists is the same feature"),
        "largest_share": Output(_UNIT, "part of the largest contributor in top examples"),
        "largest_share_all": Output(_UNIT, "the same in all driven samples"),
        "driver_entropy": Output(_UNIT, "bits of who contributes most in top examples"),
        "driver_entropy_all": Output(_UNIT, "the same in all driven samples"),
        "auc_sign": Output(_UNIT, "AUC of the first of the two main drivers by the sign"),
        "auc_magnitude": Output(_UNIT, "the same by the magnitude"),
        "auc_both": Output(_UNIT, "the same by both"),
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret._data import draw, hidden_of, ratio, shuffled
        from phasesim.interpret._drive import drive
        from phasesim.interpret._naming import naming_auc

        n, k = experiment.n_features, min(self.k, experiment.n_features)
        n_top = max(1, round(self.top * self.n_samples))
        hidden = hidden_of(experiment, params)
        fit = drive(hidden, draw(experiment, key, "fit", self.n_samples), n_top)
        test = drive(hidden, draw(experiment, key, "test", self.n_samples), n_top)
        mixed = hidden_of(experiment, shuffled(params, key))
        other = drive(mixed, draw(experiment, key, "test", self.n_samples), n_top)

        share = ratio(test.square, test.square.sum(axis=1, keepdims=True))
        lists = [jax.lax.top_k(d.in_top, k)[1] for d in (fit, test)]
        common = (lists[0][:, :, None] == lists[1][:, None, :]).sum(axis=(1, 2)) / k
        alive = test.square.sum(axis=1) > 0
        at_top = [jnp.take_along_axis(a, test.top, axis=1) for a in
                  (test.largest, test.total, test.who)]  # fmt: skip
        main = jax.lax.top_k(fit.square, min(2, n))[1]
        names = naming_auc(fit, test, main[:, 0], main[:, -1], self.n_bins)
        return {
            "share": share,
            "n_drivers": jnp.where(alive, (share > self.share).sum(axis=1), 0),
            "participation": 1 / (share**2).sum(axis=1),
            "participation_shuffled": _participation(other.square),
            "top_agreement": jnp.where(alive, common, jnp.nan),
            "top_agreement_chance": jnp.full(share.shape[0], k / n),
            "same_label": jnp.where(alive, lists[0][:, 0] == lists[1][:, 0], jnp.nan),
            "largest_share": _largest(at_top[0], at_top[1]),
            "largest_share_all": _largest(test.largest, test.total),
            "driver_entropy": _entropy(at_top[2], n),
            "driver_entropy_all": _entropy(test.who, n),
            **{f"auc_{code}": values for code, values in names.items()},
        }


def _participation(square: Any) -> Any:
    from phasesim.interpret._data import ratio

    return ratio(square.sum(axis=1) ** 2, (square**2).sum(axis=1))


def _largest(largest: Any, total: Any) -> Any:
    """Mean part of the largest contributor over the samples that drive the unit."""
    import jax.numpy as jnp

    from phasesim.interpret._data import ratio

    driven = total > 0
    part = jnp.where(driven, largest / jnp.where(driven, total, 1), 0)
    return ratio(part.sum(axis=1), driven.sum(axis=1))


def _entropy(who: Any, n: int) -> Any:
    """Entropy in bits of the feature that contributes most; samples without one (-1) are out."""
    import jax.numpy as jnp

    from phasesim.interpret._data import occurrences, ratio

    counts = occurrences(who, n)
    p = ratio(counts, counts.sum(axis=1, keepdims=True))
    return -jnp.where(p == 0, 0, p * jnp.log2(jnp.where(p == 0, 1, p))).sum(axis=1)
