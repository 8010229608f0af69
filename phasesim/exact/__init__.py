"""Exact expected losses of tied models on independent features, for NumPy and JAX arrays alike.

Output i depends on the other features through z_i = Σ_j G_ij x_j alone. With none or one of them
active its loss is a polynomial integral (`_few`), with more a Fourier series on the known support
of z_i (`_series`), whose truncation is bounded (`_error`). Nothing here imports JAX.
"""
