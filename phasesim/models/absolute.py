"""Two ReLU layers: the model that computes absolute values in superposition."""

from __future__ import annotations

from phasesim.activations._base import Activation
from phasesim.models.untied import untied
from phasesim.parts import choice, part


@part("Elhage et al. 2022, Toy Models of Superposition, 'Computation in Superposition'")
class absolute(untied):
    """y = ReLU(W_out ReLU(W_in x) + b), W_in (m, n), W_out (n, m), b (n,): untied, with neurons.

    With the target absolute and inputs of both signs two neurons compute |x_i|: one of them is
    active for either sign.
    """

    activation: Activation = choice("activation", "relu", "non-linearity of the hidden units")
