"""Writing the page: one file that loads nothing and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
import html
import math
import string
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from phasesim.errors import UsageError
from phasesim.explore.document import document
from phasesim.explore.encode import script_json
from phasesim.explore.library import plotly_js, style_ids
from phasesim.result import Result
from phasesim.store import replace_file

ASSETS = Path(__file__).parent / "assets"
#: the page's own code, in the order in which its parts build on each other
SCRIPTS = ("data", "grid", "weights", "state", "code", "chart", "map", "model", "seeds", "tables",
           "controls", "main")  # fmt: skip
#: pages up to this size are shown inside a notebook
_MOST_INLINE = 8e6


@dataclass(frozen=True)
class Page:
    """A page that was written.

    Attributes:
        path: where.
        n_bytes: its size.
        left_out: what has no map or no line on it, in words.
        smaller: what it holds less of than the store, so that it fits, in words.
    """

    path: Path
    n_bytes: int
    left_out: tuple[str, ...]
    smaller: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        link = html.escape(self.path.name)
        text = f'<p><a href="{link}">{link}</a>, {self.n_bytes / 1e6:.1f} MB</p>'
        if self.n_bytes > _MOST_INLINE:
            return text
        inner = html.escape(self.path.read_text(encoding="utf-8"))
        return f'<iframe sandbox="allow-scripts" srcdoc="{inner}" width="100%" height="900" ' \
               f'style="border:0"></iframe>{text}'  # fmt: skip


def explore(
    result: Result,
    path: str | Path | None = None,
    *,
    metrics: Iterable[str] = (),
    max_mb: float = 25.0,
    theory: str = "auto",
) -> Page:
    """Write the page on which a sweep is looked at; an existing page is replaced.

    Args:
        result: of any sweep, a running one included.
        path: ``x.html``; by default the name of the store, or of the sweep, in this folder.
        metrics: further registered metrics to map, with a number a model or a feature.
        max_mb: size of the page in 10⁶ bytes; what does not fit is left out, and named there.
        theory: draw the boundaries of density × ratio diagrams: ``all``, ``none``, or ``auto``,
            which leaves out those of the true optimum where they take minutes.

    Returns:
        `Page`: where it is, how large, and what is not on it.

    Raises:
        UsageError: not an HTML file, an unknown metric, or a size that not even one cell fits.
        MissingExtra: plotly is not installed.
        StoreIOError: the system refused.
    """
    target = Path(path) if path is not None else _default_path(result)
    if target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"-o {target}: expected a name that ends in .html")
    library = plotly_js()
    most = int(max_mb * 1e6)
    frame = len(render(result, library, "").encode())
    available, before = most - frame, math.inf
    while True:
        shown, taken = document(result, metrics, theory, available)
        shown["max_mb"] = f"{max_mb:g}"
        data = render(result, library, script_json(shown)).encode()
        if len(data) <= most:
            break
        if taken >= before:
            raise UsageError(
                f"--max-mb: found {max_mb:g}, expected at least {math.ceil(len(data) / 1e5) / 10:g}"
                f", of which {frame / 1e6:.1f} are the page's own code"
            )
        # names and notes take room beside the arrays that were counted
        available, before = taken - (len(data) - most), taken
    replace_file(target, data)
    return Page(target, len(data), tuple(shown["left_out"]), tuple(shown["smaller"]))


def render(result: Result, library: str, data: str) -> str:
    """The page's HTML.

    Args:
        result: names the page.
        library: text of plotly.js.
        data: text of its JSON document.
    """
    app = "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    parts = {
        "policy_js": _asset("policy.js"),
        "library_js": library,
        "app_js": f'(() => {{\n"use strict";\n{app}\nmain();\n}})();',
        "css": _asset("page.css"),
    }
    scripts = " ".join(_hash(parts[name]) for name in ("policy_js", "library_js", "app_js"))
    # plotly adds an empty style sheet and fills it rule by rule, which needs the hash of nothing
    styles = f"{_hash(parts['css'])} {_hash('')}"
    return string.Template(_asset("page.html")).substitute(
        parts,
        scripts=scripts,
        styles=styles,
        title=html.escape(result.sweep.name),
        placeholders="".join(f'<i id="{i}" hidden></i>' for i in style_ids(library)),
        data=data,
    )


def _default_path(result: Result) -> Path:
    return Path((result.path.stem if result.path else result.sweep.name) + ".html")


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
