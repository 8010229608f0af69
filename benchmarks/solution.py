"""Time to solution: how far from the best known loss, after how much processor time.

The notebook's algorithm in PyTorch trains 10,000 noisy steps; phasesim trains on the exact loss,
from the same random starts and with no start taken from theory. The weights of both are judged by
the exact loss in float64. Processor time is the training process's own; compilation happens in a
first run that is not counted. ``python -m benchmarks.solution [CASE…]``, where PyTorch is.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import machine
from benchmarks.solution_cases import CASES, Case, sweep_of
from benchmarks.solution_judge import judged

STEPS, BATCH, LEARNING_RATE, WEIGHT_DECAY = 10_000, 1024, 1e-3, 1e-2


def train_phasesim(case: Case, folder: Path) -> dict[str, Any]:
    """Weights to a file; the start weights too, for the others to start from."""
    import phasesim as ps

    sweep = sweep_of(case)
    for name, n_steps in (("starts", 0), ("phasesim", case.steps)):
        ran = sweep_of(case, n_steps=n_steps)
        ps.run(ran)  # compiles
        wall, cpu = time.perf_counter(), time.process_time()
        params = ps.run(ran).params()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        np.savez(folder / f"{name}.npz", W=params["W"], b=params["b"])
    return {"cpu": cpu / sweep.n_models, "wall": wall / sweep.n_models, "steps": case.steps}


def train_notebook(case: Case, folder: Path) -> dict[str, Any]:
    """All models stacked on an axis of one tensor, one AdamW, a Python loop."""
    import torch

    torch.manual_seed(0)
    sweep = sweep_of(case)
    start = np.load(folder / "starts.npz")
    n, m = case.n, case.m
    models = sweep.n_models
    cells = [sweep.at(i) for i in np.ndindex(sweep.shape)]
    repeated = lambda rows: np.repeat(np.array(rows, np.float32), sweep.n_seeds, axis=0)  # noqa: E731
    p = torch.tensor(repeated([c.distribution.density_per_feature(n) for c in cells]))
    importance = torch.tensor(repeated([c.importance.per_feature(n) for c in cells]))
    W = torch.tensor(start["W"].reshape(models, m, n).swapaxes(1, 2).copy(), requires_grad=True)
    b = torch.tensor(start["b"].reshape(models, n).copy(), requires_grad=True)
    optimizer = torch.optim.AdamW([W, b], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(STEPS):
        optimizer.zero_grad(set_to_none=True)
        active = torch.rand(BATCH, models, n) <= p
        x = torch.where(active, torch.rand(BATCH, models, n), torch.zeros(()))
        hidden = torch.einsum("bif,ifh->bih", x, W)
        out = torch.relu(torch.einsum("bih,ifh->bif", hidden, W) + b)
        loss = (importance * (x.abs() - out) ** 2).mean(dim=(0, 2)).sum()
        loss.backward()
        optimizer.step()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    shape = (*sweep.shape, sweep.n_seeds)
    np.savez(
        folder / "notebook.npz",
        W=W.detach().numpy().swapaxes(1, 2).reshape(*shape, m, n),
        b=b.detach().numpy().reshape(*shape, n),
    )
    return {"cpu": cpu / models, "wall": wall / models, "steps": STEPS}


SIDES = {"phasesim": train_phasesim, "notebook": train_notebook}


def compare(case: Case, folder: Path) -> dict[str, Any]:
    """Both sides in processes of their own, then the verdict."""
    spent = {}
    for side in SIDES:
        command = [sys.executable, "-m", "benchmarks.solution", "--train", side, case.name]
        done = subprocess.run([*command, str(folder)], check=True, stdout=subprocess.PIPE)
        spent[side] = json.loads(done.stdout)
    ratio = spent["notebook"]["cpu"] / spent["phasesim"]["cpu"]
    weights = {side: np.load(folder / f"{side}.npz") for side in SIDES}
    return {
        "n": case.n,
        "m": case.m,
        "models": sweep_of(case).n_models,
        "seconds_a_model": spent,
        "cpu_ratio": ratio,
        "cpu_ratio_wanted": case.wanted,
        **judged(case, weights),
    }


def main(wanted: list[str]) -> None:
    found = (machine.load("solution") or {}).get("cases", {})
    for case in CASES:
        if not wanted or case.name in wanted:
            with tempfile.TemporaryDirectory() as folder:
                found[case.name] = compare(case, Path(folder))
            # cases are made one at a time, maybe not at one commit
            found[case.name]["commit"] = machine.commit()
            print(machine.save("solution", {"cases": found}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--train"]:
        side, name, folder = sys.argv[2:]
        case = next(c for c in CASES if c.name == name)
        json.dump(SIDES[side](case, Path(folder)), sys.stdout)
    else:
        main(sys.argv[1:])
