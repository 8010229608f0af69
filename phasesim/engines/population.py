"""Training on the exact expected loss: no samples, hence no noise."""

from __future__ import annotations

from typing import Any

from phasesim.engines._base import Engine
from phasesim.errors import ConfigError
from phasesim.fields import swept
from phasesim.parts import part


@part("phasesim.population_loss; the loss is of Elhage et al. 2022, Toy Models of Superposition")
class population(Engine):
    """Each step follows the gradient of the expected loss; batch_size and draws have no effect.

    A model whose gradient norm at the last step exceeds gradient_tolerance null losses has the
    status not_converged, one whose loss is not known to 1e-5 the status loss_uncertain.
    """

    gradient_tolerance: float = swept(
        1e-2, "largest gradient norm of a converged model, in null losses", low=0
    )
    samples = False

    def check_for(self, experiment: Any) -> None:
        field = uncovered(experiment)
        if field is not None:
            raise ConfigError(
                "",
                f"'population' does not cover this {field}",
                expected="model relu_output or linear, target identity, loss weighted_mse, "
                "distribution sparse_uniform with amplitude uniform (linear: any), "
                "no regularizers",
            )


def uncovered(experiment: Any) -> str | None:
    """The field that keeps an experiment's expected loss from being known, or None.

    >>> import phasesim as ps
    >>> uncovered(ps.Experiment()), uncovered(ps.Experiment(regularizers={}, model="linear"))
    (None, None)
    """
    names = {name: type(getattr(experiment, name)).__name__ for name in _COVERED}
    for name, allowed in _COVERED.items():
        if names[name] not in allowed:
            return name
    if any(not r.off for r in experiment.regularizers):
        return "regularizers"
    amplitude = type(experiment.distribution.amplitude).__name__
    if names["model"] == "relu_output" and amplitude != "uniform":
        return "distribution.amplitude"
    return None


_COVERED = {
    "model": ("relu_output", "linear"),
    "target": ("identity",),
    "loss": ("weighted_mse",),
    "distribution": ("sparse_uniform",),
}
