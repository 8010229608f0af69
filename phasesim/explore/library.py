"""plotly.js, taken from the installed plotly package."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from phasesim.errors import MissingExtra, UsageError


def plotly_js() -> str:
    """The text of the library.

    Raises:
        MissingExtra: plotly is not installed.
        UsageError: it is, without the library.
    """
    # found, not imported: importing plotly takes longer than writing the page
    spec = importlib.util.find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("the explorer page", "explore")
    path = Path(spec.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    if not path.is_file():
        raise UsageError(f"{path}: not found, expected a plotly of version 6 or later")
    # as a browser reads it: line ends are what the hash in the page's policy is taken of
    text = path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("</(?=script)", r"<\\/", text, flags=re.IGNORECASE)


def style_ids(library: str) -> list[str]:
    """Ids of the style sheets that the library adds while it loads, unless they are there.

    It is maps that need them. The page's policy refuses them with a report; an element of the
    same id that is there already keeps the library from trying.
    """
    return sorted(set(re.findall(r'getElementById\("([0-9a-f]{64})"\)', library)))
