"""The law of an active feature's value."""

from phasesim.registry import namespace

namespace(__name__, "amplitude")
