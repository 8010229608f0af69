"""Training on the exact expected loss: no samples, hence no noise."""

from __future__ import annotations

from typing import Any

from phasesim.distributions._base import Distribution
from phasesim.engines._base import Engine
from phasesim.errors import ConfigError
from phasesim.exact._coverage import covers
from phasesim.fields import static, swept
from phasesim.parts import part


@part("phasesim.population_loss; the loss is of Elhage et al. 2022, Toy Models of Superposition")
class population(Engine):
    """Each step follows the gradient of the expected loss; batch_size and draws have no effect.

    A model whose gradient norm at the last step exceeds gradient_tolerance null losses has the
    status not_converged, one whose loss is not known to 1e-5 the status loss_uncertain.

    A model whose gradient norm falls below stop_gradient keeps its weights from there on, and its
    loss goes into the loss curve for all steps that are left; the step is stored as stopped_step.
    After the last step polish_steps iterations of L-BFGS (optax.lbfgs, a line search each) go down
    to the nearest minimum, as far as single precision shows it; the loss curve ends before them.
    """

    gradient_tolerance: float = swept(
        1e-2, "largest gradient norm of a converged model, in null losses", low=0
    )
    stop_gradient: float | None = swept(
        None, "gradient norm below which a model stops, in null losses; none if not given",
        low=0, optional=True, course=True,
    )  # fmt: skip
    polish_steps: int = static(
        0, "L-BFGS iterations after the last step", low=0, high=100_000, course=True
    )
    samples = False

    def check_for(self, experiment: Any) -> None:
        field = uncovered(experiment)
        if field is not None:
            raise ConfigError(
                "",
                f"'population' does not cover this {field}",
                expected="model relu_output or linear, target identity, loss weighted_mse, a "
                "distribution that states which features are active together, its amplitude "
                "(linear: any) of known law, with bernoulli at most 16384 patterns of active "
                "features, no regularizers",
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
    if type(experiment.distribution).activity is Distribution.activity:
        return "distribution"
    if any(not r.off for r in experiment.regularizers):
        return "regularizers"
    if names["model"] == "linear" or covers(experiment.distribution, experiment.n_features):
        return None
    return "distribution.amplitude"


_COVERED = {
    "model": ("relu_output", "linear"),
    "target": ("identity",),
    "loss": ("weighted_mse",),
}
