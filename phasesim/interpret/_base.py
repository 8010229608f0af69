"""What every analysis provides: the arrays it returns, and one model's measurement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from phasesim.parts import Part, to_config


@dataclass(frozen=True)
class Output:
    """One array that an analysis returns of a model.

    Attributes:
        dims: its dimensions: ``feature``, ``hidden``, or names that `Analysis.coords` explains.
        meaning: what it is, in a line.
    """

    dims: tuple[str, ...]
    meaning: str


class Analysis(Part):
    """A measurement of one trained model; fields are options, set as ``--set field=value``.

    A variant defines `outputs` and `measure`. Options shape the compiled program, so they are
    ordinary Python values inside `measure`.
    """

    kind = "analysis"
    #: raised when the numbers that the analysis returns change: stored ones are then refused
    algorithm = 1
    #: name -> what is returned; may be a property that depends on the options
    outputs: ClassVar[Mapping[str, Output]] = {}
    #: whether parameters come as they were at the recorded steps, with a leading ``step`` axis
    snapshots = False
    #: whether the key is the one that the model's training samples were drawn by
    of_training = False

    @property
    def label(self) -> str:
        """NAME of its file: its own name, and the options that are not the default ones."""
        own, usual = to_config(self), to_config(type(self)())
        changed = [f"{option}-{value}" for option, value in own.items() if value != usual[option]]
        return re.sub(r"[^\w.-]+", "-", "-".join([own["name"], *changed]))

    def coords(self, experiment: Any) -> dict[str, Any]:
        """Values along each dimension of the analysis's own, by name: numbers, one vector each."""
        return {}

    def measure(self, params: Any, experiment: Any, key: Any) -> dict[str, Any]:
        """Everything in `outputs`, of one model; pure JAX, vmapped over the models of a sweep.

        Args:
            params: the model's parameters, such as ``W`` (m, n) and ``b`` (n,).
            experiment: the model's experiment; its numbers are traced, its sizes are plain.
            key: a random key of this model and analysis; see `_data.draw` for streams of it.
        """
        raise AttributeError(f"{type(self).__name__} defines no measurement")
