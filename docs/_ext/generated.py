"""Pages made from the code and the files beside it, written to docs/generated at every build."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import re
from pathlib import Path
from typing import Any

import phasesim as ps
from phasesim import catalogue, registry
from phasesim.cli.app import make_app
from phasesim.cli.list import describe
from phasesim.errors import with_article
from phasesim.experiment import Experiment, Record
from phasesim.interpret._claims import load_claims
from phasesim.parts import Part, default, specs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "generated"
#: files of the repository that are pages here -> their name
PAGES = {
    "figures/README.md": "gallery",
    "benchmarks/README.md": "benchmarks",
    "CHANGELOG.md": "changelog",
}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)")


def write(app: Any = None) -> None:
    """Write every page whose text has changed."""
    FOLDER.mkdir(exist_ok=True)
    pages = {
        "configuration": configuration(),
        "parts": parts(),
        "python": python(),
        "command_line": command_line(),
        "claims": claims(),
        **{name: elsewhere(path) for path, name in PAGES.items()},
    }
    for name, text in pages.items():
        path = FOLDER / f"{name}.md"
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)


def command_line() -> str:
    """All commands and their options."""
    text = make_app().generate_docs("markdown")
    return text.replace("# phasesim\n", "# Command line\n", 1)


def configuration() -> str:
    """Every key of a TOML file outside the parts it names."""
    sections = [
        "# Configuration\n\nA TOML file names one experiment and the axes along which it varies. "
        "The dotted path of a key is also what `--set` and an axis call it; what stands in the "
        "tables of the parts is listed [on their page](parts.md), what in `[sweep]` and "
        "`[scale.NAME]` [on another](../reference/axes.md).\n",
        "## Top level\n",
        _fields([_described(Experiment, n, s) for n, s in specs(Experiment).items()]),
        "## `[record]`\n",
        _fields([_described(Record, n, s) for n, s in specs(Record).items()]),
    ]
    return "\n".join(sections)


def parts() -> str:
    """All registered variants, by kind, with their fields."""
    kinds = {kind: registry.names(kind) for kind in registry.FOLDERS}
    sections = [
        "# Parts\n\nEverything a configuration can name, as `phasesim list` prints it. *Swept* "
        "fields are numbers of which any number of values train side by side; each value of the "
        "others compiles apart.\n"
    ]
    for kind, names in kinds.items():
        sections += [f"## {kind}\n", *(_variant(kind, name) for name in names)]
    return "\n".join(sections)


def _variant(kind: str, name: str) -> str:
    entry = describe(kind, name)
    variant = registry.get(kind, name)
    text = [f"### `{name}`\n", f"{_plain(entry['summary'])}\n"]
    if kind == "metric":
        spec = variant.spec
        dims = ", ".join(spec.dims) or "one number a model"
        undefined = f"; NaN: {spec.undefined}" if spec.undefined else ""
        text.append(f"Dimensions: {dims}. Label: {_plain(spec.label)}{_plain(undefined)}.\n")
    if kind == "analysis":
        rows = [(f"`{n}`", ", ".join(o.dims), o.meaning) for n, o in variant().outputs.items()]
        text.append(_table(("returns", "dimensions", "meaning"), rows))
    if entry["fields"]:
        text.append(_fields(entry["fields"]))
    text.append(f"Reference: {_plain(entry['reference'])}.\n")
    return "\n".join(text)


def _described(cls: type, name: str, spec: Any) -> dict[str, Any]:
    value = default(cls, name)
    kinds = {"nested": "a table", "table": f"a table of {spec.kind}s by name"}
    expected = kinds.get(spec.role) or (with_article(spec.kind) if spec.kind else spec.expected)
    shown = value if isinstance(value, str | int | float) else ""
    return {"name": name, "meaning": spec.doc, "expected": expected, "default": shown,
            "swept": spec.role == "swept"}  # fmt: skip


def _fields(fields: list[dict[str, Any]]) -> str:
    rows = [
        (f"`{f['name']}`", f["meaning"], f["expected"], f"{f['default']}" if f["default"] != "" else
         "", "yes" if f["swept"] else "")
        for f in fields
    ]  # fmt: skip
    return _table(("field", "meaning", "expected", "default", "swept"), rows)


def python() -> str:
    """Every public name, by the module that groups it."""
    own = {name: getattr(ps, name) for name in ps._HOMES}
    groups = {"phasesim": own}
    groups |= {f"phasesim.{m}": _members(m) for m in ("theory", "geometry", "plot", "store")}
    for kind, folder in registry.FOLDERS.items():
        variants = {name: registry.get(kind, name) for name in registry.names(kind)}
        groups[f"phasesim.{folder}"] = _bases(folder) | variants
    sections = ["# Python\n\n`import phasesim as ps`; everything is imported when it is used.\n"]
    for module, members in groups.items():
        names = [_documented(f"{module}.{name}", value) for name, value in members.items()]
        sections += [f"## `{module}`\n", f"```{{eval-rst}}\n{chr(10).join(names)}\n```\n"]
    return "\n".join(sections)


def _members(module: str) -> dict[str, Any]:
    found = vars(getattr(ps, module))
    return {
        name: value for name, value in sorted(found.items())
        if not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__.startswith(f"phasesim.{module}")
    }  # fmt: skip


def _bases(folder: str) -> dict[str, Any]:
    """What a part of that folder provides, which its base says."""
    name = f"phasesim.{folder}._base"
    if importlib.util.find_spec(name) is None:
        return {}
    found = vars(importlib.import_module(name))
    return {f"_base.{n}": v for n, v in found.items()
            if inspect.isclass(v) and v.__module__ == name}  # fmt: skip


def _documented(name: str, value: Any) -> str:
    if not inspect.isclass(value):
        return f".. autofunction:: {name}\n"
    # what a variant defines is described once, at its base; its fields stand on the page of parts
    if getattr(value, "kind", "") and "._base." not in name:
        return f".. autoclass:: {name}\n"
    own = issubclass(value, Part | Exception | tuple | int)
    return f".. autoclass:: {name}\n   :members:\n" + ("" if own else "   :inherited-members:\n")


def claims() -> str:
    """The claims of figures/claims.toml as a table."""
    rows = []
    for name, claim in load_claims().items():
        rows.append((f"`{name}`", claim.statement, claim.sweep, claim.asked))
    head = (
        "# Claims\n\nStatements about superposition, each a statistic of an analysis held against "
        "a control of the same analysis. Thresholds were fixed before anything was trained, but "
        "for the entries of claims.toml that say otherwise. "
        "`phasesim claims` trains what is missing and judges them: supported where the 95 % "
        "bootstrap interval lies beyond the threshold, contradicted where it lies on the other "
        "side, else mixed.\n\n"
    )
    asked = _table(("claim", "statement", "measured on", "supported if"), rows)
    return f"{head}{asked}\n## Verdicts\n\n{catalogue.verdicts(ROOT / 'figures')}"


def elsewhere(path: str) -> str:
    """A Markdown file of the repository, its links seen from here; files become downloads."""
    folder = (ROOT / path).parent

    def moved(link: re.Match[str]) -> str:
        target = Path("..", "..", os.path.relpath(folder / link[3], ROOT)).as_posix()
        return f"![{link[2]}]({target})" if link[1] else f"{{download}}`{link[2]} <{target}>`"

    return _LINK.sub(moved, (ROOT / path).read_text())


def _shown_here(app: Any, page: str, source: list[str]) -> None:
    """Let links to files of the repository that are pages here lead to the page."""
    for path, name in PAGES.items():
        up = "../" * (page.count("/") + 1)
        source[0] = source[0].replace(f"]({up}{path})", f"](/generated/{name}.md)")


def _table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_plain(c) for c in line) + " |" for line in lines) + "\n"


def _plain(text: Any) -> str:
    """A text whose bars and stars are no Markdown."""
    return re.sub(r"(?<!\\)([|*])", r"\\\1", str(text).replace("\n", " "))


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", write)
    app.connect("source-read", _shown_here)
    return {"parallel_read_safe": True}
