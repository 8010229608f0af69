"""Films as files: which writers there are, and writing in one step."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.animation import writers

from phasesim.errors import UsageError
from phasesim.plot._animation import animation
from phasesim.plot._style import style
from phasesim.result import Result
from phasesim.store import replace_file

#: suffix of a file -> matplotlib's writer, and what brings it
WRITERS = {
    ".mp4": ("ffmpeg", "install ffmpeg with the system's package manager"),
    ".gif": ("pillow", "pip install pillow"),
}
_DPI = 120


def save_animation(
    result: Result,
    path: str | Path,
    *,
    select: Mapping[str, Any] | None = None,
    seed: int | None = None,
    fps: float = 8,
) -> Path:
    """Write `animation` as GIF or MP4, in one step.

    Args:
        result: as `animation`.
        path: ``x.gif``, which pillow writes, or ``x.mp4``, which ffmpeg writes; an existing file
            is replaced.
        select: as `animation`.
        seed: as `animation`.
        fps: as `animation`.

    Returns:
        The path.

    Raises:
        UsageError: another suffix, its writer is not installed, or as `animation`.
        StoreIOError: the system refused; a file that was there before is unharmed.
    """
    path = Path(path)
    writer = _writer(path)
    if not fps > 0:
        raise UsageError(f"fps: found {fps:g}, expected a number above 0")
    made = animation(result, select=select, seed=seed, fps=fps)
    with style(), tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / f"film{path.suffix}"
        # declared to be whole, but a float is what Matplotlib itself takes where none is given
        made.save(whole, writer=writer, fps=fps, dpi=_DPI)  # pyright: ignore[reportArgumentType]
        replace_file(path, whole.read_bytes())
    return path


def film_suffix() -> str:
    """``.mp4`` where ffmpeg is present, else ``.gif``.

    Raises:
        UsageError: nothing here writes either.
    """
    for suffix, (writer, _) in WRITERS.items():
        if writers.is_available(writer):
            return suffix
    hints = " or ".join(hint for _, hint in WRITERS.values())
    raise UsageError(f"nothing here writes films: {hints}")


def _writer(path: Path) -> str:
    if path.suffix not in WRITERS:
        raise UsageError(f"{path}: found '{path.suffix}', expected .gif or .mp4")
    writer, hint = WRITERS[path.suffix]
    if not writers.is_available(writer):
        other = next((s for s, (w, _) in WRITERS.items() if writers.is_available(w)), "")
        rest = f", or write {path.stem}{other}" if other else ""
        raise UsageError(f"{path}: {writer} is not found here: {hint}{rest}")
    return writer
