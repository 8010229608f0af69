"""Where and with what something was measured."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
#: what no race runs
UNMEASURED = {"plot", "cli", "theory", "metrics", "interpret", "explore", "farm", "report.py"}
PACKAGES = ("phasesim", "jax", "jaxlib", "optax", "flax", "numpy", "torch", "occhio")


def describe() -> dict[str, Any]:
    """Device, versions and commit."""
    return {
        "device": device(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version for name in PACKAGES if (version := _version(name))},
        "commit": commit(),
        "source": source(),
    }


def device() -> str:
    """The accelerator's name, or the processor's."""
    # in a process of its own: this one must not hold memory of the device between races
    code = "import jax; d = jax.local_devices()[0]; print(d.platform, d.device_kind)"
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
    kind, _, name = done.stdout.decode().strip().partition(" ")
    if kind != "cpu":
        return name
    cpuinfo = Path("/proc/cpuinfo")
    names = cpuinfo.read_text().split("model name") if cpuinfo.exists() else []
    return names[1].partition("\n")[0].strip(" \t:") if len(names) > 1 else platform.machine()


def source() -> str:
    """Digest of the code that is measured: a result with the same one need not be made again."""
    digest = hashlib.sha256()
    for folder in ("phasesim", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT)
            if name.parts[1] not in UNMEASURED:
                digest.update(name.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def save(name: str, found: dict[str, Any]) -> Path:
    """Write one result, ``results/NAME.json``.

    Raises:
        ValueError: a key of it says something of the machine.
    """
    own = describe()
    if taken := own.keys() & found.keys():
        raise ValueError(f"{name}: {', '.join(sorted(taken))} say where it was measured")
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({**own, **found}, indent=1) + "\n")
    return path


def load(name: str) -> dict[str, Any] | None:
    """A result made before, if there is one."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def commit() -> str:
    """Of the tree, with a plus where the package has changed since."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--", "phasesim")
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + (" +" if changed else "")
