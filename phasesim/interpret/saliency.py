"""Whether gradients say which inputs and which hidden units an output depends on."""

from __future__ import annotations

from functools import partial
from typing import Any

from phasesim.fields import static
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

#: ways to attribute, as `_attribution.attributions` names them; the last is the naive baseline
METHODS = ("gradient", "gradient_input", "integrated", "magnitude")
_MEASURES = {
    "rank": "rank correlation of |attribution| and |true effect|, mean over samples",
    "spread": "effective number of entries in the attribution, mean over samples",
    "top": "part of the samples whose largest attribution has the largest true effect",
    "stable": "part of the features with the same first entry in two draws",
}
_PLACES = ("input", "unit")


@part("Sundararajan, Taly & Yan 2017, Axiomatic Attribution for Deep Networks")
class saliency(Analysis):
    """Attributions of an active feature's output against what edits do.

    The output of a random active feature is attributed to the inputs and to the hidden units by
    gradient, gradient×input and integrated gradients from 0; the truth is how the output changes
    when that input, or unit, is set to 0. Where outputs are linear, gradient×input and
    integrated gradients are the truth: rank 1, top 1; on orthogonal directions along the neurons
    their spreads are 1, stable is 1, and the gradient's rank is 1. ``magnitude``, the size of
    the entry itself, is the naive baseline.
    """

    n_samples: int = static(256, "samples in each of the two draws", low=1)
    n_steps: int = static(16, "points on the path of integrated gradients", low=1)

    @property
    def outputs(self) -> dict[str, Output]:
        named = {
            f"{measure}_{place}_{method}": Output((), f"{method}, {place}s: {meaning}")
            for measure, meaning in _MEASURES.items()
            for place in _PLACES
            for method in METHODS
        }
        for measure in ("spread", "stable"):
            for place in _PLACES:
                meaning = _MEASURES[measure].replace("attribution", "true effects")
                named[f"{measure}_{place}"] = Output((), f"true effects, {place}s: {meaning}")
        return named

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        import jax

        from phasesim.interpret._data import decoder_of, draw, hidden_of

        hidden, decode = hidden_of(experiment, params), decoder_of(experiment, params)
        through = {
            "input": lambda v: decode(hidden(v[:, None]))[:, 0],
            "unit": lambda v: decode(v[:, None])[:, 0],
        }
        xs = [draw(experiment, key, stream, self.n_samples) for stream in ("first", "second")]
        asked = [_asked(x, jax.random.fold_in(key, i)) for i, x in enumerate(xs)]
        returned: dict[str, Any] = {}
        for place, outputs in through.items():
            one = jax.vmap(partial(self._sample, outputs))
            made = [one((x if place == "input" else hidden(x)).T, i)
                    for x, i in zip(xs, asked, strict=True)]  # fmt: skip
            for name, values in made[1][0].items():
                returned[name.replace("_", f"_{place}_", 1).rstrip("_")] = _mean(
                    values, asked[1] >= 0
                )
            for method in ("", *METHODS):
                sizes = [each[1][method] for each in made]
                name = f"stable_{place}_{method}".rstrip("_")
                returned[name] = _stable(sizes, asked, experiment.n_features)
        return returned

    def _sample(self, outputs: Any, z: Any, i: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Of one sample's output i: the measures, ``<measure>_<method>``, and sizes by method."""
        import jax.numpy as jnp

        from phasesim.interpret import _attribution

        output = lambda v: outputs(v)[i]  # noqa: E731
        truth = _attribution.effects(output, z)
        true_size = jnp.abs(truth)
        measures, sizes = {"spread_": _attribution.spread(truth)}, {"": true_size}
        for method, a in _attribution.attributions(output, z, self.n_steps).items():
            size = sizes[method] = jnp.abs(a)
            right = true_size[jnp.argmax(size)] == true_size.max()
            measures |= {
                f"rank_{method}": _attribution.rank_correlation(size, true_size),
                f"spread_{method}": _attribution.spread(a),
                f"top_{method}": jnp.where(true_size.max() > 0, right, jnp.nan),
            }
        return measures, sizes


def _asked(x: Any, key: Any) -> Any:
    """A random active feature of each sample of x (n, samples), -1 where none is active."""
    import jax
    import jax.numpy as jnp

    active = x != 0
    chance = 1 + jax.random.uniform(key, x.shape)
    return jnp.where(active.any(axis=0), jnp.argmax(active * chance, axis=0), -1)


def _mean(values: Any, known: Any) -> Any:
    """Mean over the samples asked about in which the value is defined."""
    import jax.numpy as jnp

    from phasesim.interpret._data import ratio

    known = known & ~jnp.isnan(values)
    return ratio(jnp.where(known, values, 0).sum(), known.sum())


def _stable(sizes: Any, asked: Any, n: int) -> Any:
    """Part of the features whose mean sizes (samples, k) have the same first entry in two draws."""
    import jax.numpy as jnp

    from phasesim.interpret._data import ratio

    first, known = [], jnp.ones(n, bool)
    for size, feature in zip(sizes, asked, strict=True):
        chosen = (feature == jnp.arange(n)[:, None]).astype(size.dtype)
        total = chosen @ size
        known = known & (total.max(axis=1) > 0)
        first.append(jnp.argmax(total, axis=1))
    return ratio((known & (first[0] == first[1])).sum(), known.sum())
