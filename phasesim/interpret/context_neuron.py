"""Neurons whose meaning depends on the others: mutual information alone and in context."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.errors import UsageError
from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_PAIR = ("hidden", "feature")
#: joint bins of all neurons that a table of counts may have
MOST_BINS = 1 << 16


@part("Williams & Beer 2010, Nonnegative Decomposition of Multivariate Information, for synergy")
class context_neuron(Analysis):
    """What a neuron says of a feature alone, and what once the other neurons are known, in bits.

    Activations are binned: silent, and ``n_bins`` - 1 equal parts up to the largest one; a
    feature is active or not. The information in the table of counts is corrected by that of a
    neuron whose activations come from other samples. A neuron needs its context where it says
    ``times`` as much of a feature given all others as alone, and ``least`` bits or more. Of two
    exclusive contexts, equally frequent, one has feature a at density 1/2, the other b at density
    1; neuron 0 is driven by both, neuron 1 by b: neuron 0 says H(1/4) - 3/4 H(1/3) = 0.12 bits of
    a alone and 1/2 given neuron 1: found 1. With a neuron each H(1/4) = 0.81 and 1/2: found 0.
    Baselines: a neuron's activations from other samples, and weights in random order.
    """

    n_samples: int = static(8192, "samples", low=1)
    n_bins: int = static(4, "of each neuron's activation", low=2)
    times: float = swept(3.0, "ratio of the information given the others and alone", low=1)
    least: float = swept(0.05, "bits that count, given the others", low=0)

    outputs: ClassVar = {
        "alone": Output(_PAIR, "information of the neuron about the feature"),
        "alone_shuffled": Output(_PAIR, "the same of a neuron with those of other samples"),
        "given": Output(_PAIR, "information given all other neurons"),
        "given_shuffled": Output(_PAIR, "the same of a neuron with those of other samples"),
        "found": Output((), "1 where a neuron of the model needs its context"),
        "found_shuffled": Output((), "the same of neurons with those of other samples"),
        "found_weights": Output((), "the same with weights in random order"),
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        from phasesim.interpret._data import draw, hidden_of, shuffled

        if self.n_bins**experiment.n_hidden > MOST_BINS:
            raise UsageError(
                f"analysis 'context_neuron': found n_hidden {experiment.n_hidden} with n_bins "
                f"{self.n_bins}, expected at most {MOST_BINS:,} joint bins; try --set n_bins=2"
            )
        x = draw(experiment, key, "test", self.n_samples)
        h = hidden_of(experiment, params)(x)
        own, first, second = (self._bits(h, x, shift) for shift in range(3))
        mixed = hidden_of(experiment, shuffled(params, key))(x)
        other, chance = (self._bits(mixed, x, shift) for shift in range(2))
        names = ("alone", "given")
        return {
            **dict(zip(names, own, strict=True)),
            **{f"{name}_shuffled": v for name, v in zip(names, first, strict=True)},
            "found": self._found(own, first),
            "found_shuffled": self._found(second, first),
            "found_weights": self._found(other, chance),
        }

    def _found(self, bits: Any, chance: Any) -> Any:
        import jax.numpy as jnp

        alone, given = (jnp.maximum(b - c, 0) for b, c in zip(bits, chance, strict=True))
        return ((given >= self.times * alone) & (given >= self.least)).any()

    def _bits(self, h: Any, x: Any, shift: int) -> tuple[Any, Any]:
        """Information alone and given the others, (m, n) each, of the neuron so many samples on."""
        import jax
        import jax.numpy as jnp

        m, q = h.shape[0], self.n_bins
        top = h.max(axis=1, keepdims=True)
        level = jnp.ceil(h / jnp.where(top > 0, top, 1) * (q - 1)).astype(int)
        level = jnp.clip(level, 0, q - 1)
        everything = (level * q ** jnp.arange(m)[:, None]).sum(axis=0)

        def pair(k: Any, i: Any) -> tuple[Any, Any]:
            # samples are independent: the next one's activation says nothing of this one
            own, context = jnp.roll(level[k], shift), everything - level[k] * q**k
            place = ((context * q) + own) * 2 + (x[i] != 0)
            counts = jnp.zeros(q**m * q * 2).at[place].add(1).reshape(-1, q, 2)
            return _information(counts.sum(axis=0, keepdims=True)), _information(counts)

        unit, feature = jnp.meshgrid(jnp.arange(m), jnp.arange(x.shape[0]), indexing="ij")
        found = jax.lax.map(lambda a: pair(*a), (unit.ravel(), feature.ravel()))
        return tuple(f.reshape(m, -1) for f in found)


def _information(counts: Any) -> Any:
    """Mutual information in bits of the last two variables given the first, counts (c, a, b)."""
    import jax.numpy as jnp

    whole, a, b = (counts.sum(axis=k, keepdims=True) for k in ((1, 2), 2, 1))
    safe = jnp.where(counts > 0, counts * whole / jnp.where(counts > 0, a * b, 1), 1)
    return (counts * jnp.log2(safe)).sum() / counts.sum()
