"""One process with everything imported, which forks another for each command it is sent.

A fork starts in milliseconds where an interpreter that imports JAX takes seconds. The zygote
never starts JAX's own threads, so forking is safe. Run as a script it serves; `Zygote` asks.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: a command that has not ended by then is taken for hung, in seconds
HUNG = 60.0


@dataclass
class Ended:
    """How a process ended.

    Attributes:
        code: exit code; minus the signal's number where one ended it.
        stderr: what it wrote there.
        committed: names of the chunks whose commit had returned.
        counts: calls of each operation on the disk, where the process counted to its end.
        hit: operations that a fault hit.
        seconds: how long it took.
        hung: whether it had to be ended.
    """

    code: int
    stderr: str
    committed: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    hit: list[str] = field(default_factory=list)
    seconds: float = 0.0
    hung: bool = False


class Zygote:
    """The asking side; a context manager."""

    def __init__(self, **env: str) -> None:
        env = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": python_path(), **env}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", str(HERE / "torture_zygote.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env,
        )  # fmt: skip

    def run(self, folder: Path, *words: str, **job: Any) -> Ended:
        """Run ``phasesim WORDS`` in a folder.

        Args:
            folder: the working directory.
            *words: the command line.
            **job: ``fault`` (see `torture_faults`), ``kill_after`` seconds, ``env``.
        """
        asked = {"folder": str(folder), "words": words, **job}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "the zygote died"
        return Ended(**json.loads(answer))

    def __enter__(self) -> Zygote:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def python_path() -> str:
    """PYTHONPATH of a child that finds the package and the helpers where this process does."""
    return os.pathsep.join([str(HERE), *filter(None, sys.path), str(ROOT)])


def serve() -> None:
    """Answer the jobs on stdin."""
    import torture_trainer

    import phasesim.adaptive
    import phasesim.cli.app
    import phasesim.cli.run
    import phasesim.estimate
    from phasesim import store

    torture_trainer.stand_in()
    # h5py, JAX's array types and the parser are imported by their first use
    store.encode_chunk(_smallest(), {})
    phasesim.cli.app.make_app()
    for line in sys.stdin:
        print(json.dumps(attempt(**json.loads(line))), flush=True)


def attempt(
    folder: str, words: list[str], fault: dict | None = None, kill_after: float | None = None,
    env: dict[str, str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Fork, run the command, and say how it ended."""
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as err:
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                os.dup2(err.fileno(), 2)
                os.dup2(os.open(os.devnull, os.O_RDWR), 1)
                os.environ.update(env or {})
                _child(folder, words, fault or {}, os.write, writer)
            os._exit(99)
        os.close(writer)
        hung = _wait_or_kill(child, kill_after)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        seconds = time.monotonic() - began
        told = b""
        while block := os.read(reader, 1 << 16):
            told += block
        os.close(reader)
        err.seek(0)
        stderr = err.read().decode(errors="replace")
    lines = [json.loads(text) for text in told.splitlines()]
    return {
        "code": code,
        "stderr": stderr,
        "committed": [line["commit"] for line in lines if "commit" in line],
        "hit": [line["hit"] for line in lines if "hit" in line],
        "counts": next((line["counts"] for line in lines if "counts" in line), {}),
        "seconds": seconds,
        "hung": hung,
    }


def _wait_or_kill(child: int, kill_after: float | None) -> bool:
    until = time.monotonic() + (HUNG if kill_after is None else kill_after)
    while time.monotonic() < until:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return kill_after is None


def _child(folder: str, words: list[str], fault: dict, true_write: Any, pipe: int) -> None:
    import torture_faults

    from phasesim.cli.app import main
    from phasesim.store import RunDirectory

    def tell(**facts: Any) -> None:
        true_write(pipe, (json.dumps(facts) + "\n").encode())

    true_commit, committed = RunDirectory.commit, 0

    def commit(self: Any, *args: Any, **kwargs: Any) -> str:
        nonlocal committed
        name = true_commit(self, *args, **kwargs)
        tell(commit=name)
        committed += 1
        if committed == fault.get("after"):
            torture_faults.fill(fault["fill"], fault["leave"])
        return name

    RunDirectory.commit = commit
    os.chdir(folder)
    counts = torture_faults.install(folder, fault, lambda name: tell(hit=name))
    code = main(words)
    sys.stderr.flush()
    tell(counts=counts)
    os._exit(code)


def _smallest() -> dict[str, Any]:
    import numpy as np

    return {"cell_hash": np.zeros((1, 32), np.uint8), "seed": np.zeros(1, np.uint32)}


#: errors of the system that a full, foreign or dying disk gives
ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES)

if __name__ == "__main__":
    serve()
