"""What a result is in a notebook: a short table with a picture, plots, and the explorer page."""

from __future__ import annotations

import base64
import html
import inspect
import io
import types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from phasesim.axes import shortest
from phasesim.errors import PhasesimError, UsageError, did_you_mean

if TYPE_CHECKING:
    from phasesim.result import Result

#: models whose metrics take no longer to compute than a reader waits for a picture
_MOST_PICTURED = 200_000
#: lines that a legend of that size can tell apart
_MOST_NAMED = 6
#: inches, and pixels an inch
_SIZE, _DPI = (3.2, 2.1), 200
#: what plots return, as their files write it
_DRAWN = ("Axes", "FuncAnimation", "Panels")


class Shown:
    """The part of `phasesim.Result` that shows it; nothing is imported before it is used."""

    sweep: Any
    path: Path | None
    names: Callable[[], list[str]]

    @property
    def plot(self) -> Plots:
        """Plots of this result: ``result.plot.phase_diagram(feature=0)``."""
        return Plots(self)

    def explore(self, path: str | Path | None = None, **options: Any) -> Any:
        """Write the page on which the sweep is looked at.

        Args:
            path: as of `phasesim.explore`.
            **options: as of `phasesim.explore`.

        Returns:
            Its `phasesim.explore.Page`.

        Raises:
            UsageError: as `phasesim.explore`.
        """
        from phasesim.explore import explore

        return explore(cast("Result", self), path, **options)

    def _repr_html_(self) -> str:
        rows = [(a.path, f"{len(a.values)} values, {shortest(a.values[0])} … "
                         f"{shortest(a.values[-1])}") for a in self.sweep.axes]  # fmt: skip
        rows += [("seeds", str(self.sweep.n_seeds)), ("stored", ", ".join(self.names()))]
        table = "".join(
            f"<tr><th style='text-align:left'>{html.escape(head)}</th>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for head, text in rows
        )
        return f"<p>{html.escape(repr(self))}</p><table>{table}</table>{_picture(self)}"


class Plots:
    """The plots of `phasesim.plot` that take a result and the numbers behind them, of one."""

    def __init__(self, result: Any) -> None:
        self._result = result

    def __getattr__(self, name: str) -> Any:
        from phasesim import plot

        if name not in _of_results():
            raise AttributeError(f"no plot '{name}' of a result, {did_you_mean(name, dir(self))}")
        return types.MethodType(getattr(plot, name), self._result)

    def __dir__(self) -> list[str]:
        return _of_results()


def _of_results() -> list[str]:
    from phasesim import plot

    found = []
    for name, function in inspect.getmembers(plot, inspect.isfunction):
        signature = inspect.signature(function)
        drawn = name.startswith("prepare_") or signature.return_annotation in _DRAWN
        if drawn and next(iter(signature.parameters), "") == "result":
            found.append(name)
    return found


def _picture(result: Any) -> str:
    """An image of the phase diagram, or of the norms over one axis; empty where there is none."""
    if result.sweep.n_models > _MOST_PICTURED:
        return ""
    from matplotlib.figure import Figure

    from phasesim import plot

    with plot.style():
        figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
        ax = figure.subplots()
        try:
            words = _draw(result, ax)
        except PhasesimError:
            return ""
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=_DPI)
    data = base64.b64encode(file.getvalue()).decode()
    said = html.escape(words)
    # some pages stretch pictures that do not say how wide they are
    size = f"width:{100 * _SIZE[0]:.0f}px;max-width:100%"
    image = f'<img alt="{said}" style="{size}" src="data:image/png;base64,{data}">'
    return f"{image}<p><small>{said}</small></p>"


def _draw(result: Any, ax: Any) -> str:
    """Draw what the number of axes allows, and say in words what it is."""
    from phasesim import plot

    axes = result.sweep.axes
    if len(axes) >= 2:
        held = {a.path: shortest(a.values[len(a.values) // 2]) for a in axes[2:]}
        plot.phase_diagram(result, select=held, ax=ax, theory=False, legend=False)
        return ", ".join(
            ["phase diagram of the last feature", *(f"{k} = {v}" for k, v in held.items())]
        )
    if not axes or isinstance(axes[0].values[0], str):
        raise UsageError("nothing to draw along")
    order = np.argsort(axes[0].array())
    norms = result.metric("feature_norm", "best")[order]
    lines = ax.plot(axes[0].array()[order], norms)
    if len(lines) <= _MOST_NAMED:
        # beside the lines: inside a picture this small it would lie on them
        names = [f"feature {i}" for i in range(len(lines))]
        ax.figure.legend(lines, names, fontsize=6, loc="outside right upper")
    ax.set(xlabel=plot.axis_label(axes[0].path), ylabel="‖W_i‖ of the best seed",
           xscale="log" if axes[0].log else "linear")  # fmt: skip
    return f"norms of all features, a line for each of {len(lines)}"
