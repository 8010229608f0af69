"""The page of all published figures and claims, made from what they say of themselves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from phasesim import gallery, store

_HEAD = """# Figures

Made by `phasesim figure --gallery`: what is below is what each figure measured of itself when it
was drawn. `make figures` trains, draws and checks all of them; what is trained already is not
trained again. Each assertion has a control that must fail it.
"""


def header(name: str) -> dict[str, str]:
    """What the comments at the top of a figure's TOML file say.

    Returns:
        The sentence above them under "title", then "command", "hardware" and "expected".
    """
    said, key = {"title": ""}, "title"
    for line in (gallery.folder() / f"{name}.toml").read_text().splitlines():
        if not line.startswith("#"):
            break
        text = line.removeprefix("#").strip()
        word, colon, rest = text.partition(":")
        if colon and word in ("command", "hardware", "expected"):
            key, text = word, rest.strip()
        said[key] = f"{said.get(key, '')} {text}".strip()
    return said


def page(where: Path) -> str:
    """The page of all figures drawn in a folder, in Markdown.

    Args:
        where: the folder with each NAME.json.
    """
    drawn = gallery.drawn(where)
    reports = {name: gallery.assertions(name, where) for name in drawn}
    rows = [row for report in reports.values() for row in report]
    passed = sum(row["passed"] for row in rows)
    counted = f"{passed} of {len(rows)} assertions of {len(reports)} figures hold.\n"
    sections = [_section(n, rows) for n, rows in reports.items()]
    judged = [f"## Claims\n\n{verdicts(where)}"] if (where / "claims.json").exists() else []
    return "\n".join([_HEAD, counted, *sections, *judged])


def verdicts(where: Path) -> str:
    """What the models say of each claim, in Markdown, from the claims.json of a folder.

    ``phasesim claims -o claims.json`` writes that.
    """
    rows = json.loads((where / "claims.json").read_text())
    counts = Counter(row["verdict"] for row in rows)
    said = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    table = "\n".join(_verdict(row) for row in rows)
    return (
        f"Of {len(rows)} claims: {said}. Made by `phasesim claims -o claims.json`; a value is each "
        "model's mean, averaged over models, an interval the 95 % bootstrap over seeds; a claim "
        "is supported or contradicted where the interval of the difference lies beyond the "
        "threshold. Where a threshold was written after a first look at models, its entry in "
        "claims.toml says so.\n\n"
        "| claim | verdict | statistic | control | difference | wanted |\n"
        f"|---|---|---|---|---|---|\n{table}\n"
    )


def _verdict(row: dict[str, Any]) -> str:
    (low, high), sign = row["difference"], ">" if row["direction"] == "above" else "<"
    cells = (
        f"{row['statement']} (`{row['name']}`, {row['models']:,} models)",
        f"**{row['verdict']}**",
        f"{row['statistic']}{_where(row['at'])} {numbers(row['value'])}",
        f"{row['control_of']}{_where(row['control_at'] or row['at'])} {numbers(row['control'])}",
        f"{numbers(low)} … {numbers(high)}",
        f"{sign} {row['threshold']:g}",
    )
    return _line(cells)


def _where(cells: str) -> str:
    return f" at {cells}" if cells else ""


def write(where: Path) -> Path:
    """Write `page` as README.md of the folder; returns its path."""
    path = where / "README.md"
    store.replace_file(path, page(where).encode())
    return path


def _section(name: str, rows: list[dict[str, Any]]) -> str:
    said, about = header(name), gallery.summary(name)
    module = gallery.module_path(name).name
    files = " · ".join(
        f"[{label}]({file})" for label, file in (
            ("settings", f"{name}.toml"), ("code", module), ("PDF", f"{name}.pdf"),
            ("numbers", f"{name}.json"),
        )
    )  # fmt: skip
    table = "\n".join(_row(row) for row in rows)
    return (
        f"## {name}\n\n{said['title']}\n\n![{about['summary']}]({name}.png)\n\n"
        f"`{said['command']}` · {said['hardware']} · {files}\n\n"
        f"Source: {about['reference']}\n\n"
        "| asserted | expected | measured | control | reached at scale |\n|---|---|---|---|---|\n"
        f"{table}\n"
    )


def _row(row: dict[str, Any]) -> str:
    control = f"{row['control']['of']}: {numbers(row['control']['measured'])}"
    cells = (
        row["quantity"], row["expected"], numbers(row["measured"]), control, row["reached"],
    )  # fmt: skip
    return _line(cells)


def _line(cells: Iterable[str]) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def numbers(values: Any) -> str:
    """Measured numbers in a few digits.

    >>> numbers([0.123456, None]), numbers(2.0)
    ('0.1235, –', '2')
    """
    entries = values if isinstance(values, list) else [values]
    return ", ".join("–" if v is None else f"{v:.4g}" for v in entries)
