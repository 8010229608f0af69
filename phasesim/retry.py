"""Blocks that the machine fails: tried again with the same keys, then given up by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from phasesim.errors import CellsLost, one_line
from phasesim.output import fill_value
from phasesim.plan import Block, GridPlan
from phasesim.rows import FieldInfo
from phasesim.status import Status

#: further attempts at a block that the machine failed
RETRIES = 3
#: seconds before the first of them; each further one waits twice as long
PAUSE = 0.1
#: so many blocks given up in a row mean that the device is gone, not that it stumbled
HOPELESS = 3
#: cells named in an error; the log names all
NAMED = 8
#: what XLA's errors begin with where another attempt may go well
_PASSING = ("INTERNAL", "UNAVAILABLE", "UNKNOWN", "ABORTED", "CANCELLED", "DATA_LOSS",
            "DEADLINE_EXCEEDED")  # fmt: skip

#: what a block that was computed leaves: arrays by name
Rows = dict[str, np.ndarray]


@dataclass(frozen=True)
class Lost:
    """A block that was given up, and why."""

    block: Block
    reason: str


def infrastructure(error: Exception) -> bool:
    """Whether an error is the machine's: the same block may train well another time."""
    return isinstance(error, jax.errors.JaxRuntimeError) and str(error).startswith(_PASSING)


def persistent(
    work: Callable[[], Any], block: Block, wait: Callable[[float], object], retries: int = RETRIES
) -> Any:
    """What ``work`` returns, called up to ``retries`` more times where the machine fails it.

    Args:
        work: trains the block; its keys follow from its cells, so every attempt is the same.
        block: what is lost if no attempt goes well.
        wait: called with the seconds between attempts.
        retries: further attempts.

    Returns:
        The rows of the block, or `Lost`.
    """
    reason = ""
    for tried in range(retries + 1):
        if tried:
            wait(PAUSE * 2 ** (tried - 1))
        try:
            return work()
        except Exception as error:
            if not infrastructure(error):
                raise
            reason = one_line(str(error))[:200]
    return Lost(block, reason)


class Losses:
    """The blocks of a run that were given up, after so many further attempts."""

    def __init__(self, plan: GridPlan, retries: int = RETRIES) -> None:
        self._plan, self._retries = plan, retries
        self._lost: list[Lost] = []
        self._in_a_row = 0

    def note(self, made: Rows | Lost) -> None:
        """Remember what became of a block.

        Raises:
            CellsLost: nothing but losses for a while.
        """
        if not isinstance(made, Lost):
            self._in_a_row = 0
            return
        self._lost.append(made)
        self._in_a_row += 1
        if self._in_a_row >= HOPELESS:
            self.check()

    def check(self) -> None:
        """Raise `CellsLost` if anything was given up."""
        if self._lost:
            raise CellsLost(self.text())

    def warn(self) -> None:
        """Warn if anything was given up."""
        if self._lost:
            warnings.warn(self.text(), stacklevel=3)

    def text(self) -> str:
        """One line: how many models, of which cells, for what reason."""
        names = self.names()
        more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        after = f" after {self._retries + 1} attempts" if self._retries else ""
        return (
            f"{len(names):,} models were lost to the machine{after}: "
            f"{'; '.join(names[:NAMED])}{more} ({self._lost[-1].reason}); "
            "run the same command to train them"
        )

    def names(self) -> list[str]:
        """Each lost model by the values of its cell and its seed."""
        return [name for lost in self._lost for name in self.names_of(lost)]

    def names_of(self, lost: Lost) -> list[str]:
        """The models of a block by the values of their cells and their seed."""
        sweep, block = self._plan.sweep, lost.block
        cells = self._plan.cohorts[block.cohort].cells[block.rows]
        named = []
        for cell in cells.tolist():
            place = np.unravel_index(cell, sweep.shape) if sweep.shape else ()
            values = [
                f"{axis.path}={_shown(axis.values[int(i)])}"
                for axis, i in zip(sweep.axes, place, strict=True)
            ]
            named.append(", ".join([*values, f"seed {block.replica}"]))
        return named


def blank_rows(
    plan: GridPlan,
    lost: Lost,
    fields: Mapping[str, FieldInfo],
    shapes: Mapping[str, tuple[int, ...]],
) -> Rows:
    """Rows that stand for a block that was given up: no numbers, status infrastructure."""
    block, count = lost.block, len(lost.block.rows)
    rows = {
        name: np.full((count, *shapes[name]), fill_value(info.dtype), info.dtype)
        for name, info in fields.items()
    }
    rows["status"] = np.full(count, Status.infrastructure, np.uint8)
    cells = plan.cohorts[block.cohort].cell_digests[block.rows]
    return {"cell_hash": cells, "seed": np.full(count, block.replica, np.uint32), **rows}


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
