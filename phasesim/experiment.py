"""One experiment: everything that decides how one toy model is trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.distributions._base import Distribution
from phasesim.engines._base import Engine
from phasesim.errors import ConfigError
from phasesim.fields import static
from phasesim.importances._base import Importance
from phasesim.initializers._base import Initializer
from phasesim.losses._base import Loss
from phasesim.models._base import Model
from phasesim.optimizers._base import Optimizer
from phasesim.parts import Part, choice, digest, nested, part, specs, table
from phasesim.targets._base import Target

#: sizes beyond these are typing errors; the limits keep products inside 64 bits
MOST_FEATURES = 1_000_000
MOST_STEPS = 1_000_000_000
#: larger weights would overflow the squares of the gradient in single precision
LARGEST_IMPORTANCE = 1e12


@part()
class Record(Part):
    """What is kept of a run beside its end state."""

    n_losses: int = static(
        50, "points of the stored loss curve, at most one a step", low=0, high=100_000
    )
    snapshots: int = static(
        0, "weights kept at log-spaced steps, the start included, each step once", low=0,
        high=100_000,
    )  # fmt: skip


@part("Elhage et al. 2022, Toy Models of Superposition, 'Experiment setup'")
class Experiment(Part):
    """One toy model and its training; every field is a key of the TOML file.

    >>> import phasesim as ps
    >>> ps.Experiment(n_features=5, n_hidden=2, importance="uniform").optimizer.weight_decay
    0.01
    """

    n_features: int = static(5, "features n, the size of input and output", low=1,
                             high=MOST_FEATURES)  # fmt: skip
    n_hidden: int = static(2, "hidden units m", low=1, high=MOST_FEATURES)
    batch_size: int = static(1024, "samples a step", low=1, high=1 << 24)
    n_steps: int = static(10_000, "optimiser steps", low=0, high=MOST_STEPS, course=True)
    engine: Engine = choice("engine", "sampled", "how the loss is obtained")
    draws: str = static(
        "shared",
        "whether all cells see one stream of uniform numbers or each its own",
        choices=("shared", "independent"),
    )
    dtype: str = static("float32", "floating-point type of training", choices=("float32",))
    distribution: Distribution = choice("distribution", "sparse_uniform", "law of the inputs")
    importance: Importance = choice("importance", "uniform", "weight of each feature's error")
    model: Model = choice("model", "relu_output", "what is trained")
    target: Target = choice("target", "identity", "what the output should be")
    loss: Loss = choice("loss", "weighted_mse", "error of one output")
    optimizer: Optimizer = choice("optimizer", "adamw", "how parameters follow the gradient")
    init: Initializer = choice("init", "xavier", "where training starts")
    regularizers: tuple = table("regularizer", "what training adds to the task")
    record: Record = nested(Record, "what is kept beside the end state", identity=False)

    def check(self) -> None:
        for name, spec in specs(self).items():
            if spec.role == "choice":
                inner = getattr(self, name)
                self._check_lengths(name, inner)
                try:
                    inner.check_for(self)
                except ConfigError as error:
                    raise error.within(name) from None
        for regularizer in self.regularizers:
            try:
                regularizer.check_for(self)
            except ConfigError as error:
                raise error.within(f"regularizers.{type(regularizer).__name__}") from None
        total = float(np.sum(self.importance.per_feature(self.n_features)))
        if not 0 < total <= LARGEST_IMPORTANCE:
            raise ConfigError(
                "importance",
                f"the weights sum to {total:g}",
                expected=f"a sum in (0, {LARGEST_IMPORTANCE:g}]",
            )

    def _check_lengths(self, name: str, inner: Any) -> None:
        for field, spec in specs(inner).items():
            value = getattr(inner, field)
            if spec.per_feature and isinstance(value, tuple) and len(value) != self.n_features:
                raise ConfigError(
                    f"{name}.{field}",
                    f"found {len(value)} numbers",
                    expected=f"one for each of the {self.n_features} features (n_features)",
                    hint="values to sweep are an axis of [sweep]",
                )

    @property
    def samples_a_step(self) -> int:
        """How many samples the gradient of a step is taken over."""
        return self.distribution.fixed or self.batch_size

    def null_loss(self) -> float:
        """Loss of the best constant output, Σ_i I_i Var(target_i) for a squared error."""
        null = self.loss.null(self.target, self.distribution, self.n_features)
        return float((self.importance.per_feature(self.n_features) * null).sum())

    def key_digest(self) -> bytes:
        """SHA-256 that decides this experiment's random numbers: all but its course and records."""
        return digest(self)

    def cell_digest(self) -> bytes:
        """SHA-256 that identifies the trained model (beside its seed)."""
        return digest(self, course=True)


def curve_ends(experiment: Experiment) -> list[int]:
    """Steps after which a point of the loss curve is complete, last one n_steps."""
    points = min(experiment.record.n_losses, experiment.n_steps)
    return [experiment.n_steps * (i + 1) // points for i in range(points)]
