"""A sweep: one experiment, the axes along which it varies, and how often each cell is trained."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from phasesim.axes import Axis, from_config
from phasesim.errors import ConfigError
from phasesim.experiment import Experiment
from phasesim.fields import check_number
from phasesim.grid import Grid
from phasesim.parts import construct, to_config
from phasesim.paths import replace_at, spec_at, value_at

#: corners of the grid at which conditions between fields are tried
MOST_CORNERS = 64


@dataclass(frozen=True, kw_only=True)
class _SweepFields(Grid):
    experiment: Experiment


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
        if not isinstance(experiment, Experiment):
            raise ConfigError("experiment", f"found {experiment!r}", expected="an Experiment")
        if not isinstance(axes, list | tuple):
            raise ConfigError("sweep.axes", f"found {axes!r}", expected="a list of axes")
        axes = tuple(
            _in_field(experiment, from_config(a, f"sweep.axes[{i}]")) for i, a in enumerate(axes)
        )
        super().__init__(experiment=experiment, axes=axes, n_seeds=n_seeds, seed=seed, name=name)
        self._check()

    def _check(self) -> None:
        for i, axis in enumerate(self.axes):
            try:
                self._check_axis(axis)
            except ConfigError as error:
                raise error.within(f"sweep.axes[{i}]: ") from None
        # what two fields forbid together shows at the ends of their axes
        corners = itertools.product(*map(_ends, self.axes))
        for corner in itertools.islice(corners, MOST_CORNERS):
            self.at_values(corner)

    def _check_axis(self, axis: Axis) -> None:
        # a choice on another axis may be what brings the field that this axis varies
        base = self.at_values([a.values[0] for a in self.axes])
        spec = spec_at(base, axis.path)
        if spec.role in ("nested", "table") or axis.path.startswith("record."):
            raise ConfigError(axis.path, "is not a field that can be swept")
        if spec.one_per and isinstance(self._own(axis.path), tuple):
            found = f"is a list with one number per {spec.one_per}, not one number"
            raise ConfigError(axis.path, found)
        if spec.role == "swept":
            for value in axis.values:
                check_number(spec, axis.path, value)
            return
        for value in axis.values:
            replace_at(base, axis.path, value)

    def _own(self, path: str) -> Any:
        """What the experiment itself holds at a path, None where another axis brings the field."""
        try:
            return value_at(self.experiment, path)
        except ConfigError:
            return None

    def at_values(self, values: Any) -> Experiment:
        """The experiment of the cell with these axis values.

        Args:
            values: one an axis, in the order of the axes; not necessarily on them.

        Raises:
            ConfigError: the experiment does not take a value.
        """
        experiment = self.experiment
        # choices first: they bring the fields that deeper paths set
        for axis, value in sorted(
            zip(self.axes, values, strict=True),
            key=lambda pair: pair[0].path.removesuffix(".name").count("."),
        ):
            experiment = replace_at(experiment, axis.path, value)
        return experiment

    def at(self, index: Sequence[int]) -> Experiment:
        """The experiment of the cell at a grid index.

        Args:
            index: one integer an axis; negative ones count from the end.
        """
        return self.at_values([a.values[i] for a, i in zip(self.axes, index, strict=True)])

    def to_config(self) -> dict[str, Any]:
        return {
            "name": self.name, **to_config(self.experiment), "sweep": self.grid_config()
        }  # fmt: skip


def _in_field(experiment: Experiment, axis: Axis) -> Axis:
    """The axis with whole numbers where its field takes them: 8, 16, … of a geomspace."""
    try:
        integer = spec_at(experiment, axis.path).type is int
    except ConfigError:
        return axis  # the field may come with another axis; the checks that follow decide
    return axis.in_integers() if integer else axis


def _ends(axis: Axis) -> list[Any]:
    """The values of an axis at which a condition between fields is first broken."""
    ends = {axis.values[0], min(axis.values), max(axis.values)}
    return [v for v in axis.values if v in ends or v == 0]


def experiment_from_config(table: dict[str, Any]) -> Experiment:
    """The experiment of a configuration's top-level keys."""
    return construct(Experiment, table)
