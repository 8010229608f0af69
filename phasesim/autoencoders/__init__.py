"""Sparse autoencoders on hidden units, as analyses train them: one file a kind."""

from phasesim.registry import namespace

namespace(__name__, "autoencoder")
