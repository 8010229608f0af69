"""Handing out tasks until all chunks are stored, whatever becomes of the workers."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any

from phasesim.errors import PhasesimError, Stopped

#: further attempts at a chunk whose worker died or whose machine failed
RETRIES = 3
#: tasks handed out at once at most, so that a million chunks do not queue up in memory
WINDOW = 1000
#: seconds between looks at whether to stop
POLL = 0.2


class Refused(PhasesimError):
    """A worker refused, with the exit code of its error."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def drive(
    pool: Executor,
    task: Callable[[int], dict[str, Any]],
    chunks: Iterable[int],
    *,
    receive: Callable[[dict[str, Any]], None],
    stored: Callable[[int], bool],
    stop: threading.Event | None = None,
    tries: Counter[int] | None = None,
) -> dict[int, str]:
    """Have chunks computed.

    Args:
        pool: where.
        task: computes and stores the chunk of a number. It returns a receipt: ``index`` and what
            there is to tell; or ``error`` and ``exit_code``, an error of the user's that ends
            all; or ``lost``, what the machine failed, which is tried again.
        chunks: their numbers.
        receive: called with every receipt of a stored chunk.
        stored: whether a chunk is there although its task failed: workers die after storing too.
        stop: set to give up what is not stored.
        tries: failed attempts of each chunk so far, counted on.

    Returns:
        Chunks given up after `RETRIES` further attempts, and why.

    Raises:
        Stopped: ``stop`` was set.
        Refused: a task returned an error.
    """
    waiting, lost = deque(chunks), {}
    tries = Counter() if tries is None else tries
    pending: dict[Future, int] = {}
    try:
        while waiting or pending:
            while waiting and len(pending) < WINDOW:
                index = waiting.popleft()
                pending[_submitted(pool, task, index)] = index
            ended, _ = wait(pending, timeout=POLL, return_when=FIRST_COMPLETED)
            if stop is not None and stop.is_set():
                raise Stopped("stopped; run the same command to go on")
            for future in ended:
                index = pending.pop(future)
                receipt, failure = _outcome(future)
                if failure and stored(index):
                    continue
                if not failure:
                    receive(receipt)
                    continue
                tries[index] += 1
                if tries[index] > RETRIES:
                    lost[index] = failure
                else:
                    waiting.append(index)
    except BaseException:
        for future in pending:
            future.cancel()
        raise
    return lost


def _submitted(pool: Executor, task: Callable[[int], Any], index: int) -> Future:
    try:
        return pool.submit(task, index)
    except Exception as error:  # a pool that has broken: an attempt like any other
        failed: Future = Future()
        failed.set_exception(error)
        return failed


def _outcome(future: Future) -> tuple[dict[str, Any], str]:
    """The receipt of a task, and why it failed; empty if it did not."""
    if future.cancelled():
        return {}, "the task was cancelled"
    error = future.exception()
    if error is not None:
        return {}, f"{type(error).__name__}: {error}"
    receipt = future.result()
    if "error" in receipt:
        raise Refused(receipt["error"], receipt["exit_code"])
    return receipt, receipt.get("reason", "") if "lost" in receipt else ""
