"""How inputs are drawn: which features are active, and how strongly."""

from phasesim.registry import namespace

namespace(__name__, "distribution")
