"""Numbers read off stored weights: float64 NumPy, one function a file."""

from phasesim.registry import namespace

namespace(__name__, "metric")
