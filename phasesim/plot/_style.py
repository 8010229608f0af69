"""One style, put on for a while and taken off again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from matplotlib.axes import Axes

#: widths of one and of two columns of a paper, in inches
SINGLE = 3.25
DOUBLE = 6.75

_FILE = Path(__file__).with_name("phasesim.mplstyle")


@contextlib.contextmanager
def style() -> Iterator[None]:
    """The package's matplotlib style inside a ``with`` block; outside nothing changes.

    >>> import matplotlib
    >>> with style():
    ...     matplotlib.rcParams["pdf.fonttype"]
    42
    """
    import matplotlib.style

    with matplotlib.style.context(_FILE):
        yield
        shown = matplotlib.rcParams["interactive"]
    # a notebook's backend, chosen with its first figure, says by this that it shows the next ones
    matplotlib.rcParams["interactive"] = shown


@contextlib.contextmanager
def on_axes(ax: Axes | None, height: float = 2.5) -> Iterator[Axes]:
    """The Axes given, under whatever style is set; or new ones of one column in our style."""
    if ax is not None:
        yield ax
        return
    import matplotlib.pyplot as plt

    with style():
        yield plt.subplots(figsize=(SINGLE, height))[1]
