"""A grid of values and seeds, whatever it is that each of its cells trains."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from phasesim.axes import Axis, shortest
from phasesim.errors import ConfigError
from phasesim.fields import FieldSpec

#: more models than this in one sweep are taken for a typing error
MOST_MODELS = 100_000_000
MOST_SEED = 2**32
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Axes, seeds, the root of all random numbers, and the stem of the files written."""

    #: what is said of models that ended well
    ended: ClassVar[str] = "trained to their last step"

    axes: tuple[Axis, ...] = ()
    n_seeds: int = 1
    seed: int = 0
    name: str = "sweep"

    def __post_init__(self) -> None:
        _whole("sweep.n_seeds", self.n_seeds, 1, MOST_MODELS)
        _whole("sweep.seed", self.seed, 0, MOST_SEED - 1)
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise ConfigError(
                "name",
                f"found {self.name!r}",
                expected="1 to 80 of A-Z a-z 0-9 . _ -, no leading dot or -",
            )
        paths = [a.path for a in self.axes]
        for axis in self.axes:
            if paths.count(axis.path) > 1:
                raise ConfigError("sweep.axes", f"'{axis.path}' stands on two axes")
            places: dict[Any, int] = {}
            for second, value in enumerate(axis.values):
                if (first := places.setdefault(value, second)) < second:
                    found = f"{shortest(value)!r} stands twice on the axis, at [{first}] and "
                    raise ConfigError(axis.path, f"{found}[{second}]", expected=_distinct(value))
        if self.n_models > MOST_MODELS:
            raise ConfigError(
                "sweep", f"{self.n_models:,} models", expected=f"at most {MOST_MODELS:,}"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values on each axis."""
        return tuple(len(a.values) for a in self.axes)

    @property
    def n_cells(self) -> int:
        """Cells of the grid."""
        return math.prod(self.shape)

    @property
    def n_models(self) -> int:
        """Models of the grid: each cell once for every seed."""
        return self.n_cells * self.n_seeds

    def grid_config(self) -> dict[str, Any]:
        """The ``[sweep]`` table of a configuration file."""
        axes = [a.to_config() for a in self.axes]
        return {"seed": self.seed, "n_seeds": self.n_seeds, "axes": axes}

    def provenance(self) -> dict[str, str]:
        """Further attributes of the final file."""
        return {}

    def to_config(self) -> dict[str, Any]:
        """The tables of a configuration file that reads back as an equal sweep."""
        return {"name": self.name, "sweep": self.grid_config()}

    def to_toml(self) -> str:
        """The sweep as a configuration file, every field written out."""
        import tomli_w

        return tomli_w.dumps(self.to_config())


def _distinct(value: Any) -> str:
    """How values of the kind have to differ."""
    words = {float: "numbers that differ in single precision", int: "different whole numbers"}
    return words.get(type(value), "different names")


def _whole(name: str, value: Any, low: int, high: int) -> int:
    return FieldSpec("static", "", int, low=low, high=high).check(name, value)
