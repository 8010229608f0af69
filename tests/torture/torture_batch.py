"""Many cases in a process that may crash or hang: whoever kills it is known, and the rest go on.

Run as a script with the name of a function of `torture_hostile` and a folder; cases come on
stdin, one JSON line each, outcomes leave on stdout. `tried` is the asking side.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from torture_zygote import python_path

HERE = Path(__file__).parent
#: a case that takes longer hangs, in seconds
PATIENCE = 30.0


def tried(function: str, folder: Path, cases: Sequence[Any]) -> Iterator[tuple[Any, str]]:
    """Each case with its outcome: what the function returned, ``hang`` or ``signal N``.

    Args:
        function: of `torture_hostile`: (folder, case) -> outcome in a word.
        folder: where it may write.
        cases: whatever JSON can hold.
    """
    left = list(cases)
    while left:
        for case, outcome in _one_process(function, folder, left):
            left.pop(0)
            yield case, outcome


def _one_process(function: str, folder: Path, cases: list[Any]) -> Iterator[tuple[Any, str]]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "torture_batch.py"), function, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=folder, env={**os.environ, "PYTHONPATH": python_path()},
    )  # fmt: skip
    try:
        for case in list(cases):
            process.stdin.write(json.dumps(case).encode() + b"\n")
            process.stdin.flush()
            ready = select.select([process.stdout], [], [], PATIENCE)[0]
            if not ready:
                process.kill()
                yield case, "hang"
                return
            line = process.stdout.readline()
            if not line:
                code = process.wait()
                yield case, f"signal {-code}" if code < 0 else f"exit {code}"
                return
            yield case, json.loads(line)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def serve(function: str, folder: str) -> None:
    """Answer the cases on stdin."""
    import torture_hostile

    work = getattr(torture_hostile, function)
    # what the code under test prints must not be taken for an answer
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(work(Path(folder), json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
