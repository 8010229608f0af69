"""Example scripts as notebooks: ``# %%`` begins a code cell, ``# %% [markdown]`` a text."""

from __future__ import annotations

import nbformat
from nbformat import v4

MARKER = "# %%"


def read(text: str) -> nbformat.NotebookNode:
    """The notebook of a script; its first cell is what stands above the first marker."""
    cells = [_cell(part) for part in _parts(text) if part[1].strip()]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # the same at every build
    return notebook


def _parts(text: str) -> list[tuple[str, str]]:
    """(what the marker says, lines below it)."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        if line.startswith(MARKER):
            found.append((line.removeprefix(MARKER).strip(), []))
        else:
            found[-1][1].append(line)
    return [(said, "\n".join(lines)) for said, lines in found]


def _cell(part: tuple[str, str]) -> nbformat.NotebookNode:
    said, text = part
    if said != "[markdown]":
        return v4.new_code_cell(text.strip())
    lines = (line.removeprefix("#").removeprefix(" ") for line in text.strip().splitlines())
    return v4.new_markdown_cell("\n".join(lines))
