"""Non-linearities of hidden or output units."""

from phasesim.registry import namespace

namespace(__name__, "activation")
