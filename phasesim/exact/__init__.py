"""Exact expected losses of tied models, for NumPy and JAX arrays alike; nothing here imports JAX.

Output i depends on the other features through z_i = Σ_j G_ij x_j alone. With none or one of them
active its loss is a polynomial integral (`_few`), with more a Fourier series on the known support
of z_i (`_series`), whose truncation is bounded (`_error`). That is for independent uniform
features. Sets of dependent features (`_joint`) and other amplitudes (`laws`) go through
`_dependent`, where unbounded amplitudes take an integral in the complex plane (`_contour`).
"""
