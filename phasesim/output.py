"""Between a plan and the store: layout, manifest, and what an existing store means for a run."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import store
from phasesim.errors import StoreMismatch
from phasesim.fingerprint import (
    cell_fingerprint,
    code_identity,
    contains,
    differing_fields,
    grid_fingerprint,
)
from phasesim.plan import Plan, make_plan
from phasesim.result import stored_sweep
from phasesim.sweep import Sweep

#: packages whose versions are recorded
RECORDED = ("phasesim", "jax", "jaxlib", "flax", "optax", "numpy")


@dataclass(frozen=True)
class Work:
    """A running directory and what is left to do in it; the lock is held."""

    run: store.RunDirectory
    held: store.Held
    plan: Plan
    layout: store.Layout


def layout_of(
    sweep: Sweep, fields: dict[str, Any], coords: dict[str, Any], cell_hash: np.ndarray
) -> store.Layout:
    """The shape of the final file.

    Args:
        sweep: gives axes and seeds.
        fields: name -> (dims, dtype, label).
        coords: dimension -> values.
        cell_hash: uint8 (n_cells, 32).
    """
    names = store.axis_names([a.path for a in sweep.axes], [*coords, *fields])
    axes = tuple(
        store.Axis(name=name, path=axis.path, values=axis.array())
        for name, axis in zip(names, sweep.axes, strict=True)
    )
    return store.Layout(
        axes=axes,
        n_seeds=sweep.n_seeds,
        fields={name: _field(*info) for name, info in fields.items()},
        coords={dim: np.asarray(values) for dim, values in coords.items()},
        cell_hash=cell_hash,
    )


def _field(dims: Any, dtype: str, label: str) -> store.Field:
    fill = {"f": float("nan"), "i": -1, "u": 0}[np.dtype(dtype).kind]
    return store.Field(dims=tuple(dims), dtype=dtype, fill=fill, attrs={"long_name": label})


def manifest_layout(sweep: Sweep, manifest: dict[str, Any]) -> store.Layout:
    """The layout that a manifest describes."""
    return layout_of(sweep, manifest["fields"], manifest["coords"], make_plan(sweep).cell_hash)


def new_manifest(
    sweep: Sweep,
    fields: dict[str, Any],
    coords: dict[str, np.ndarray],
    blocks_per_chunk: int,
    platform: str,
) -> dict[str, Any]:
    """What a running directory is for."""
    return {
        "config_toml": sweep.to_toml(),
        "cell_fingerprint": cell_fingerprint(sweep),
        "grid_fingerprint": grid_fingerprint(sweep),
        "blocks_per_chunk": blocks_per_chunk,
        "platform": platform,
        "fields": {n: [list(f.dims), f.dtype, f.label] for n, f in fields.items()},
        "coords": {dim: np.asarray(values).tolist() for dim, values in coords.items()},
        "versions": versions(),
        "code": json.dumps(code_identity(sweep), sort_keys=True),
    }


def stored_attributes(sweep: Sweep, platform: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Root attributes and long texts of the final file."""
    attrs = {
        "name": sweep.name,
        "platform": platform,
        "cell_fingerprint": cell_fingerprint(sweep),
        "grid_fingerprint": grid_fingerprint(sweep),
        **{f"version_{name}": version for name, version in versions().items()},
        "code": json.dumps(code_identity(sweep), sort_keys=True),
        **sweep.provenance(),
    }
    return attrs, {"config_toml": sweep.to_toml()}


def versions() -> dict[str, str]:
    """Versions of the packages that made the numbers."""
    return {name: importlib.metadata.version(name) for name in RECORDED}


