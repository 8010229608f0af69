"""Pieces of the tables in README.md."""

from __future__ import annotations

from typing import Any


def about(r: dict[str, Any]) -> str:
    """Where a result was measured, and with what."""
    versions = ", ".join(f"{name} {v}" for name, v in r["versions"].items())
    return (
        f"{r['device']}, {r['cores']} cores, Python {r['python']}, {versions}, "
        f"commit {r['commit']}."
    )


def times(ratio: float | None) -> str:
    """A ratio."""
    if ratio is None:
        return "—"
    return f"{ratio:,.0f}×" if ratio >= 1000 else f"{ratio:.3g}×"


def table(heads: list[str], lines: list[list[str]]) -> str:
    """A table in Markdown."""
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
