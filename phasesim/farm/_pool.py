"""Worker processes behind the interface of `concurrent.futures.Executor`.

The standard library's process pool gives up all of its tasks, and ends all of its processes, when
one of them dies. Here each process has a pipe of its own: its death fails the one task it was at,
the others go on, and the next task starts another process.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any


class WorkerDied(RuntimeError):
    """The process that carried out a task ended before it answered."""


class TaskFailed(RuntimeError):
    """A task raised; the text says what."""


class ProcessPool(Executor):
    """K processes, started when there is something to do.

    Args:
        workers: how many tasks are carried out at once.
    """

    def __init__(self, workers: int) -> None:
        # never fork: a child of a process with threads, such as JAX's, may hang
        self._context = multiprocessing.get_context("spawn")
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="phasesim-worker")
        self._own, self._lock = threading.local(), threading.Lock()
        self._workers: set[_Worker] = set()
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        """Carry out a call in one of the processes; see `concurrent.futures.Executor`."""
        return self._threads.submit(self._call, fn, args, kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes once their tasks are done; see `concurrent.futures.Executor`."""
        self._threads.shutdown(wait, cancel_futures=cancel_futures)
        if wait:
            self.kill()

    def kill(self) -> None:
        """End the processes now; tasks under way fail, and queued ones are cancelled."""
        with self._lock:
            self._closed = True
            for worker in self._workers:
                worker.process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    @property
    def pids(self) -> list[int]:
        """Process numbers of the workers that live."""
        with self._lock:
            return [w.process.pid for w in self._workers if w.process.is_alive()]

    def _call(self, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
        worker = getattr(self._own, "worker", None) or self._start()
        try:
            return worker.call(fn, args, kwargs)
        except WorkerDied:
            self._own.worker = None
            with self._lock:
                self._workers.discard(worker)
                worker.close()
            raise

    def _start(self) -> _Worker:
        with self._lock:
            if self._closed:
                raise WorkerDied("the pool is closed")
            self._own.worker = _Worker(self._context)
            self._workers.add(self._own.worker)
        return self._own.worker


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, context: Any) -> None:
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self.process.start()
        # so that the death of the process ends the pipe
        theirs.close()

    def call(self, fn: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
        try:
            self._pipe.send((fn, args, kwargs))
            answered, value = self._pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode
            raise WorkerDied(f"a worker process died, exit code {code}") from None
        if not answered:
            raise TaskFailed(value)
        return value

    def close(self) -> None:
        self._pipe.close()
        self.process.join()
        self.process.close()


def _leave_with_parent() -> None:
    """End this process once the one that gives tasks is dead, in the middle of a task too.

    A chunk takes half a minute, in which the lock would stay with a worker that nobody listens to
    any more. (Linux can send a signal at a parent's death, but of the thread that started it.)
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _serve(pipe: Connection) -> None:
    """Carry out tasks until the other side is gone."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    # Ctrl-C in a terminal reaches all processes of the group: the one that gives tasks decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            fn, args, kwargs = pipe.recv()
        except EOFError:
            return
        try:
            answer = (True, fn(*args, **kwargs))
        except Exception as error:
            answer = (False, f"{type(error).__name__}: {error}")
        try:
            pipe.send(answer)
        except BrokenPipeError:
            return
