"""What a result says of its models by comparing losses: with the optimum, and with each other."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from phasesim import best_known, percell, ranking, settling
from phasesim.basins import LOSS_TOLERANCE, SHAPE_TOLERANCE, Basins, basins, invariants
from phasesim.errors import UsageError
from phasesim.status import Status


class Judged:
    """The part of `Result` that judges models."""

    sweep: Any
    status: np.ndarray
    loss: np.ndarray
    names: Any
    stored: Any
    metric: Any
    experiment: Any

    @cached_property
    def null_loss(self) -> np.ndarray:
        """Loss of the best constant output in each cell, (*axes)."""
        return percell.null_losses(self.sweep)

    @property
    def trained(self) -> np.ndarray:
        """Which models trained to the end, bool (*axes, seed)."""
        return np.isin(self.status, [Status.ok, Status.not_converged])

    @cached_property
    def ranking(self) -> tuple[str, np.ndarray]:
        """Which loss ranks the seeds of a cell, and that loss, (*axes, seed).

        "exact" where the expected loss is stored, or known and found within seconds by the sizes
        of the sweep; else "evaluation": the loss on the fixed evaluation sample, which is noisy
        where few features are active.
        """
        known = ranking.covered(self.sweep) and ranking.cheap(self.sweep)
        if known or self._is_stored("exact_loss"):
            return "exact", self.exact_loss
        return "evaluation", self.loss

    @cached_property
    def exact_loss(self) -> np.ndarray:
        """Expected loss of every model, (*axes, seed), stored or computed, however long it takes.

        Raises:
            UsageError: it is not known for this experiment.
        """
        if self._is_stored("exact_loss"):
            return self.stored("exact_loss")
        return ranking.exact_losses(self.sweep, *self._weights(plain=False))

    @cached_property
    def gradient_norm(self) -> np.ndarray:
        """Norm of the gradient of the expected loss at the end, as `exact_loss`."""
        if self._is_stored("gradient_norm"):
            return self.stored("gradient_norm")
        return ranking.gradient_norms(self.sweep, *self._weights(plain=False))

    @cached_property
    def orthogonal_loss(self) -> np.ndarray:
        """Loss of the best model without superposition in each cell, (*axes).

        Raises:
            UsageError: the expected loss is not known for this experiment.
        """
        self._weights()
        return best_known.orthogonal_losses(self.sweep)

    @cached_property
    def least_curvature(self) -> np.ndarray:
        """Smallest eigenvalue of the Hessian of the expected loss, (*axes, seed), in null losses.

        Raises:
            UsageError: the expected loss is not known for this experiment.
        """
        least = ranking.least_eigenvalues(self.sweep, *self._weights())
        return least / self.null_loss[..., None]

    def best_known(self, search: bool | None = None) -> np.ndarray:
        """Lowest exact loss known in each cell, (*axes).

        Args:
            search: whether to look for the true optimum too, beside the best seed; if None, where
                that takes seconds: up to 4,096 cells of two features, or 64 of three.

        Raises:
            UsageError: the exact loss is not known, or no optimum can be searched for.
        """
        lowest = best_known.best_seed(self.exact_loss, self.trained)
        if search is None:
            search = ranking.covered(self.sweep) and best_known.searched(self.sweep)
        if search:
            self._weights()
            lowest = np.minimum(lowest, best_known.optimum_losses(self.sweep))
        return lowest

    def basins(
        self, *, loss_tolerance: float = LOSS_TOLERANCE, shape_tolerance: float = SHAPE_TOLERANCE
    ) -> Basins:
        """Which seeds of each cell share a minimum.

        Seeds share one where their losses, by `ranking` and in null losses, and the norms and
        dimensionalities of their features are within the tolerances; features that the loss does
        not tell apart may be exchanged, and the hidden space turned.

        Args:
            loss_tolerance: largest difference of losses, in null losses.
            shape_tolerance: largest difference of a norm or dimensionality.

        Returns:
            `phasesim.basins.Basins`: labels, fractions over seeds, losses.
        """
        law = [f(self.sweep)[..., None, :] for f in (percell.densities, percell.importances)]
        numbers = [self.metric(name) for name in ("feature_norm", "dimensionality")]
        return basins(
            self.ranking[1] / self.null_loss[..., None],
            np.concatenate([invariants(v, *law) for v in numbers], axis=-1),
            self.trained,
            loss_tolerance=loss_tolerance,
            shape_tolerance=shape_tolerance,
        )

    @cached_property
    def undertrained(self) -> np.ndarray:
        """Models that show where training ended rather than where it leads, bool (*axes, seed).

        All seeds of a cell whose runs were too short (`phasesim.settling.too_short`), and each
        model whose loss or, if it was trained on the exact loss, whose gradient says that it was
        still moving. The loss curve does not count where a polish followed it. Up to three
        features, neither do it where the expected loss says that its minimum is reached, and the
        gradient where it promises less than the loss is known to.
        """
        names, slopes = set(self.names()), ("loss_slope", "loss_slope_error")
        known, flag = ranking.minima_known(self.sweep), self.status == Status.not_converged
        if known and flag.any():
            flag = flag & (self._left(flag) > ranking.TOLERANCE)
        if names.issuperset(slopes):
            flag = flag | settling.still_moving(*(self.stored(name) for name in slopes))
        if "loss_curve" in names:
            polished = percell.per_cell(self.sweep, ("engine",), lambda e: e.engine.polish_steps)
            short = settling.too_short(
                self.stored("loss_curve"), self.null_loss, self.trained,
                self._left if known else None,
            )  # fmt: skip
            flag = flag | (short & (polished == 0))[..., None]
        return flag & self.trained

    def hessian_eigenvalues(self, cell: Any = (), seed: int | None = None) -> np.ndarray:
        """Eigenvalues of the Hessian of the expected loss at one model, in rising order.

        Args:
            cell: grid index.
            seed: which model; the best by `ranking` if None.

        Raises:
            UsageError: the expected loss is not known for this experiment.
        """
        from phasesim.theory import hessian_eigenvalues

        index = (cell,) if isinstance(cell, int | np.integer) else tuple(cell)
        e = self.experiment(index)
        W, b = (v[index] for v in self._weights())
        if seed is None:
            seed = int(np.argmin(np.where(self.trained, self.ranking[1], np.inf)[index]))
        n, m = e.n_features, e.n_hidden
        return hessian_eigenvalues(
            W[seed, :m, :n], b[seed, :n],
            density=e.distribution.density_per_feature(n), importance=e.importance.per_feature(n),
        )  # fmt: skip

    def _left(self, wanted: np.ndarray) -> np.ndarray:
        """Expected loss above the minimum nearby of the models wanted, in null losses."""
        left = ranking.remaining_losses(self.sweep, *self._weights(), wanted)
        return left / self.null_loss[..., None]

    def _is_stored(self, name: str) -> bool:
        """Whether every trained model has it: of several engines only one may know it."""
        return name in self.names() and not np.isnan(self.stored(name)[self.trained]).any()

    def _weights(self, plain: bool = True) -> tuple[np.ndarray, np.ndarray]:
        """W and b of models whose expected loss is known, or known by the fast kernels."""
        if not (ranking.covered if plain else ranking.known)(self.sweep):
            law = "sparse_uniform with amplitude uniform, and no axis over one of them"
            raise UsageError(
                "the expected loss of these models is not known: expected model relu_output, "
                "target identity, loss weighted_mse, distribution "
                + (law if plain else "that phasesim.population_loss takes")
            )
        return self.stored("W"), self.stored("b")
