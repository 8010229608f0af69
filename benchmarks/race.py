"""Contenders run in turn, round by round, so that whatever else a machine does hits them alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

from benchmarks.sizes import CONTENDERS, LABELS, Size

SETTINGS = {
    "TQDM_DISABLE": "1",
    # a compilation that comes from a cache says nothing about compile time
    "JAX_ENABLE_COMPILATION_CACHE": "0",
    # contenders share a GPU
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
}


class Runner:
    """One contender's process."""

    def __init__(self, name: str, size: Size) -> None:
        self.name, self.size, self.runs = name, size, []
        self._errors = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", name, str(size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env={**os.environ, **SETTINGS},
        )
        first = self._answer()
        self.unavailable = first.get("unavailable")

    def run(self) -> None:
        """Train once; the time is kept."""
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        self.runs.append(self._answer())

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def summary(self) -> dict[str, Any]:
        """Medians over the runs after the first, which compiles."""
        if self.unavailable:
            return {"label": LABELS[self.name], "unavailable": self.unavailable}
        first, *runs = self.runs
        steps = self.size.steps_of(self.name)
        work = self.size.models * steps
        walls = [r["wall"] for r in runs]
        return {
            "label": LABELS[self.name],
            "steps": steps,
            "wall_seconds": walls,
            "cpu_seconds": [r["cpu"] for r in runs],
            "model_steps_per_second": work / statistics.median(walls),
            "model_steps_per_cpu_second": work / statistics.median(r["cpu"] for r in runs),
            "compile_seconds": max(first["wall"] - statistics.median(walls), 0.0),
            "peak_rss_bytes": max(r["peak_rss"] for r in self.runs),
        }

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"{self.name} at {self.size} ended: {self._errors.read()[-2000:]}")
        return json.loads(line)


class Race:
    """All contenders at one size; a context manager that ends their processes."""

    def __init__(self, size: Size) -> None:
        self.size = size

    def __enter__(self) -> Race:
        self.runners = {name: Runner(name, self.size) for name in CONTENDERS}
        for runner in self._present():
            runner.run()
        return self

    def __exit__(self, *error: object) -> None:
        for runner in self.runners.values():
            runner.close()

    def others(self, name: str) -> None:
        """One run of every contender but one."""
        for runner in self._present():
            if runner.name != name:
                runner.run()

    def summary(self) -> dict[str, Any]:
        """Contenders by name, and ratios to the first of them, each from runs of one round."""
        found = {name: runner.summary() for name, runner in self.runners.items()}
        reference = found[CONTENDERS[0]]
        if "unavailable" not in reference:
            for entry in found.values():
                if "unavailable" not in entry:
                    for kind in ("wall", "cpu"):
                        pairs = _ratios(reference, entry, f"{kind}_seconds")
                        entry[f"{kind}_ratio"] = statistics.median(pairs)
                        entry[f"{kind}_ratios"] = pairs
        return found

    def _present(self) -> list[Runner]:
        return [r for r in self.runners.values() if not r.unavailable]


def _ratios(reference: dict[str, Any], entry: dict[str, Any], seconds: str) -> list[float]:
    """How many times faster a step was than the reference's, round by round."""
    scale = entry["steps"] / reference["steps"]
    return [r / e * scale for r, e in zip(reference[seconds], entry[seconds], strict=True)]
