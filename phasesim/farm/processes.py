"""Worker processes on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from phasesim.farm._base import Farm, whole
from phasesim.fields import static
from phasesim.parts import construct, part


@part("phasesim; processes started by multiprocessing's spawn")
class processes(Farm):
    """``processes:K``: K processes that share the cores of this machine.

    On a CPU one process already uses all cores; several are worth it where a kill must not cost
    all of the work under way. GPUs are driven by one process, which uses all of them.
    """

    workers: int = static(2, "processes", low=1, high=4096)
    platforms = ("cpu",)

    @classmethod
    def from_text(cls, argument: str) -> processes:
        how_many = whole("processes", argument, "how many, as in processes:4")
        return construct(cls, {"workers": how_many})

    @property
    def at_once(self) -> int:
        return self.workers

    @property
    def threads(self) -> int:
        from phasesim.execute import cores

        return max(1, cores() // self.workers)

    @contextmanager
    def pool(self) -> Iterator[Executor]:
        from phasesim.farm._pool import ProcessPool

        pool = ProcessPool(self.workers)
        try:
            yield pool
        finally:
            # a chunk that is not stored by now is done again: nothing waits for it
            pool.kill()
