"""`phasesim run x.toml` with the real trainer in this process, and a fault on the way.

Run as a script in the sweep's folder with a JSON object: ``fault`` (see `torture_faults`), and
``how``, which says how the work is carried out without changing a bit of it.
"""

from __future__ import annotations

import json
import os
import sys
import time

from phasesim import execute, plan


def main() -> int:
    """The exit code of the command."""
    asked = json.loads(sys.argv[1])
    how = asked.get("how", {})
    plan.CHUNK_SECONDS = how.get("chunk_seconds", 1e-9)
    if "cores" in how:
        execute.cores = lambda: how["cores"]
    if "stop_after" in how:
        _stop_after(how["stop_after"])
    if "pause" in how:
        _pause(how["pause"])
    from phasesim.cli.app import main as command

    if "fault" in asked:
        import torture_faults

        torture_faults.install(os.getcwd(), asked["fault"], lambda name: None)
    return command(["run", "x.toml", "--quiet", *asked.get("words", [])])


def _stop_after(blocks: int) -> None:
    """Ask for a stop once so many blocks are trained."""
    true_run, done = execute.Executor.run, 0

    def run(self, block, device=None):
        nonlocal done
        rows = true_run(self, block, device)
        done += 1
        if done >= blocks:
            self.stop.set()
        return rows

    execute.Executor.run = run


def _pause(seconds: float) -> None:
    """Wait before each block, so that another process finds this one at work."""
    true_run = execute.Executor.run

    def run(self, block, device=None):
        time.sleep(seconds)
        return true_run(self, block, device)

    execute.Executor.run = run


if __name__ == "__main__":
    sys.exit(main())
