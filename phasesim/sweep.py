"""A sweep: one experiment, the axes along which it varies, and how often each cell is trained."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import Any

from phasesim.axes import Axis, from_config
from phasesim.errors import ConfigError
from phasesim.experiment import Experiment
from phasesim.fields import FieldSpec, check_number
from phasesim.parts import construct
from phasesim.paths import replace_at, spec_at, value_at

#: more models than this in one sweep are taken for a typing error
MOST_MODELS = 100_000_000
MOST_SEED = 2**32
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, kw_only=True)
class _SweepFields:
    experiment: Experiment
    axes: tuple[Axis, ...] = ()
    n_seeds: int = 1
    seed: int = 0
    name: str = "sweep"


class Sweep(_SweepFields):
    """All cells of the product of ``axes``, each trained ``n_seeds`` times.

    Args:
        experiment: what every cell has in common.
        axes: `Axis` objects (`geomspace`, `linspace`, `values`) in the order of the result's
            dimensions; the seed is the dimension after them.
        n_seeds: independent repetitions of each cell.
        seed: root of all random numbers, 0 <= seed < 2³².
        name: stem of the files written.

    Raises:
        ConfigError: an axis or value that the experiment does not take.

    >>> import phasesim as ps
    >>> sweep = ps.Sweep(ps.Experiment(), axes=[ps.values("n_hidden", [1, 2])], n_seeds=3)
    >>> sweep.shape, sweep.n_models
    ((2,), 6)
    """

    def __init__(
        self,
        experiment: Experiment,
        axes: Any = (),
        n_seeds: int = 1,
        seed: int = 0,
        name: str = "sweep",
    ) -> None:
        axes = tuple(from_config(a, f"sweep.axes[{i}]") for i, a in enumerate(axes))
        super().__init__(
            experiment=experiment,
            axes=axes,
            n_seeds=_whole("sweep.n_seeds", n_seeds, 1, MOST_MODELS),
            seed=_whole("sweep.seed", seed, 0, MOST_SEED - 1),
            name=_checked_name(name),
        )
        self._check()

    def _check(self) -> None:
        paths = [a.path for a in self.axes]
        for path in paths:
            if paths.count(path) > 1:
                raise ConfigError("sweep.axes", f"'{path}' stands on two axes")
        if self.n_models > MOST_MODELS:
            raise ConfigError(
                "sweep", f"{self.n_models:,} models", expected=f"at most {MOST_MODELS:,}"
            )
        for i, axis in enumerate(self.axes):
            try:
                self._check_axis(axis)
            except ConfigError as error:
                raise error.within(f"sweep.axes[{i}]: ") from None
        # what two fields forbid together shows at the ends of their axes
        ends = [(axis.values[0], axis.values[-1])[: len(axis.values)] for axis in self.axes]
        for corner in itertools.product(*ends):
            self.at_values(corner)

    def _check_axis(self, axis: Axis) -> None:
        # a choice on another axis may be what brings the field that this axis varies
        base = self.at_values([a.values[0] for a in self.axes])
        spec = spec_at(base, axis.path)
        if spec.role in ("nested", "table") or axis.path.startswith("record."):
            raise ConfigError(axis.path, "is not a field that can be swept")
        if spec.role == "swept" and isinstance(value_at(base, axis.path), tuple):
            raise ConfigError(axis.path, "is a list with one number per feature, not one number")
        if len(set(axis.values)) < len(axis.values):
            raise ConfigError(axis.path, "the same value stands twice on the axis")
        if spec.role == "swept":
            for value in axis.values:
                check_number(spec, axis.path, value)
            return
        for value in axis.values:
            replace_at(base, axis.path, value)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(a.values) for a in self.axes)

    @property
    def n_cells(self) -> int:
        return math.prod(self.shape)

    @property
    def n_models(self) -> int:
        return self.n_cells * self.n_seeds

    def at_values(self, values: Any) -> Experiment:
        """The experiment of the cell with these axis values."""
        experiment = self.experiment
        # choices first: they bring the fields that deeper paths set
        for axis, value in sorted(
            zip(self.axes, values, strict=True), key=lambda pair: pair[0].path.count(".")
        ):
            experiment = replace_at(experiment, axis.path, value)
        return experiment

    def at(self, index: tuple[int, ...]) -> Experiment:
        """The experiment of the cell at a grid index."""
        return self.at_values([a.values[i] for a, i in zip(self.axes, index, strict=True)])

    def to_toml(self) -> str:
        """The sweep as a configuration file, every field written out."""
        from phasesim.config import sweep_to_toml

        return sweep_to_toml(self)


def experiment_from_config(table: dict[str, Any]) -> Experiment:
    """The experiment of a configuration's top-level keys."""
    return construct(Experiment, table)


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ConfigError(
            "name", f"found {name!r}", expected="1 to 80 of A-Z a-z 0-9 . _ -, no leading dot or -"
        )
    return name


def _whole(name: str, value: Any, low: int, high: int) -> int:
    return FieldSpec("static", "", int, low=low, high=high).check(name, value)