def prepare(
    sweep: Sweep, final: Path, platform: str, make_manifest: Callable[[], dict[str, Any]]
) -> Work | None:
    """Find or make the running directory of a sweep.

    Args:
        sweep: what is to be trained.
        final: NAME.h5.
        platform: the kind of device that would train what is missing.
        make_manifest: called only where a directory is made or extended: it measures.

    Returns:
        The work left, or None where ``final`` holds all of it already.

    Raises:
        StoreMismatch: another experiment is stored there, or another grid that this one does
            not contain.
        StoreLocked: another process is writing.
    """
    path = store.run_path(final)
    if not (path / "manifest.json").exists():
        base = None
        if final.exists():
            with store.open_final(final) as file:
                made = _made(file.attrs)
                if not grows(sweep, stored_sweep(file.config_toml, final), final, made):
                    store.remove_retired(path)
                    return None
                _same_platform(str(file.attrs["platform"]), platform, final)
            base = final
        run = store.RunDirectory.create(path, make_manifest(), base=base)
    else:
        run = store.RunDirectory.open(path)
    _same_platform(run.manifest["platform"], platform, path)
    held = run.lock()
    try:
        return _locked(sweep, run, held, make_manifest)
    except BaseException:
        held.release()
        raise


def _locked(
    sweep: Sweep, run: store.RunDirectory, held: store.Held, make_manifest: Callable[[], Any]
) -> Work:
    run.clean_temporaries()
    old = stored_sweep(run.manifest["config_toml"], run.path)
    # a carried file that was damaged changes what is left to do, hence the numbering of chunks
    larger = grows(sweep, old, run.path, _made(run.manifest))
    if larger or set(run.carried()) != set(run.manifest["carried"]):
        run.supersede(make_manifest())
    layout = manifest_layout(sweep, run.manifest)
    return Work(
        run, held, make_plan(sweep, _carried_models(run, layout), run.manifest["platform"]), layout
    )


def _same_platform(stored: str, own: str, where: Path) -> None:
    """Refuse to mix: devices of different kinds round differently."""
    if stored != own:
        raise StoreMismatch(
            f"{where}: was trained on {stored}, found {own} here, "
            f"go on there, or use --fresh to begin anew"
        )


def _made(stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a store says of the code that made it, as `code_identity`."""
    return json.loads(stored["code"])


def grows(sweep: Sweep, old: Sweep, where: Path, made: dict[str, Any]) -> bool:
    """Whether ``sweep`` extends a stored one (True), is it (False), or neither (an error)."""
    fields = differing_fields(sweep, old, made)
    if fields:
        raise StoreMismatch(
            f"{where}: holds another experiment, which differs in {', '.join(fields)}; "
            "choose another -o, or --fresh to move it aside"
        )
    if grid_fingerprint(sweep) == grid_fingerprint(old):
        return False
    if contains(sweep, old):
        return True
    raise StoreMismatch(
        f"{where}: holds a grid that this one does not contain; add values or seeds to it, "
        "choose another -o, or --fresh to move it aside"
    )


def _carried_models(run: store.RunDirectory, layout: store.Layout) -> np.ndarray | None:
    """Which models the carried files hold, bool (n_cells, n_seeds)."""
    names = set(run.carried(verify=False))
    if not names:
        return None
    done = np.zeros(int(np.prod(layout.grid)), bool)
    index = store.RowIndex(layout)
    fresh = set(run.completed(verify=False).values())
    for part in run.parts(verify=False):
        if part.name in fresh:
            continue
        rows = part.read(("cell_hash", "seed"))
        for places in index.locate(rows["cell_hash"], rows["seed"], part.name):
            done[places[places >= 0]] = True
    return done.reshape(-1, layout.n_seeds)


def finish(
    run: store.RunDirectory, final: Path, sweep: Sweep, layout: store.Layout, *, keep_run: bool
) -> None:
    """Merge a directory whose chunks are all there into the final file, and put it away."""
    attrs, texts = stored_attributes(sweep, run.manifest["platform"])
    store.write_final(
        final, layout, run.parts(), attrs=attrs, texts=texts, workdir=run.path, replace=True
    )
    run.log("merged")
    if not keep_run:
        store.retire(run, final)
