"""What makes two sweeps the same: the cell fingerprint, the grid, and how they differ."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from phasesim import registry
from phasesim.grid import Grid
from phasesim.plan import ALGORITHM

#: configuration keys that change no number of the result
COSMETIC = ("name",)


def cell_identity(sweep: Grid) -> dict[str, Any]:
    """Everything that changes a model, by dotted path; values of the axes belong to the grid."""
    config = sweep.to_config()
    grid = config.pop("sweep")
    flat = dict(_flat(config, ""))
    for axis in sweep.axes:
        path = axis.path.removesuffix(".name")
        # an axis over a choice replaces all that stands below it
        flat = {k: v for k, v in flat.items() if k != path and not k.startswith(path + ".")}
    for key in COSMETIC:
        flat.pop(key, None)
    return {
        **flat,
        "sweep.seed": grid["seed"],
        "sweep.axes": [axis.path for axis in sweep.axes],
        **code_identity(sweep),
    }


def code_identity(sweep: Grid) -> dict[str, Any]:
    """What decides the numbers beside the configuration: code, and files that it reads."""
    plugins = registry.plugin_hashes()
    init = getattr(getattr(sweep, "experiment", None), "init", None)
    named = {str(v) for _, v in _flat(sweep.to_config(), "") if isinstance(v, str)}
    for axis in sweep.axes:
        named |= {v for v in axis.values if isinstance(v, str)}
    return {
        "algorithm": ALGORITHM,
        "plugins": {k: v for k, v in plugins.items() if Path(k).stem in named or "/_" in k}
        if any(Path(k).stem in named for k in plugins)
        else {},
        "inputs": init.contents() if init is not None else {},
    }


def cell_fingerprint(sweep: Grid) -> str:
    """SHA-256 of `cell_identity`."""
    return _sha256(cell_identity(sweep))


def grid_identity(sweep: Grid) -> dict[str, Any]:
    """The values on each axis and the number of seeds."""
    values = {axis.path: [_exact(v) for v in axis.values] for axis in sweep.axes}
    return {"axes": values, "n_seeds": sweep.n_seeds}


def grid_fingerprint(sweep: Grid) -> str:
    """SHA-256 of `grid_identity`."""
    return _sha256(grid_identity(sweep))


def differing_fields(a: Grid, b: Grid, made: dict[str, Any]) -> list[str]:
    """Dotted paths in which a sweep and a stored one differ, grids apart.

    Args:
        a: the sweep to run.
        b: the sweep of the store.
        made: `code_identity` as it was when the store was made.
    """
    left, right = cell_identity(a), {**cell_identity(b), **made}
    return sorted(k for k in left.keys() | right.keys() if left.get(k) != right.get(k))


def contains(larger: Grid, smaller: Grid) -> bool:
    """Whether every model of ``smaller`` is one of ``larger``, their cells being alike."""
    pairs = zip(larger.axes, smaller.axes, strict=True)
    return larger.n_seeds >= smaller.n_seeds and all(
        set(b.values) <= set(a.values) for a, b in pairs
    )


def _flat(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else key)
    else:
        yield path, _exact(value)


def _exact(value: Any) -> Any:
    if isinstance(value, list):
        return [_exact(v) for v in value]
    return value.hex() if isinstance(value, float) else value


def _sha256(identity: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
