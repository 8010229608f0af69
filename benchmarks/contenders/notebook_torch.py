"""The algorithm of the paper's notebook in PyTorch, written anew from its description.

All models are stacked on an instance axis and trained by one AdamW in a Python loop: tied weights,
ReLU output, a fresh batch each step (a value where rand ≤ p), the loss of each model averaged over
batch and features and summed over models.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.contenders import Unavailable, densities
from benchmarks.sizes import BATCH, LEARNING_RATE, WEIGHT_DECAY, Size


def prepare(size: Size, steps: int) -> Callable[[], None]:
    """Training on the accelerator where there is one."""
    try:
        import torch
    except ImportError as error:
        raise Unavailable(f"PyTorch: {error}") from None
    device = "cuda" if torch.cuda.is_available() else "cpu"
    probability = torch.tensor(densities(size.models), device=device)[:, None]
    importance = (0.9 ** torch.arange(size.n, device=device)).float()

    def run() -> None:
        W = torch.empty(size.models, size.n, size.m, device=device)
        torch.nn.init.xavier_normal_(W)
        W.requires_grad_()
        b = torch.zeros(size.models, size.n, device=device, requires_grad=True)
        optimizer = torch.optim.AdamW([W, b], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            value = torch.rand(BATCH, size.models, size.n, device=device)
            active = torch.rand(BATCH, size.models, size.n, device=device) <= probability
            x = torch.where(active, value, torch.zeros((), device=device))
            hidden = torch.einsum("bif,ifh->bih", x, W)
            out = torch.relu(torch.einsum("bih,ifh->bif", hidden, W) + b)
            loss = (importance * (x.abs() - out) ** 2).mean(dim=(0, 2)).sum()
            loss.backward()
            optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()

    return run
