"""The phases of a feature and their integer codes."""

from __future__ import annotations

from enum import IntEnum


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
