"""Everything that a page holds of a result, as one document of JSON."""

from __future__ import annotations

import importlib.metadata
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phasesim.explore.analyses import analysis_maps
from phasesim.explore.axes import page_axis, strided
from phasesim.explore.budget import Keep, Sizes, fit
from phasesim.explore.encode import array, n_bytes
from phasesim.explore.maps import Map, cell_maps, result_maps, seeds_of
from phasesim.explore.models import Models
from phasesim.explore.same import varied
from phasesim.explore.theory import theory_lines
from phasesim.importances.last_relative import last_relative
from phasesim.metrics._phases import REPRESENTED_NORM
from phasesim.plot import describe, describe_reduction, phase_colors
from phasesim.result import Result
from phasesim.status import MEANING, Status
from phasesim.store import axis_names
from phasesim.sweep import Sweep

#: numbers that every model has on the page: status, loss, basin, whether it still moved
_PER_MODEL = 4
#: colours along each side of the palette of phase diagrams
_SHADES = 24


def document(
    result: Result, metrics: Iterable[str], theory: str, available: int
) -> tuple[dict[str, Any], int]:
    """What the page shows.

    Args:
        result: of any sweep.
        metrics: further registered metrics to map.
        theory: as `theory_lines`.
        available: bytes that its arrays may take.

    Returns:
        The document, and how many bytes its arrays take: more than there are where not even the
        least of them fits.
    """
    seeds = seeds_of(result)
    maps, left_out = result_maps(result, metrics, seeds)
    beside, missing = analysis_maps(result, seeds)
    maps, same = varied([*maps, *cell_maps(result), *beside], seeds)
    lines, without = theory_lines(result, theory)
    models = Models(result, seeds)
    sizes = Sizes(
        result.sweep.shape, result.sweep.n_seeds,
        per_cell=sum(v.shape[-1] for m in maps for v in m.reduced.values()) + models.per_cell,
        per_model=_PER_MODEL,
        per_model_maps=sum(m.seeds.shape[-1] for m in maps if m.seeds.size),
        weights=models.weights, curve=models.curve, snapshots=models.snapshots,
    )  # fmt: skip
    keep = fit(sizes, available)
    lead = len(result.sweep.axes)

    def thin(values: NDArray) -> dict[str, Any]:
        return array(values[(slice(None, None, keep.stride),) * lead])

    return {
        **_about(result, keep),
        "smaller": keep.notes(sizes),
        "left_out": [*left_out, *missing, *without],
        "same": same,
        "represented": REPRESENTED_NORM,
        "ranking": seeds.kind,
        "reductions": {r: describe_reduction(r, result.sweep.n_seeds) for r in seeds.reductions},
        "maps": [_map(m, keep, thin) for m in maps],
        "status": thin(result.status),
        "meaning": {str(int(s)): [s.name, MEANING[s]] for s in Status},
        "rank": thin(seeds.loss),
        "basin": None if seeds.basin is None else thin(seeds.basin),
        "moving": thin(result.undertrained if type(result.sweep) is Sweep else 0 * seeds.loss),
        "models": models.encoded(keep, thin),
        "theory": lines,
        "palette": _palette(),
    }, n_bytes(keep.numbers(sizes))  # fmt: skip


def _about(result: Result, keep: Keep) -> dict[str, Any]:
    sweep = result.sweep
    names = axis_names([a.path for a in sweep.axes])
    done = int(np.count_nonzero(result.status))
    version = importlib.metadata.version("phasesim")
    axes = [page_axis(strided(a, keep.stride), n) for a, n in zip(sweep.axes, names, strict=True)]
    return {
        "name": sweep.name,
        "file": result.path.name if result.path else "",
        "made": f"phasesim {version}",
        "summary": describe(sweep) if type(sweep) is Sweep else "",
        "running": f"{done:,} of {sweep.n_models:,} models done" if done < sweep.n_models else "",
        "opening": "last" if _last_differs(sweep) else "first",
        "axes": axes,
        "shape": [len(a["labels"]) for a in axes],
        "n_seeds": sweep.n_seeds,
    }


def _last_differs(sweep: Any) -> bool:
    """Whether the last feature is the one that a diagram is about, in every cell."""
    if type(sweep) is not Sweep or any(a.path == "n_features" for a in sweep.axes):
        return False
    return isinstance(sweep.experiment.importance, last_relative)


def _map(shown: Map, keep: Keep, thin: Callable[[NDArray], Any]) -> dict[str, Any]:
    return {
        "key": shown.key,
        "label": shown.label,
        "group": shown.group,
        "entry": shown.entry,
        "labels": list(shown.labels),
        "range": _finite(shown.range),
        "codes": {str(k): v for k, v in shown.codes.items()},
        "of_failed": shown.of_failed,
        "blank": shown.blank,
        "reduced": {r: thin(v) for r, v in shown.reduced.items()},
        "seeds": thin(shown.seeds) if keep.seed_maps and shown.seeds.size else None,
    }


def _finite(limits: tuple[float, float] | None) -> list[float] | None:
    return list(limits) if limits and all(map(math.isfinite, limits)) else None


def _palette() -> list[list[str]]:
    """Colours by norm (rows) and superposition (columns), both from 0 to 1."""
    side = np.linspace(0, 1, _SHADES)
    rgb = (255 * phase_colors(side[:, None], side)).round().astype(int)
    return [["#{:02x}{:02x}{:02x}".format(*color) for color in row] for row in rgb.tolist()]
