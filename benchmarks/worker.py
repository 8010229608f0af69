"""A contender in a process of its own, told through a pipe when to run.

Its processor time and its peak memory are thus its own, and its idle threads are asleep while
another contender runs. ``python -m benchmarks.worker NAME SIZE`` answers each line on its standard
input with one JSON document on its standard output.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from benchmarks.contenders import Unavailable, prepare
from benchmarks.sizes import SIZES


def peak_rss() -> int:
    """Largest resident memory of this process so far, bytes."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main(name: str, which: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    # whatever a package prints must not end up among the answers
    os.dup2(2, 1)

    def answer(**fields: Any) -> None:
        print(json.dumps(fields), file=answers, flush=True)

    size = next(s for s in SIZES if str(s) == which)
    try:
        run = prepare(name, size, size.steps_of(name))
    except Unavailable as reason:
        answer(unavailable=str(reason))
        return
    answer(ready=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        answer(wall=wall, cpu=cpu, peak_rss=peak_rss())


if __name__ == "__main__":
    main(*sys.argv[1:])
