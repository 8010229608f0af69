r"""Docstrings are plain text with formulas; ``*axes``, ``|cos|`` and ``W_`` are no markup there."""

from __future__ import annotations

import re
from typing import Any

#: what keeps its meaning: literals, names in backticks, and doctests
_KEPT = re.compile(r"``.*?``|`[^`]*`")
_MARKUP = re.compile(r"[*|\\]|_(?=\W|$)")
#: a plural, which would keep the name before it from ending
_ENDING = re.compile(r"^(?=\w)")


def escape(line: str) -> str:
    r"""A line in which characters of formulas are not read as markup.

    >>> escape("(*axes, seed) of `run` and ``*a``: |cos|")
    '(\\*axes, seed) of `run` and ``*a``: \\|cos\\|'
    """
    if line.lstrip().startswith((">>>", "...")):
        return line
    kept = _KEPT.findall(line)
    first, *others = (_MARKUP.sub(r"\\\g<0>", part) for part in _KEPT.split(line))
    parts = [first, *(_ENDING.sub(r"\\ ", part) for part in others)]
    return "".join(p + k for p, k in zip(parts, [*kept, ""], strict=True))


def _process(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    # the output of a doctest ends with the paragraph
    tested = False
    for number, line in enumerate(lines):
        tested = line.lstrip().startswith(">>>") or (tested and bool(line.strip()))
        if not tested:
            lines[number] = escape(line)


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx; before napoleon, which writes markup of its own."""
    app.connect("autodoc-process-docstring", _process, priority=100)
    return {"parallel_read_safe": True}
