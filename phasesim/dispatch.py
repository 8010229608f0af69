"""Work done by several threads at once, results in the order of the tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Threads that stay for later runs: the memory a thread touches first costs milliseconds."""
    return ThreadPoolExecutor(threads, thread_name_prefix="phasesim")


def in_order(
    work: Callable[[Any], Any],
    tasks: Iterable[Any],
    in_flight: int,
    too_much: Callable[[Exception], bool],
    abandon: Callable[[], None],
) -> Iterator[Any]:
    """Yield ``work(task)`` for each task, in order, computed by ``in_flight`` threads.

    Args:
        work: what to do; the threads run it side by side, and none of it goes on after an error.
        tasks: what to do it to.
        in_flight: tasks under way at once, to begin with.
        too_much: whether an error says that fewer tasks fit at once; the task is then done
            again beside half as many others.
        abandon: called before an error leaves, so that tasks under way can end early.
    """
    waiting = deque(tasks)
    pending: deque[tuple[Any, Future]] = deque()
    # the queue stays short, so that finished results do not pile up ahead of who takes them
    ahead = 2 * in_flight
    pool = _pool(in_flight)
    try:
        while waiting or pending:
            while waiting and len(pending) < ahead:
                pending.append((waiting[0], pool.submit(work, waiting[0])))
                waiting.popleft()
            task, future = pending.popleft()
            try:
                result = future.result()
            except Exception as error:
                if not too_much(error) or ahead == 1:
                    raise
                ahead = max(1, min(ahead, in_flight) // 2)
                wait([f for _, f in pending])
                waiting.extendleft(t for t, _ in reversed(pending))
                waiting.appendleft(task)
                pending.clear()
                continue
            yield result
    except BaseException:
        abandon()
        # none may outlive this call: they write into what the caller now puts away
        wait([future for _, future in pending if not future.cancel()])
        raise
