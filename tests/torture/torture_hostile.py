"""What is done to one damaged, fuzzed or mistaken file, in a process that may die of it."""

from __future__ import annotations

import contextlib
import io
import os
import random
import resource
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torture_configs
import torture_fuzz

from phasesim.errors import StoreDamaged, StoreIOError, StoreNewer
from phasesim.store import elsewhere, image
from phasesim.store.reader import open_checked

#: more than any configuration may take to check, in bytes
MOST_MEMORY = 300 << 20


def rotten(folder: Path, case: list[Any]) -> str:
    """A final file or chunk with a bit flipped or its end cut off, its hash not asked.

    Args:
        folder: holds the good ones, ``good.h5`` and ``chunk.h5``.
        case: (file, "bit" or "cut", position).
    """
    name, kind, at = case
    good = _bytes(folder / name)
    data = good[:at] if kind == "cut" else torture_fuzz.flipped(good, at)
    if name == "chunk.h5":
        try:
            arrays, attrs = image.decode_chunk(data)
        except StoreDamaged:
            return "refused"
        true_arrays, true_attrs = image.decode_chunk(good)
        same = attrs == true_attrs and _same(arrays, true_arrays)
        return "harmless" if same else "SILENT"
    _replace(folder / "x.h5", data)
    return _looked_through(folder, strict=True)


def fuzzed(folder: Path, case: list[Any]) -> str:
    """A fuzzed HDF5 file, read as the child of the package reads a file from elsewhere.

    Args:
        folder: holds the good ones, ``good.h5`` and ``default.h5``.
        case: (file, number, whether checksums are made right again).
    """
    name, number, summed = case
    rng = random.Random(f"{name} {number}")
    _replace(folder / "x.h5", torture_fuzz.mutated(_bytes(folder / name), rng, summed))
    return _looked_through(folder, strict=not summed)


def _looked_through(folder: Path, strict: bool) -> str:
    _limit()
    path = folder / "x.h5"
    try:
        elsewhere.examine(path)
        with open_checked(path) as file:
            found = _content(file)
    except (StoreDamaged, StoreNewer, StoreIOError) as error:
        return "refused" if _clear(str(error)) else f"UNCLEAR {error!r}"
    except MemoryError:
        return "refused for memory"
    if _same(found, _good(folder)):
        return "harmless"
    # with its checksums made right a changed file is as good as any other
    return "SILENT" if strict else "readable"


@cache
def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.RLIM_INFINITY))


def _peak_memory() -> int:
    """Bytes of this program alone: getrusage counts what its parent held before it, too."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def configured(folder: Path, case: list[Any]) -> str:
    """A mutated configuration: checked, and planned where it is accepted.

    Args:
        folder: where it is written, beside a canary.
        case: ("grammar" or "bytes", number).
    """
    from phasesim.cli.app import main
    from phasesim.config import load_sweep
    from phasesim.plan import make_plan

    path = folder / "x.toml"
    path.write_bytes(torture_configs.mutated(*case))
    before = sorted(os.listdir(folder))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["config", "check", "x.toml"])
    if sorted(os.listdir(folder)) != before or (folder / "canary").read_text() != "untouched":
        return "TOUCHED other files"
    if _peak_memory() > MOST_MEMORY:
        return "TOO MUCH memory"
    if code == 0:
        sweep = load_sweep(path)
        if sweep.n_models <= 10_000:
            assert make_plan(sweep).n_models == sweep.n_models
        return "accepted" if out.getvalue().count("\n") == 1 else "UNCLEAR"
    text = err.getvalue()
    clear = text.startswith("error: ") and text.count("\n") == 1 and _clear(text.rstrip("\n"))
    return "refused" if code == 2 and clear else f"UNCLEAR code {code}: {text!r}"


def _clear(text: str) -> bool:
    return text.isprintable() and "Traceback" not in text and 0 < len(text) < 2000


def _same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(a, other[k], equal_nan=True) if a.dtype.kind == "f"
        else np.array_equal(a, other[k])
        for k, a in one.items()
    )  # fmt: skip


@cache
def _bytes(path: Path) -> bytes:
    return path.read_bytes()


@cache
def _good(folder: Path) -> dict[str, np.ndarray]:
    with open_checked(folder / "good.h5") as file:
        return _content(file)


def _content(file: Any) -> dict[str, np.ndarray]:
    """Everything a final file says, as arrays by name."""
    layout = file.layout
    content = {name: file.read(name) for name in file.names()}
    content |= {f"coord {name}": np.asarray(v) for name, v in layout.coords.items()}
    content |= {f"axis {a.name} {a.path}": a.values for a in file.axes}
    content |= {f"attr {k}": np.asarray(v) for k, v in file.attrs.items()}
    content |= {f"text {k}": np.asarray(v) for k, v in file.texts.items()}
    for name, field in layout.fields.items():
        content |= {f"{name}@{k}": np.asarray(v) for k, v in field.attrs.items()}
    return {**content, "cell_hash": layout.cell_hash, "n_seeds": np.asarray(file.n_seeds)}


def _replace(path: Path, data: bytes) -> None:
    # a new file each time: HDF5 may still hold the one before
    path.unlink(missing_ok=True)
    path.write_bytes(data)
