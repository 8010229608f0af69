"""Between a plan and the store: layout, manifest, provenance."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from phasesim import store
from phasesim.errors import UsageError
from phasesim.fingerprint import (
    cell_fingerprint,
    code_identity,
    grid_fingerprint,
)
from phasesim.grid import Grid
from phasesim.plan import make_plan
from phasesim.store.guard import is_plain_name
from phasesim.store.image import check_storable

#: packages whose versions are recorded
RECORDED = ("phasesim", "jax", "jaxlib", "flax", "optax", "numpy")

#: names in a final file that are the store's
OWN = frozenset({"seed", "cell_hash", "hash_byte", "status", "config_toml"})


def layout_of(
    sweep: Grid, fields: dict[str, Any], coords: dict[str, Any], cell_hash: np.ndarray
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


def check_outputs(maker: str, outputs: Mapping[str, Any], coords: Mapping[str, np.ndarray]) -> None:
    """Refuse outputs that a store could not hold, before anything is computed or written.

    Args:
        maker: what returns them, for the error.
        outputs: name -> (dims, dtype, label).
        coords: dimension -> values.

    Raises:
        UsageError: names the output and says what would do.
    """
    for name in [*outputs, *coords]:
        if not is_plain_name(name):
            like = re.sub(r"\W+", "_", name).strip("_") or "value"
            raise UsageError(
                f"{maker}: {name[:40]!r}: found an output of this name, expected letters, digits, "
                f"_ and single dots, such as '{like[:40]}'"
            )
        if name in OWN or (name in outputs and name in coords):
            raise UsageError(
                f"{maker}: '{name}': an output cannot have this name, which the store uses itself; "
                f"call it '{name}_value' for example"
            )
    for name, (_, dtype, _) in outputs.items():
        try:
            check_storable(name, np.dtype(dtype))
        except TypeError:
            raise UsageError(
                f"{maker}: {name}: found {dtype}, expected integers, float32 or float64; "
                "convert it, for example to float32"
            ) from None
    for dim, values in coords.items():
        if len(values) == 0:
            raise UsageError(f"{maker}: {dim}: found length 0, expected at least 1")


def _field(dims: Any, dtype: str, label: str) -> store.Field:
    return store.Field(
        dims=tuple(dims), dtype=dtype, fill=fill_value(dtype), attrs={"long_name": label}
    )


def fill_value(dtype: str) -> float:
    """What stands in a stored array where there is no result."""
    return {"f": float("nan"), "i": -1, "u": 0}[np.dtype(dtype).kind]


def manifest_layout(sweep: Grid, manifest: dict[str, Any]) -> store.Layout:
    """The layout that a manifest describes."""
    return layout_of(sweep, manifest["fields"], manifest["coords"], make_plan(sweep).cell_hash)


def new_manifest(
    sweep: Grid,
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


def stored_attributes(sweep: Grid, platform: str) -> tuple[dict[str, Any], dict[str, str]]:
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
