"""Whether explanations fitted on one set of data hold on others: neurons, latents, directions."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.autoencoders._base import Autoencoder
from phasesim.errors import ConfigError
from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import choice, part

_MEANS = {
    "": "true directions",
    "_latents": "latents of an autoencoder",
    "_neurons": "neurons",
    "_random": "random directions",
}
_DATA = {
    "": "other samples of the same law",
    "_densities": "half of the features sparser, the others denser",
    "_removed": "a context, or half of the features, removed",
}
_MEASURES = {
    "r2": "R² of where effects fall",
    "rank": "rank correlation of effects on each output",
    "named": "part of the effects on the output that names the unit",
}


@part("phasesim; ablation as evidence as in Bricken et al. 2023, Towards Monosemanticity")
class transfer(Analysis):
    """What ablating a unit did on data A, as a prediction of what it does on A, B and C.

    A unit is a neuron (set to its value at rest), a latent of an autoencoder trained on A (its
    part of the reconstruction taken off), or the direction of a feature or a random one (what
    lies along it taken off where the feature is active: both are told that, so what directions
    have over neurons is to be held against what random ones have). Its effects are the mean
    squared changes of the outputs; shares of them on A are predicted for B, where half of the
    features are sparser and half denser, and C, where a context or half of them are gone. With
    shares Q_u and
    the sum w_u of the effects of unit u, R² = 1 - Σ_u w_u |Q_u - Q_u^A|² / Σ_u w_u |Q_u|².
    Orthogonal directions along the neurons: R² and named 1 for all, no drops. An antipodal pair
    on one neuron, rare and equally dense: directions and latents 1; the neuron has R² 1 on A,
    about 0.56 on B, where the one is 16 times denser than the other, 1/2 on C.
    """

    autoencoder: Autoencoder = choice("autoencoder", "top_k", "the kind, with one strength")
    dictionary: float = swept(2.0, "latents, as a multiple of n", low=0, open_low=True)
    n_steps: int = static(1000, "optimiser steps of the autoencoder", low=4)
    batch: int = static(512, "samples a step", low=1)
    learning_rate: float = swept(1e-2, "of Adam, falling to 0 in the last quarter", low=0)
    n_samples: int = static(8192, "samples in each draw of A, B and C", low=10)
    keep: float = swept(0.25, "part of the active features kept where sparser", low=0, high=1)
    unions: int = static(4, "draws united where denser", low=2, high=100)

    def check(self) -> None:
        if len(self.autoencoder.strengths) > 1:
            found = f"found {len(self.autoencoder.strengths)} numbers"
            raise ConfigError(f"autoencoder.{self.autoencoder.strength}", found, expected="one")

    outputs: ClassVar = {
        f"{measure}{data}{by}": Output((), f"{meaning}, {where}: {what}")
        for measure, meaning in _MEASURES.items()
        for data, where in _DATA.items()
        for by, what in _MEANS.items()
    } | {
        f"drop{data}{by}": Output((), f"loss of R², {where}: {what}")
        for data, where in _DATA.items()
        if data
        for by, what in _MEANS.items()
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _autoencoder, _data, _effects

        n, m = experiment.n_features, experiment.n_hidden
        hidden = _data.hidden_of(experiment, params)
        rest = hidden(jnp.zeros((n, 1)))
        inputs = self._inputs(experiment, key)
        recipe = _autoencoder.Recipe(
            self.autoencoder, max(1, round(self.dictionary * n)), self.n_steps, self.batch,
            self.learning_rate,
        )  # fmt: skip
        scale = _autoencoder.spread(hidden(inputs["fit"]), rest)
        stream = _data.units_of(experiment, params, key, "train")
        strength = self.autoencoder.strengths[0]
        latents = _autoencoder.train(recipe, stream, rest, scale, strength, key)
        along = lambda rows: _effects.along(rows, rest)  # noqa: E731
        ways = {
            "": along(_data.directions(experiment, params).T),
            "_latents": _effects.latents(latents),
            "_neurons": _effects.neurons(rest),
            "_random": along(jax.random.normal(key, (n, m))),
        }
        decode = _data.decoder_of(experiment, params)
        returned = {}
        for by, parts_of in ways.items():
            effects = {name: _effects.effects(decode, hidden(x), x, parts_of)
                       for name, x in inputs.items()}  # fmt: skip
            for data in _DATA:
                scored = _effects.agreement(effects["fit"], effects[data])
                returned |= {f"{name}{data}{by}": value for name, value in scored.items()}
            for data in list(_DATA)[1:]:
                returned[f"drop{data}{by}"] = returned[f"r2{by}"] - returned[f"r2{data}{by}"]
        return returned

    def _inputs(self, experiment: Any, key: Any) -> dict[str, Any]:
        """Samples of A to fit and to score, of B and of C."""
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _shift
        from phasesim.interpret._data import draw

        n = experiment.n_features
        drawn = lambda name: draw(experiment, key, name, self.n_samples)  # noqa: E731
        test, more = drawn("test"), [drawn(f"more {i}") for i in range(1, self.unions)]
        order = jax.random.permutation(jax.random.fold_in(key, 1), n)
        denser = (order % 2 == 0)[:, None]
        shifted = jnp.where(
            denser, _shift.united([test, *more]), _shift.thinned(test, key, self.keep)
        )
        count = _shift.n_contexts(experiment, 2)
        met = jnp.arange(count) > 0
        removed = _shift.draw_in(experiment, key, "removed", self.n_samples, met, order % count)
        return {"fit": drawn("fit"), "": test, "_densities": shifted, "_removed": removed}
