"""The page of all published figures, made from what they assert about themselves."""

from __future__ import annotations

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
    return "\n".join([_HEAD, counted, *(_section(n, rows) for n, rows in reports.items())])


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
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def numbers(values: Any) -> str:
    """Measured numbers in a few digits.

    >>> numbers([0.123456, None]), numbers(2.0)
    ('0.1235, –', '2')
    """
    entries = values if isinstance(values, list) else [values]
    return ", ".join("–" if v is None else f"{v:.4g}" for v in entries)
