"""Shares of a sweep: which chunks a process computes when several are started by a scheduler."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from phasesim.errors import UsageError

_FORM = re.compile(r"(auto|[0-9]{1,9})(?:/([0-9]{1,9}))?", re.ASCII)
#: variables in which schedulers number the tasks of an array
_NUMBERS = ("SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX")


@dataclass(frozen=True)
class Shard:
    """Share ``index`` of ``count``, the first being 0.

    Shares only say who computes a chunk, never what comes out: a sweep may be begun with 4 and
    finished with 7, or without any.
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count:
            raise UsageError(
                f"--shard: found {self.index}/{self.count}, expected i/N with i from 0 to N-1"
            )

    @property
    def pair(self) -> tuple[int, int]:
        """(index, count), as the store locks it."""
        return self.index, self.count

    def takes(self, chunk: int) -> bool:
        """Whether a chunk is in this share."""
        return chunk % self.count == self.index

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


def from_text(text: str, environment: Mapping[str, str] | None = None) -> Shard:
    """The share of a ``--shard`` option.

    Args:
        text: ``i/N``; ``auto`` in a SLURM array; ``auto/N`` to take only i from the scheduler.
        environment: where the scheduler's variables stand, by default those of the process.

    Raises:
        UsageError: neither, or the scheduler's variables are not there.

    >>> from_text("2/4")
    Shard(index=2, count=4)
    >>> slurm = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "5",
    ...          "SLURM_ARRAY_TASK_COUNT": "4"}
    >>> from_text("auto", slurm)
    Shard(index=2, count=4)
    >>> from_text("auto/8", {"JOB_COMPLETION_INDEX": "3"})
    Shard(index=3, count=8)
    """
    found = _FORM.fullmatch(text)
    if not found or (found[1] != "auto" and found[2] is None):
        raise UsageError(f"--shard: found '{text}', expected i/N, auto, or auto/N")
    if found[1] != "auto":
        return Shard(int(found[1]), int(found[2]))
    own = os.environ if environment is None else environment
    if found[2] is None:
        return _of_array(own)
    for name in _NUMBERS:
        if name in own:
            return Shard(_number(own, name), int(found[2]))
    raise UsageError(f"--shard {text}: none of {', '.join(_NUMBERS)} is set, give i/N instead")


def _of_array(own: Mapping[str, str]) -> Shard:
    """The place of a task in its SLURM array."""
    task, step = "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_STEP"
    if task not in own:
        hint = "auto/N" if "JOB_COMPLETION_INDEX" in own else "i/N"
        raise UsageError(f"--shard auto: {task} is not set, give {hint} instead")
    first, count = (_number(own, f"SLURM_ARRAY_TASK_{word}") for word in ("MIN", "COUNT"))
    stride = _number(own, step) if step in own else 1
    if stride < 1:
        raise UsageError(f"--shard auto: {step}: found {stride}, expected at least 1")
    steps, rest = divmod(_number(own, task) - first, stride)
    if rest or not 0 <= steps < count:
        raise UsageError(
            f"--shard auto: task {own[task]} of {count} from {first} on has no place in an array "
            "with gaps, give auto/N instead"
        )
    return Shard(steps, count)


def _number(own: Mapping[str, str], name: str) -> int:
    try:
        return int(own[name])
    except KeyError:
        raise UsageError(f"--shard auto: {name} is not set, give i/N instead") from None
    except ValueError:
        raise UsageError(f"--shard: {name}: found '{own[name]}', expected a number") from None
