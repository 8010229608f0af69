"""How much each feature's error counts in the loss."""

from phasesim.registry import namespace

namespace(__name__, "importance")
