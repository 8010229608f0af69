"""A small made-up sweep, and the whole life of its store, shared by the tests of this folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from phasesim import store

DENSITY = np.array([1.0, 0.1, 0.01])
MODELS = np.array(["relu_output", "linéaire"])
N_SEEDS = 3
N_ROWS = len(DENSITY) * len(MODELS) * N_SEEDS
MANIFEST = {"name": "sample", "cell_fingerprint": "f00d"}


def cell_hashes(density=DENSITY, models=MODELS) -> np.ndarray:
    """A hash for each cell of the grid, made of the cell's own values."""
    texts = [f"{p.hex()} {m}" for p in density.tolist() for m in models]
    return np.stack([np.frombuffer(hashlib.sha256(t.encode()).digest(), np.uint8) for t in texts])


def layout(density=DENSITY, n_seeds=N_SEEDS, sizes=(2, 3)) -> store.Layout:
    """Two axes, and weights of `sizes` = (hidden, feature)."""
    names = store.axis_names(["distribution.density", "model.name"])
    return store.Layout(
        axes=(
            store.Axis(name=names[0], path="distribution.density", values=density),
            store.Axis(name=names[1], path="model.name", values=MODELS),
        ),
        n_seeds=n_seeds,
        fields={
            "W": store.Field(dims=("hidden", "feature"), attrs={"long_name": "weights"}),
            "loss": store.Field(),
            "status": store.Field(dtype="uint8", fill=0),
        },
        coords={"hidden": np.arange(sizes[0]), "feature": np.arange(sizes[1])},
        cell_hash=cell_hashes(density),
    )


def rows(chosen=None, *, density=DENSITY, n_seeds=N_SEEDS, sizes=(2, 3)) -> dict[str, np.ndarray]:
    """Rows by number (all unless given); what is in a row depends on its cell and seed only."""
    cells = cell_hashes(density)
    chosen = np.arange(len(cells) * n_seeds) if chosen is None else np.asarray(chosen)
    hashes, seeds = cells[chosen // n_seeds], (chosen % n_seeds).astype(np.uint32)
    weights, losses = [], []
    for h, s in zip(hashes, seeds, strict=True):
        rng = np.random.default_rng([*h[:8].tolist(), int(s)])
        weights.append(rng.normal(size=sizes))
        losses.append(rng.normal())
    return {
        "cell_hash": hashes,
        "seed": seeds,
        "W": np.array(weights, dtype=np.float32),
        "loss": np.array(losses, dtype=np.float32),
        "status": np.ones(len(chosen), dtype=np.uint8),
    }


def plan(n_chunks=4, total=N_ROWS) -> list[np.ndarray]:
    """Row numbers of each chunk."""
    return np.array_split(np.arange(total), n_chunks)


def finish(run: store.RunDirectory, final: Path, replace: bool = False) -> str:
    """Merge and retire, as the end of every sweep does."""
    sha = store.write_final(
        final,
        layout(),
        run.parts(),
        attrs={"name": "sample"},
        texts={"config_toml": "n_features = 3\n# é\n"},
        workdir=run.path,
        replace=replace,
    )
    store.retire(run, final)
    return sha


def sweep(final: Path, acknowledged=lambda index: None) -> str:
    """Run or resume the sample sweep to its end; the final file's SHA-256."""
    if final.exists() and not store.run_path(final).exists():
        store.remove_retired(store.run_path(final))
        store.open_final(final).close()
        return store.sidecar_path(final).read_text().split()[0]
    run = store.RunDirectory.create(store.run_path(final), MANIFEST)
    with run.lock():
        run.clean_temporaries()
        done = run.completed()
        run.log("start", done=len(done))
        for index, chosen in enumerate(plan()):
            if index not in done:
                run.commit(index, rows(chosen), {"versions": "jax 0.12"})
                acknowledged(index)
        return finish(run, final)
