"""The workers of a Dask cluster that runs already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from phasesim.errors import UsageError
from phasesim.farm._base import Farm, needs
from phasesim.fields import static
from phasesim.parts import construct, part

#: seconds to wait for a scheduler's answer
PATIENCE = 20
#: an address that could be one: what else it holds is the scheduler's to refuse
ADDRESS = re.compile(r"[^\s/?#@]+:\d{1,5}")


@part("Rocklin 2015, Dask: Parallel Computation with Blocked algorithms and Task Scheduling")
class dask(Farm):
    """``dask://host:port``: tasks go to the workers of a running Dask scheduler.

    The workers need this version of phasesim and the same folder under the same path. Start them
    with one thread each (``dask worker --nthreads 1``): a task uses all cores by itself.
    """

    address: str = static("localhost:8786", "host and port of the scheduler")

    @classmethod
    def from_text(cls, argument: str) -> dask:
        address = argument.removeprefix("//")
        if not argument.startswith("//") or not ADDRESS.fullmatch(address):
            raise UsageError(f"--executor dask:{argument}: expected dask://host:port")
        return construct(cls, {"address": address})

    @property
    def at_once(self) -> int:
        return 16  # workers come and go: enough chunks for that many

    @contextmanager
    def pool(self) -> Iterator[Executor]:
        distributed = needs("distributed")
        try:
            client = distributed.Client(
                f"tcp://{self.address}", timeout=PATIENCE, set_as_default=False
            )
        except OSError as error:
            raise UsageError(
                f"--executor dask://{self.address}: no scheduler answers there "
                f"({error}), start one with: dask scheduler"
            ) from None
        with client:
            yield from executor_of(client)


def executor_of(client: Any) -> Iterator[Executor]:
    """A client as an executor; what is still queued at the end is cancelled."""
    # not pure: the same task again must be carried out again, not remembered
    executor = client.get_executor(pure=False)
    try:
        yield executor
    finally:
        executor.shutdown(wait=False)
