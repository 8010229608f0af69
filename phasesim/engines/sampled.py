"""Training on a fresh random batch at every step, as in the paper."""

from __future__ import annotations

from phasesim.engines._base import Engine
from phasesim.parts import part


@part("Elhage et al. 2022, released notebook")
class sampled(Engine):
    """Each step draws batch_size samples and follows the gradient of their mean loss."""
