"""The phases of a feature and their integer codes."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Phase(IntEnum):
    """What became of a feature; the codes are those that `phase` returns.

    >>> Phase(2).label
    'superposed'
    """

    UNDEFINED = -1
    IGNORED = 0
    DEDICATED = 1
    SUPERPOSED = 2
    SAME_DIRECTION = 3

    @property
    def label(self) -> str:
        """The name used in tables and legends, e.g. ``same_direction``."""
        return self.name.lower()


#: ‖W_i‖ below this: the feature is ignored.
REPRESENTED_NORM = 0.5

#: s_i above this: the feature shares its direction with another one.
SHARED_SUPERPOSITION = 0.25


def classify(
    norm: NDArray[np.float64], superposition: NDArray[np.float64], cosine: NDArray[np.float64]
) -> NDArray[np.int8]:
    """Codes of `Phase` from the three quantities that decide it, elementwise.

    Args:
        norm: ‖W_i‖.
        superposition: s_i.
        cosine: signed cosine with the partner, as `max_cosine`.

    Returns:
        int8 codes; -1 where a number needed is NaN.
    """
    ignored, shared = norm < REPRESENTED_NORM, superposition > SHARED_SUPERPOSITION
    rules = {
        Phase.IGNORED: ignored,
        Phase.UNDEFINED: np.isnan(norm) | np.isnan(superposition) | np.isnan(cosine),
        Phase.SUPERPOSED: shared & (cosine < 0),
        Phase.SAME_DIRECTION: shared & (cosine > 0),
    }
    codes = np.select(list(rules.values()), [int(p) for p in rules], int(Phase.DEDICATED))
    return codes.astype(np.int8)
