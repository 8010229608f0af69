"""Whether sparse autoencoders on the hidden units find the directions of the features."""

from __future__ import annotations

from typing import Any

from phasesim.autoencoders._base import Autoencoder
from phasesim.errors import ConfigError
from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import choice, part

_SIZES = ("dictionary", "strength")
_EACH = (*_SIZES, "feature")
_SHIFTS = {"": "further samples", "_denser": "denser data", "_sparser": "sparser data"}
_RIVALS = {
    "random": "as many random directions",
    "samples": "as many random samples",
    "neurons": "the neurons, either way",
}


@part("Sharkey et al. 2022, Taking features out of superposition with sparse autoencoders")
class sae(Analysis):
    """Autoencoders of several sizes and strengths on one model, scored by the true directions.

    The cosine of a feature is the largest between its direction and an atom of the dictionary,
    ``matched`` the same when no atom may serve two features (optimal assignment). Features whose
    direction is shorter than ``represented`` times the longest are left out. A dictionary that
    finds every direction of k features: cosine 1, recovered 1, F1 1. Orthogonal directions along
    the neurons: cosine_neurons 1; at 45 degrees 1/√2. A pentagon: cosine_neurons of its five is
    1, 0.95, 0.81, 0.81, 0.95, matched_neurons is 0 for one of them, as the two neurons taken
    either way are four.
    """

    autoencoder: Autoencoder = choice("autoencoder", "top_k", "the kind, with its strength")
    dictionary: Any = swept(2.0, "latents, as multiples of n", low=0, open_low=True,
                            listed="autoencoder")  # fmt: skip
    n_steps: int = static(1000, "optimiser steps", low=4)
    batch: int = static(512, "samples a step", low=1)
    learning_rate: float = swept(1e-2, "of Adam, falling to 0 in the last quarter", low=0)
    n_samples: int = static(4096, "samples in each draw for scores", low=10)
    represented: float = swept(0.5, "length of a direction, of the longest, that counts",
                               low=0, high=1)  # fmt: skip
    found: float = swept(0.9, "cosine of a direction that is recovered", low=0, high=1)
    keep: float = swept(0.25, "part of the active features kept in sparser data", low=0, high=1)
    unions: int = static(4, "draws united in denser data", low=2, high=100)

    def check(self) -> None:
        if self.dictionary == ():
            raise ConfigError("dictionary", "found an empty list", expected="at least one number")

    @property
    def outputs(self) -> dict[str, Output]:
        named = {
            "cosine": Output(_EACH, "largest cosine of a direction with an atom"),
            "matched": Output(_EACH, "cosine with an atom of its own, optimally assigned"),
            "recovered": Output(_SIZES, "part of the features with an own atom that close"),
        }
        for name, output in list(named.items()):
            for rival, what in _RIVALS.items():
                meaning = f"{output.meaning}: {what}"
                dims = ("dictionary", *output.dims[2:]) if rival != "neurons" else output.dims[2:]
                named[f"{name}_{rival}"] = Output(dims, meaning)
        for shift, where in _SHIFTS.items():
            each = ("feature",)
            named |= {
                f"f1{shift}": Output(_EACH, f"F1 of the latent that follows it most, {where}"),
                f"f1_neurons{shift}": Output(each, f"of the neuron that does, {where}"),
                f"f1_directions{shift}": Output(each, f"of the true direction, {where}"),
                f"unexplained{shift}": Output(_SIZES, f"part of the variance left, {where}"),
            }
        return named | {
            "dead": Output(_SIZES, "part of the latents that are never active"),
            "n_active": Output(_SIZES, "latents active in a sample, mean"),
            "fit_error": Output((*_SIZES, "tenth"), "squared error in each tenth of the training, "
                                "relative to the squared spread"),
        }  # fmt: skip

    def coords(self, experiment: Any) -> dict[str, Any]:
        sizes = self._sizes(experiment.n_features)
        return {"dictionary": sizes, "strength": self.autoencoder.strengths, "tenth": range(1, 11)}

    def _sizes(self, n: int) -> list[int]:
        given = self.dictionary if isinstance(self.dictionary, tuple) else (self.dictionary,)
        return [max(1, round(size * n)) for size in given]

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _autoencoder, _data, _dictionary, _shift

        n, m = experiment.n_features, experiment.n_hidden
        hidden = _data.hidden_of(experiment, params)
        rest = hidden(jnp.zeros((n, 1)))
        drawn = lambda name: _data.draw(experiment, key, name, self.n_samples)  # noqa: E731
        fit, test = drawn("fit"), drawn("test")
        inputs = {
            "": test,
            "_denser": _shift.united([test, *(drawn(f"more {i}") for i in range(1, self.unions))]),
            "_sparser": _shift.thinned(test, key, self.keep),
        }
        data = _dictionary.Data(hidden, rest, fit, inputs)
        truth = _dictionary.directions(_data.directions(experiment, params), self.represented)
        scale = _autoencoder.spread(hidden(fit), rest)
        units = _data.units_of(experiment, params, key, "train")
        strengths = jnp.array(self.autoencoder.strengths)

        sizes = []
        for size in self._sizes(n):
            recipe = _autoencoder.Recipe(
                self.autoencoder, size, self.n_steps, self.batch, self.learning_rate
            )

            def one(strength: Any, recipe: Any = recipe) -> dict[str, Any]:
                found = _autoencoder.train(recipe, units, rest, scale, strength, key)
                return _dictionary.scores(found, truth, data, self.found)

            made = jax.vmap(one)(strengths)
            rivals = {
                "random": jax.random.normal(key, (size, m)),
                "samples": data.samples(size, key),
            }
            for rival, atoms in rivals.items():
                cosines = _dictionary.recovery(atoms, truth, self.found)
                made |= {f"{name}_{rival}": values for name, values in cosines.items()}
            sizes.append(made)
        stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *sizes)
        neurons = _dictionary.recovery(
            jnp.concatenate([jnp.eye(m), -jnp.eye(m)]), truth, self.found
        )
        return (
            stacked
            | {f"{name}_neurons": values for name, values in neurons.items()}
            | _dictionary.detection_without(truth, data)
        )
