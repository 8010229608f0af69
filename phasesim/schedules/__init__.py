"""How the learning rate changes over the steps (optax)."""

from phasesim.registry import namespace

namespace(__name__, "schedule")
