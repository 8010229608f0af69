"""Which input laws have a known expected loss, and by which kernel.

Distributions are met by what they offer, ``activity(n)`` and ``amplitude``: they stand above.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from phasesim.exact._activity import activities
from phasesim.exact._law import Law
from phasesim.exact.laws.interval import Interval


def law_of(distribution: Any) -> Law | None:
    """The law of a distribution's amplitude, or None where it has none that is known."""
    return getattr(getattr(distribution, "amplitude", None), "law", lambda: None)()


def covered_law(distribution: Any) -> Law:
    """The law of a distribution that is covered: there is one."""
    return distribution.amplitude.law()


def plain(distribution: Any, n: int) -> bool:
    """Whether features are independent and uniform on [0, 1], as the faster kernels assume."""
    law = law_of(distribution)
    if not (isinstance(law, Interval) and law.low == 0):
        return False
    contexts = distribution.activity(n)
    return len(contexts) == 1 and all(
        len(members) == 1 and len(masks) == 2 for members, _, masks in contexts[0][1]
    )


def covers(distribution: Any, n: int, most: float = 0) -> bool:
    """Whether the amplitude's law is known, with at most so many patterns where that matters.

    Args:
        distribution: with an activity.
        n: number of features.
        most: patterns that may be enumerated, if more than the law allows in training.
    """
    law = law_of(distribution)
    if law is None or law.most_patterns == math.inf:
        return law is not None
    contexts = activities(distribution.activity(n), np.float64)
    return max(a.n_patterns for a in contexts) <= max(most, law.most_patterns)
