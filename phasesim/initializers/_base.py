"""What every initialiser provides."""

from __future__ import annotations

from typing import Any

from phasesim.parts import Part


class Initializer(Part):
    """Where training starts. Vectors (biases) start as the model's module says, usually at 0."""

    kind = "init"

    def matrix(self, key: Any, shape: tuple[int, ...]) -> Any:
        """A start for one weight matrix."""
        raise AttributeError(f"{type(self).__name__} defines no matrix")

    def contents(self) -> dict[str, str]:
        """SHA-256 of the files that the start is read from, by field; part of every fingerprint."""
        return {}

    def params(self, model: Any, key: Any, n_features: int, n_hidden: int) -> Any:
        """All parameters of a model: each matrix its own draw, vectors as the module has them."""
        import jax

        own, matrices = jax.random.split(key)
        leaves, tree = jax.tree.flatten(model.init(own, n_features, n_hidden))
        keys = [jax.random.fold_in(matrices, i) for i in range(len(leaves))]
        started = [
            self.matrix(k, leaf.shape) if leaf.ndim >= 2 else leaf
            for k, leaf in zip(keys, leaves, strict=True)
        ]
        return jax.tree.unflatten(tree, started)
