"""Analyses that lie beside a store, as further maps of its page."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from phasesim import store
from phasesim.errors import PhasesimError
from phasesim.explore.maps import MOST_ENTRIES, Map, Seeds, array_map
from phasesim.result import Result


def analysis_maps(result: Result, seeds: Seeds) -> tuple[list[Map], list[str]]:
    """A map of every array that ``<stem>.NAME.h5`` beside the store holds.

    Returns:
        The maps, and a sentence for each array or file that there is none of.
    """
    maps: list[Map] = []
    left_out: list[str] = []
    for name in _beside(result.path):
        try:
            found = result.analysis(name)
        except PhasesimError as error:
            left_out.append(f"analysis {name}: no maps, {error}")
            continue
        with found:
            for array in found.names():
                made = _map_of(found, name, array, seeds)
                if isinstance(made, Map):
                    maps.append(made)
                elif made:
                    left_out.append(made)
    return maps, left_out


def _beside(path: Path | None) -> list[str]:
    """Names of the analyses of a store that there are files of."""
    if path is None or not path.is_file():
        return []
    names = {p: p.stem.rpartition(".")[2] for p in path.parent.glob("*.h5")}
    return sorted(n for p, n in names.items() if n.isidentifier()
                  and store.analysis_path(path, n) == p)  # fmt: skip


def _map_of(found: Result, name: str, array: str, seeds: Seeds) -> Map | str:
    """The map of one array, or why there is none; empty for what is no measurement."""
    values = found.stored(array)
    if array == "status" or values.dtype.kind not in "fiu":
        return ""
    lead = len(found.shape)
    own = math.prod(values.shape[lead:])
    if own > MOST_ENTRIES:
        return f"{name}.{array}: no map, it has {own:,} entries a model"
    named = [[f"{dim} {value:g}" for value in found.along(dim)] for dim in found.dims(array)[lead:]]
    outputs = getattr(getattr(found.sweep, "analysis", None), "outputs", {})
    meaning = f": {outputs[array].meaning}" if array in outputs else ""
    label = f"{name} {array}".replace("_", " ") + meaning
    return array_map(
        f"{name}.{array}", label, f"analysis {name}", values, seeds,
        "entry" if named else "", [", ".join(words) for words in itertools.product(*named)],
    )  # fmt: skip
