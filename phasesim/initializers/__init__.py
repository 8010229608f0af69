"""Where training starts."""

from phasesim.registry import namespace

namespace(__name__, "init")
