"""What is trained: flax modules from input to output."""

from phasesim.registry import namespace

namespace(__name__, "model")
