"""What every engine provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Engine(Part):
    """How the loss and its gradient are obtained at each step.

    An engine that does not cover every experiment refuses the others in `check_for`, naming
    what it covers.
    """

    kind = "engine"
    #: whether steps and evaluation draw samples
    samples = True
    #: gradient norm below which a model stops, None: it trains to its last step
    stop_gradient: Any = None
    #: iterations that follow the last step
    polish_steps = 0
