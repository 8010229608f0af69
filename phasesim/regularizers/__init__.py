"""What is added to the loss or to training beside the task."""

from phasesim.registry import namespace

namespace(__name__, "regularizer")
