"""What linear probes read from the hidden units, and what is left of it when the data shift."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.fields import static, swept
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_EACH = ("feature",)


@part("Alain & Bengio 2016, Understanding intermediate layers using linear classifier probes")
class linear_probe(Analysis):
    """Ridge probes of a feature's value, logistic ones of its activity, scored on other samples.

    Each feature has a probe fitted on the model's own law and one fitted while a partner fires
    with it (``coupled``). On orthogonal directions along the neurons one neuron suffices: R² 1,
    neurons_needed 1, on_direction 1, drops 0. The trap: a feature of value 1 without a direction,
    whose partner has one and always fires with it: r2_coupled 1, drop_broken 2 (of R² 1 to
    -1), auc_coupled 1, auc_broken 1/2, auc_reversed (1 - p/(1-p))/2 = 4/9 at p = 0.1.
    """

    n_samples: int = static(2048, "samples in each draw", low=10)
    ridge: float = swept(1e-3, "penalty relative to the mean variance of a unit", low=0,
                         open_low=True)  # fmt: skip
    logistic: float = swept(1e-3, "penalty on the weights of logistic probes", low=0,
                            open_low=True)  # fmt: skip
    n_steps: int = static(30, "L-BFGS steps of a logistic probe", low=1)
    enough: float = swept(0.95, "part of the full probe's R² that few neurons have to reach",
                          low=0, high=1)  # fmt: skip
    keep: float = swept(0.25, "part of the active features kept in sparser data", low=0, high=1)
    unions: int = static(4, "draws united in denser data", low=2, high=100)
    coupling: float = swept(0.9, "part of the samples in which partners fire together",
                            low=0, high=1)  # fmt: skip

    algorithm = 2
    outputs: ClassVar = {
        "r2": Output(_EACH, "R² of the ridge probe on other samples, at least -1"),
        "r2_shuffled": Output(_EACH, "the same, fitted to the values of other samples"),
        "r2_single": Output(_EACH, "the same of the best single neuron"),
        "neurons_needed": Output(_EACH, "neurons for the option enough of the full probe's R²"),
        "on_direction": Output(_EACH, "squared cosine of probe and true direction"),
        "on_direction_chance": Output(_EACH, "the same of a random probe, 1/m"),
        "on_direction_coupled": Output(_EACH, "the same of the probe fitted with the partner"),
        "drop_resampled": Output(_EACH, "loss of R² on further samples of the same law"),
        "drop_sparser": Output(_EACH, "loss of R² on sparser data"),
        "drop_denser": Output(_EACH, "loss of R² on denser data"),
        "drop_removed": Output(_EACH, "loss of R² without a context, or half of the features"),
        "r2_coupled": Output(_EACH, "R² of the coupled probe where partners fire together"),
        "drop_broken": Output(_EACH, "loss of its R² where they are independent"),
        "drop_reversed": Output(_EACH, "loss of its R² where they exclude each other"),
        "auc": Output(_EACH, "AUC of the logistic probe on other samples"),
        "auc_resampled": Output(_EACH, "the same on further samples of the same law"),
        "auc_sparser": Output(_EACH, "the same on sparser data"),
        "auc_denser": Output(_EACH, "the same on denser data"),
        "auc_removed": Output(_EACH, "the same without a context, or half of the features"),
        "auc_coupled": Output(_EACH, "AUC of the coupled probe where partners fire together"),
        "auc_broken": Output(_EACH, "the same where they are independent"),
        "auc_reversed": Output(_EACH, "the same where they exclude each other"),
    }

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _probe, _shift
        from phasesim.interpret._data import directions, draw, hidden_of

        n, m = experiment.n_features, experiment.n_hidden
        hidden = hidden_of(experiment, params)
        pair = _shift.pairs(key, n)
        part = lambda i: jax.random.fold_in(key, i)  # noqa: E731
        drawn = lambda name: draw(experiment, key, name, self.n_samples)  # noqa: E731
        couple = lambda x, **how: _shift.coupled(x, pair, self.coupling, **how)  # noqa: E731
        fit, test = drawn("fit"), drawn("test")
        count = _shift.n_contexts(experiment, 2)
        met = jnp.arange(count) > 0
        parts = jax.random.permutation(part(0), n) % count
        inputs = {
            "fit": fit,
            "test": test,
            "resampled": drawn("again"),
            "sparser": _shift.thinned(test, part(1), self.keep),
            "denser": _shift.united([test, *(drawn(f"more {i}") for i in range(1, self.unions))]),
            "removed": _shift.draw_in(experiment, key, "removed", self.n_samples, met, parts),
            "fit_coupled": couple(fit),
            "coupled": couple(test),
            "reversed": couple(test, reverse=True),
        }
        # one stack for all draws: the program is compiled once instead of for each
        x = jnp.stack(list(inputs.values()))
        h = jax.vmap(hidden)(x)
        every = jax.vmap(_probe.moments)(h, x)
        data = {name: jax.tree.map(lambda a, i=i: a[i], every) for i, name in enumerate(inputs)}
        units = dict(zip(inputs, h, strict=True))
        plain, latched = (_probe.ridge(data[f], self.ridge) for f in ("fit", "fit_coupled"))
        wrong = _probe.ridge(_probe.moments(units["fit"], jnp.roll(fit, 1, axis=1)), self.ridge)
        few = _probe.greedy(data["fit"], data["test"], self.ridge)
        score = lambda probe, name: _probe.r_squared(probe, data[name])  # noqa: E731
        r2, r2_coupled = score(plain, "test"), score(latched, "coupled")
        reached = few >= self.enough * few[-1]
        found = {
            "r2": r2,
            "r2_shuffled": score(wrong, "test"),
            "r2_single": few[0],
            "neurons_needed": jnp.where(few[-1] > 0, 1 + jnp.argmax(reached, axis=0), jnp.nan),
            "on_direction_chance": jnp.full(n, 1 / m),
            "r2_coupled": r2_coupled,
            "drop_broken": r2_coupled - score(latched, "test"),
            "drop_reversed": r2_coupled - score(latched, "reversed"),
            **{f"drop_{s}": r2 - score(plain, s)
               for s in ("resampled", "sparser", "denser", "removed")},
        }  # fmt: skip
        true = directions(experiment, params)
        for name, probe in (("on_direction", plain), ("on_direction_coupled", latched)):
            found[name] = _cosine_squared(probe.weights, true)
        return found | self._logistic(inputs, units)

    def _logistic(self, inputs: dict[str, Any], units: dict[str, Any]) -> dict[str, Any]:
        """AUC of the logistic probes."""
        import jax
        import jax.numpy as jnp

        from phasesim.interpret import _probe

        def scores(h: Any, x: Any, on: Any) -> Any:
            """Scores on several draws (draws, m, batch) of the probe fitted on one."""
            shape = _probe.standard(h)
            probe = _probe.logistic(shape(h), x != 0, self.logistic, self.n_steps)
            return jax.vmap(lambda g: probe.weights.T @ shape(g))(on)

        plain = {f"auc_{name}": name for name in ("resampled", "sparser", "denser", "removed")}
        coupled = {f"auc_{name}": name for name in ("coupled", "reversed")} | {"auc_broken": "test"}
        asked = {"fit": {"auc": "test"} | plain, "fit_coupled": coupled}
        # two probes in one program score equally many draws: the shorter list repeats its last
        most = max(map(len, asked.values()))
        lists = [(names + names[-1:] * most)[:most] for names in map(list, asked.values())]
        named = [
            of[name] for of, names in zip(asked.values(), lists, strict=True) for name in names
        ]
        h, x = (jnp.stack([of[fit] for fit in asked]) for of in (units, inputs))
        on, true = (jnp.stack([of[name] for name in named]) for of in (units, inputs))
        on = on.reshape(len(asked), -1, *units["fit"].shape)
        score = jax.vmap(scores)(h, x, on).reshape(-1, *inputs["fit"].shape)
        values = jax.vmap(_probe.auc)(score, true != 0)
        return dict(zip([name for names in lists for name in names], values, strict=True))


def _cosine_squared(a: Any, b: Any) -> Any:
    """Squared cosine between the columns of two (m, n) matrices; NaN for a column of zeros."""
    from phasesim.interpret._data import ratio

    return ratio((a * b).sum(axis=0) ** 2, (a**2).sum(axis=0) * (b**2).sum(axis=0))
