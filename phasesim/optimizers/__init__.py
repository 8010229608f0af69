"""How parameters follow the gradient (optax)."""

from phasesim.registry import namespace

namespace(__name__, "optimizer")
