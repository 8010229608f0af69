"""Whether a model spends its dimensions on features, or on the samples that it was trained on."""

from __future__ import annotations

from typing import Any, ClassVar

from phasesim.errors import UsageError
from phasesim.fields import static
from phasesim.interpret._base import Analysis, Output
from phasesim.parts import part

_EACH = ("sample",)


@part("Henighan et al. 2023, Superposition, Memorization, and Double Descent, 'Dimensionality'")
class data_dimensions(Analysis):
    """D of each training sample, ‖h‖² / Σ_j (ĥ·h_j)², and of each feature, in one currency.

    h = act(W x) are hidden vectors and j runs over the whole data set; of features likewise with
    the columns of W. T samples on a regular T-gon, or any tight frame, have m/T each. A fresh
    sample, the control, has what the training samples leave it. The losses are on all training
    samples and on fresh ones. Only the first ``most`` samples are returned, of few all.
    """

    most: int = static(200, "samples returned", low=1)
    n_samples: int = static(4096, "fresh samples for the loss", low=1)
    of_training = True

    outputs: ClassVar = {
        "hidden_of_sample": Output(("sample", "hidden"), "hidden units of each training sample"),
        "dimensionality": Output(_EACH, "D of each training sample"),
        "dimensionality_fresh": Output(_EACH, "the same of samples that it never saw"),
        "dimensionality_of_feature": Output(("feature",), "D of each feature"),
        "mean_of_samples": Output((), "mean D of all training samples"),
        "mean_of_fresh": Output((), "mean D of as many fresh ones"),
        "loss_of_training": Output((), "loss on the training samples, summed over features"),
        "loss_of_fresh": Output((), "loss on fresh samples, summed over features"),
    }

    def coords(self, experiment: Any) -> dict[str, Any]:
        count = experiment.distribution.fixed
        if count is None:
            raise UsageError("data_dimensions: expected the distribution dataset, whose samples "
                             "are the same at every step")  # fmt: skip
        return {"sample": range(min(self.most, count))}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        from phasesim.interpret import _columns, _data
        from phasesim.interpret._losses import sampled_losses

        shown = len(self.coords(experiment)["sample"])
        hidden = _data.hidden_of(experiment, params)
        x = _data.training_samples(experiment, key)
        fresh = _data.draw(experiment, key, "test", self.n_samples)
        h, other = hidden(x), hidden(_data.draw(experiment, key, "fresh", x.shape[1]))
        W = _columns.columns(experiment, params)
        of_sample, of_fresh = _spent(h, h), _spent(other, h)
        return {
            "hidden_of_sample": h[:, :shown].T,
            "dimensionality": of_sample[:shown],
            "dimensionality_fresh": of_fresh[:shown],
            "dimensionality_of_feature": _spent(W, W),
            "mean_of_samples": of_sample.mean(),
            "mean_of_fresh": of_fresh.mean(),
            "loss_of_training": sampled_losses(experiment, x, params).sum(),
            "loss_of_fresh": sampled_losses(experiment, fresh, params).sum(),
        }


def _spent(vectors: Any, others: Any) -> Any:
    """‖v‖² / Σ_j (v̂·u_j)² of each column v, (k,), for the columns u_j; 0 where v is 0."""
    import jax.numpy as jnp

    spread = jnp.matmul(others, others.T, precision="highest")
    square = (vectors**2).sum(axis=0)
    total = (vectors * jnp.matmul(spread, vectors, precision="highest")).sum(axis=0)
    return jnp.where(total > 0, square**2 / jnp.where(total > 0, total, 1), 0)
