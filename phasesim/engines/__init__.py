"""How a run is carried out."""

from phasesim.registry import namespace

namespace(__name__, "engine")
