"""Maps that would have one colour, as words."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from phasesim.explore.maps import Map, Seeds
from phasesim.status import Status

#: the colours of the first map need both, whatever they are
_ALWAYS = ("feature_norm", "superposition")


def varied(maps: list[Map], seeds: Seeds) -> tuple[list[Map], list[str]]:
    """The maps of more than one value, without reductions of codes and counts to a single one.

    Args:
        maps: of one result.
        seeds: its models; where fewer than two cells have trained ones all maps are kept.

    Returns:
        The maps, never none of them, and a phrase for each that is left out: it and its value.
    """
    trained = np.isin(seeds.status, [Status.ok, Status.not_converged])
    if np.count_nonzero(trained.any(axis=-1)) < 2:
        return maps, []
    found: list[Map] = []
    same: list[str] = []
    for shown in maps:
        kept = shown if shown.key in _ALWAYS else _varied(shown, trained)
        if kept is not None:
            found.append(kept)
        else:
            same.append(f"{shown.label.partition(':')[0]} {_value(shown, trained)}")
    return (found, same) if found else (maps, [])


def _varied(shown: Map, trained: NDArray[np.bool_]) -> Map | None:
    cells = _cells(shown, trained)
    moving = {r: v for r, v in shown.reduced.items() if len(_values(v, cells)) > 1}
    if not moving:
        single = shown.seeds.size and len(_values(shown.seeds, trained | shown.of_failed)) > 1
        return shown if single else None
    if not _is_whole(shown.seeds):
        return shown
    return dataclasses.replace(shown, reduced=moving)


def _cells(shown: Map, trained: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells of which a map says something."""
    return np.asarray(trained.any(axis=-1)) | shown.of_failed


def _values(values: NDArray, where: NDArray[np.bool_]) -> NDArray:
    """Distinct values; NaN is one."""
    return np.unique(values[where].astype(float))


def _is_whole(values: NDArray) -> bool:
    finite = values[np.isfinite(values)]
    return bool(np.array_equal(finite, np.round(finite)))


def _value(shown: Map, trained: NDArray[np.bool_]) -> str:
    if shown.seeds.size:
        (value,) = _values(shown.seeds, trained | shown.of_failed)
    else:
        (value,) = _values(next(iter(shown.reduced.values())), _cells(shown, trained))
    if np.isnan(value):
        return f"none ({shown.blank})" if shown.blank else "none"
    return shown.codes.get(int(value), f"{value:g}") if shown.codes else f"{value:.4g}"
