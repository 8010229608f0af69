"""Latents that pass unchanged above a learned level."""

from __future__ import annotations

from typing import Any

from phasesim.autoencoders._base import Autoencoder
from phasesim.fields import swept
from phasesim.parts import part


@part("Rajamanoharan et al. 2024, Jumping Ahead: Improving Reconstruction Fidelity with JumpReLU")
class jump_relu(Autoencoder):
    """f = z where z > θ, else 0; penalty coefficient · mean number of active latents.

    The levels θ > 0 get their slope from samples within half a bandwidth of them.
    """

    levels = True
    coefficient: Any = swept(0.02, "cost of an active latent", low=0, listed="autoencoder")
    bandwidth: float = swept(0.1, "around a level, where samples move it", low=0, open_low=True)

    def active(self, z: Any, strength: Any, level: Any) -> Any:
        import jax
        import jax.numpy as jnp

        level = self._positive(level)
        passed = self._passed(z, level)
        # the value of the second term is 0, its slope along the level that of θ H(z - θ)
        slope = jax.lax.stop_gradient(level) * (passed - jax.lax.stop_gradient(passed))
        return jnp.where(z > level, jnp.maximum(z, 0), 0) + slope

    def penalty(self, z: Any, f: Any, strength: Any, level: Any) -> Any:
        return strength * self._passed(z, self._positive(level)).sum(axis=0).mean()

    def _positive(self, level: Any) -> Any:
        import jax.numpy as jnp

        return jnp.abs(level)[:, None]

    def _passed(self, z: Any, level: Any) -> Any:
        """H(z - θ), with the slope of a ramp of the bandwidth's width along θ, none along z."""
        import jax
        import jax.numpy as jnp

        fixed = jax.lax.stop_gradient(z)
        ramp = jnp.clip((fixed - level) / self.bandwidth + 0.5, 0, 1)
        return ramp + jax.lax.stop_gradient((fixed > level) - ramp)
