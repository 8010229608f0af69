"""Putting rows in their places, and noticing a model that has two different results."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from phasesim.errors import StoreDamaged
from phasesim.status import Status
from phasesim.store.layout import Layout, RowIndex
from phasesim.store.rows import KEYS, RowPart
from phasesim.store.tiling import Band

# Rows of these statuses carry no result: any other row of the same model stands instead.
_NO_RESULT = [Status.not_run, Status.infrastructure]


def parts_of_bands(
    bands: Sequence[Band], parts: Sequence[RowPart], index: RowIndex
) -> list[list[RowPart]]:
    """For each band, the parts that hold rows of it; with one band, no part is read for this."""
    if len(bands) == 1:
        return [list(parts)]
    starts = np.array([band.start for band in bands])
    touching: list[list[RowPart]] = [[] for _ in bands]
    for part in parts:
        keys = part.read(KEYS)
        places = np.concatenate(index.locate(keys["cell_hash"], keys["seed"], part.name))
        for i in np.unique(np.searchsorted(starts, places[places >= 0], side="right") - 1):
            touching[i].append(part)
    return touching


class Canvas:
    """The rows of one band, being gathered.

    A row smaller than the layout (a cell of fewer features, or one computed before the sweep
    grew) fills the leading corner; the rest keeps the fill value.

    Attributes:
        arrays: For each field (rows of the band, …).
    """

    def __init__(self, layout: Layout, band: Band) -> None:
        rows = band.stop - band.start
        self.arrays = {
            name: np.full((rows, *layout.shape(name)), field.fill, dtype=field.dtype)
            for name, field in layout.fields.items()
        }
        self._band = band
        self._owner = np.full(rows, -1, dtype=np.int32)
        self._parts: list[str] = []

    def add(self, part: RowPart, index: RowIndex) -> None:
        """Place a part's rows of this band.

        Raises:
            StoreDamaged: A row does not fit, or contradicts another row of the same model.
        """
        rows = part.read({*self.arrays, *KEYS})
        self._parts.append(part.name)
        for places in index.locate(rows["cell_hash"], rows["seed"], part.name):
            inside = (places >= self._band.start) & (places < self._band.stop)
            places = places - self._band.start
            if "status" in rows and "status" in self.arrays:
                empty = np.isin(rows["status"], _NO_RESULT)
                weak = inside & empty
                self._note_status(places[weak], rows["status"][weak])
                inside &= ~empty
            # most parts lie wholly within a band: nothing to leave out, so nothing to copy
            chosen = slice(None) if inside.all() else inside
            self._place(places[chosen], {k: v[chosen] for k, v in rows.items() if k not in KEYS})

    def _note_status(self, places: np.ndarray, status: np.ndarray) -> None:
        """Of models without a result keep the status only: the larger, whatever came first."""
        free = self._owner[places] < 0
        np.maximum.at(self.arrays["status"], places[free], status[free])

    def _place(self, places: np.ndarray, rows: dict[str, np.ndarray]) -> None:
        free = self._owner[places] < 0
        # Where nothing was before, and nothing comes twice, there is nothing to compare with.
        alone = free.all() and len(np.unique(places)) == len(places)
        for name, values in rows.items():
            room = self.arrays[name]
            corner = tuple(slice(0, size) for size in values.shape[1:])
            fits = values.ndim == room.ndim and all(
                a <= b for a, b in zip(values.shape[1:], room.shape[1:], strict=True)
            )
            if not fits or values.dtype != room.dtype:
                raise StoreDamaged(
                    f"{self._parts[-1]}: '{name}' rows are {values.dtype} {values.shape[1:]}, "
                    f"expected {room.dtype} {room.shape[1:]}"
                )
            if alone:
                room[(places, *corner)] = values
                continue
            room[(places[free], *corner)] = values[free]
            # Rows that were there before, and repeats within this part, must be the same bits.
            found = np.ascontiguousarray(room[(places, *corner)])
            if found.tobytes() != values.tobytes():
                self._alarm(places, found, values)
        self._owner[places[free]] = len(self._parts) - 1

    def _alarm(self, places: np.ndarray, found: np.ndarray, values: np.ndarray) -> None:
        bad = next(i for i in range(len(places)) if found[i].tobytes() != values[i].tobytes())
        first = self._parts[max(self._owner[places[bad]], -1)]
        raise StoreDamaged(
            f"one model has two results, in {first} and in {self._parts[-1]}: "
            "the computation is not deterministic, or two versions wrote to one sweep"
        )
