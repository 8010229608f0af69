"""What the output should be, as a function of the input."""

from phasesim.registry import namespace

namespace(__name__, "target")
