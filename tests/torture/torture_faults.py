"""Faults at the calls by which a process changes the disk: a kill, or an error of the system.

`install` replaces functions of `os` in the process it is called in; only calls that concern one
folder are counted and hit. What libhdf5 does is not seen, which is right: it never writes.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

#: operations by the argument that says what they concern: a path, or a descriptor
BY_PATH = ("open", "link", "replace", "unlink", "mkdir", "rmdir")
BY_DESCRIPTOR = ("write", "fsync")
OPERATIONS = (*BY_PATH, *BY_DESCRIPTOR)


def install(folder: str, fault: dict[str, Any], told: Callable[[str], object]) -> Counter:
    """Make an operation fail.

    Args:
        folder: where; calls elsewhere pass.
        fault: ``operation`` (one of `OPERATIONS`, or "any"), ``at`` (which call of it, from 0),
            ``errno`` (None kills the process before the call), ``sticky`` (and all later ones).
        told: called with the operation once it is hit.

    Returns:
        Calls of each operation so far, and of "any".
    """
    counts: Counter = Counter()
    ours: set[int] = set()
    root = os.path.realpath(folder)

    def concerns(name: str, first: Any) -> bool:
        if name in BY_DESCRIPTOR:
            return first in ours
        return os.path.realpath(os.fspath(first)).startswith(root + os.sep)

    def hit(name: str) -> None:
        chosen = fault.get("operation")
        number = counts["any"] if chosen == "any" else counts[name]
        counts[name] += 1
        counts["any"] += 1
        if chosen not in (name, "any"):
            return
        if number == fault["at"] or (fault.get("sticky") and number > fault["at"]):
            told(name)
            if fault.get("errno") is None:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(fault["errno"], os.strerror(fault["errno"]))

    def replaced(name: str) -> Callable:
        true_call = getattr(os, name)

        def call(first: Any, *args: Any, **kwargs: Any) -> Any:
            if not concerns(name, first):
                return true_call(first, *args, **kwargs)
            hit(name)
            returned = true_call(first, *args, **kwargs)
            if name == "open":
                ours.add(returned)
            return returned

        return call

    for name in OPERATIONS:
        setattr(os, name, replaced(name))
    true_close = os.close

    def close(descriptor: int) -> None:
        ours.discard(descriptor)
        true_close(descriptor)

    os.close = close
    return counts


def fill(path: str, leave: int) -> None:
    """Take all room of a file system but ``leave`` bytes, rounded to its blocks."""
    with open(path, "wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                continue
        except OSError:
            file.truncate(max(0, file.tell() - leave))
