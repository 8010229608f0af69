"""Figures as files that depend on what they show and on nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from phasesim.plot._style import style
from phasesim.store import replace_file

_DPI = 300


def save(fig: Figure, stem: str | Path, *, provenance: Mapping[str, str]) -> list[Path]:
    """Write a figure as ``STEM.png`` (300 dpi) and ``STEM.pdf``, each in one step.

    The bytes hold no date, host or path: two processes that draw the same figure with the same
    matplotlib write the same files.

    Args:
        fig: the figure.
        stem: path without suffix.
        provenance: names and texts put into the files: tEXt chunks of the PNG, and, as JSON, the
            Keywords of the PDF.

    Returns:
        The two paths.

    Raises:
        StoreIOError: the system refused; files that were there before are unharmed.
    """
    stem = Path(stem)
    keywords = json.dumps(dict(provenance), sort_keys=True, ensure_ascii=False)
    # what is not named here matplotlib fills in by itself: versions, and the time
    metadata = {
        "png": {**provenance, "Software": None},
        "pdf": {"Keywords": keywords, "Creator": "phasesim", "Producer": None,
                "CreationDate": None},
    }  # fmt: skip
    written = []
    with style():
        for suffix, texts in metadata.items():
            buffer = io.BytesIO()
            fig.savefig(buffer, format=suffix, dpi=_DPI, metadata=texts)
            path = stem.parent / f"{stem.name}.{suffix}"
            replace_file(path, buffer.getvalue())
            written.append(path)
    return written
