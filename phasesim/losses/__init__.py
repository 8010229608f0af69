"""How far an output is from its target, feature by feature."""

from phasesim.registry import namespace

namespace(__name__, "loss")
