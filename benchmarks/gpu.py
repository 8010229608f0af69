"""The same race on the accelerator that JAX finds: ``python -m benchmarks.gpu [SIZE...]``.

PyTorch runs on the GPU where its build has CUDA. Results: ``results/gpu-NxM.json``; on a machine
without an accelerator, ``results/cpu-NxM.json``.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.measure import measure, measured_already
from benchmarks.race import Race
from benchmarks.sizes import ROUNDS, SIZES


def main(wanted: list[str]) -> None:
    # in a process of its own: this one must not take the device's memory from the contenders
    code = "import jax; print(jax.default_backend())"
    found = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE)
    platform = found.stdout.decode().strip()
    if platform == "tpu":
        sys.exit("error: a TPU serves one process at a time, and a race needs one a contender")
    for size in SIZES:
        if wanted and str(size) not in wanted:
            continue
        name = f"{platform}-{size}"
        if measured_already(name):
            print(f"{name}: measured already")
            continue
        path = measure(name, size, _rounds)
        print(path.read_text())


def _rounds(race: Race) -> None:
    for _ in range(ROUNDS):
        race.others("shared")
        race.runners["shared"].run()


if __name__ == "__main__":
    main(sys.argv[1:])
