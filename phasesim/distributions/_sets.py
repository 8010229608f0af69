"""What laws of features in sets of one size have in common."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.distributions._base import Distribution
from phasesim.distributions._patterns import Context, Patterns, consecutive, divided
from phasesim.errors import ConfigError
from phasesim.fields import static, swept
from phasesim.numerics import namespace

#: density where neither the feature's nor the set's is given
DENSITY = 0.1
#: by how much a product of numbers rounded to single precision may exceed 1
ROUNDING = 1e-6


class Sets(Distribution):
    """Features 0 … set_size - 1 are the first set, the next set_size the second, and so on.

    Sets are independent and alike. A subclass says which members an active set activates.
    """

    set_size: int
    density: float | None
    set_density: float | None

    def share(self) -> float:
        """P(a given member is active | its set is)."""
        raise AttributeError(f"{type(self).__name__} does not say what an active set activates")

    def active_masks(self) -> np.ndarray:
        """The patterns of an active set, equally probable: bool (K, set_size)."""
        raise AttributeError(f"{type(self).__name__} does not say what an active set activates")

    def set_probability(self) -> Any:
        """P(a given set is active)."""
        if self.set_density is not None:
            return self.set_density
        q = (DENSITY if self.density is None else self.density) / self.share()
        return namespace(q).minimum(q, 1)

    def check(self) -> None:
        if self.density is not None and self.set_density is not None:
            raise ConfigError("set_density", "found beside density", expected="one of the two")
        density, most = DENSITY if self.density is None else self.density, self.share()
        if self.set_density is None and density > most * (1 + ROUNDING):
            raise ConfigError(
                "density",
                f"found {density:g} with set_size {self.set_size}: a set would be active with "
                f"probability {density / most:g}",
                expected=f"at most {most:g}",
            )

    def check_for(self, experiment: Any) -> None:
        self.n_sets(experiment.n_features)

    def n_sets(self, n: int) -> int:
        """How many sets n features make; an error where the last would be smaller."""
        return divided(n, self.set_size, "set_size")

    def activity(self, n: int) -> list[Context]:
        q, active = self.set_probability(), self.active_masks()
        xp = namespace(q)
        each = xp.broadcast_to(xp.asarray(q / len(active)), (len(active),))
        probabilities = xp.concatenate([xp.reshape(1 - q, 1), each])
        masks = np.concatenate([np.zeros_like(active[:1]), active])
        members = consecutive(self.set_size, self.n_sets(n))
        return [Context(1.0, [Patterns(m, probabilities, masks) for m in members])]


def set_size() -> Any:
    """The field that cuts the features into sets."""
    return static(2, "features in a set; n_features is a multiple", low=1, high=1_000_000)


def density() -> Any:
    """The density as a feature's."""
    doc = f"P(a given feature is active); {DENSITY:g} where set_density is absent too"
    return swept(None, doc, low=0, high=1, open_low=True, optional=True)


def set_density() -> Any:
    """The density as a set's."""
    doc = "P(a given set is active), instead of density"
    return swept(None, doc, low=0, high=1, open_low=True, optional=True)
