"""The package occhio: a grid of models stacked with torch.vmap, one distribution object a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.contenders import Unavailable, densities
from benchmarks.sizes import BATCH, LEARNING_RATE, WEIGHT_DECAY, Size


def prepare(size: Size, steps: int) -> Callable[[], None]:
    """`ModelGrid.fit` without torch.compile, its default."""
    try:
        import torch
        from occhio.autoencoder import TiedLinearRelu
        from occhio.distributions.sparse import SparseUniform
        from occhio.model_grid import Axis, ModelGrid
        from occhio.toy_model import ToyModel
    except ImportError as error:
        raise Unavailable(f"occhio: {error}") from None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    generator = torch.Generator(device)

    def create(params: dict[str, Any]) -> Any:
        return ToyModel(
            SparseUniform(size.n, params["density"], generator=generator),
            TiedLinearRelu(size.n, size.m, generator=generator),
            importances=0.9 ** torch.arange(size.n),
        )

    grid = ModelGrid(create, axes=[Axis("density", densities(size.models))])

    def run() -> None:
        grid.fit(
            n_epochs=steps,
            batch_size=BATCH,
            learning_rate=LEARNING_RATE,
            weight_decay=WEIGHT_DECAY,
        )
        if device == "cuda":
            torch.cuda.synchronize()

    return run
