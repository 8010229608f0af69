"""What every engine provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Engine(Part):
    """How the loss and its gradient are obtained at each step."""

    kind = "engine"

    def check_covers(self, experiment: Any) -> None:
        """Refuse an experiment that this engine cannot train.

        Raises:
            ConfigError: names what is covered.
        """

    def gradient(self, experiment: Any) -> Any:
        """A function (params, batch) -> (loss, gradient) for a tile of models."""
        raise AttributeError(f"{type(self).__name__} defines no gradient")
