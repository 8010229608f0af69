"""Published figures: finding them, training what they show, drawing and checking them.

A figure is a module of at most 40 lines with ``draw(result, reduction)`` and ``check(result)``,
and a TOML file of the same name that says what to train. Figures that differ only in what they
train share a module: NAME-a.toml and NAME-b.toml that of NAME.

A figure of analyses shows the models of another file, and names what it measures of them::

    source = "interpret"                                       # figures/interpret.toml
    analyses = ["neurons", { name = "saliency", n_steps = 8 }]

Its module reads ``result.analysis("neurons")`` and ``result.analysis("saliency-n_steps-8")``.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

from phasesim import store
from phasesim.config import load_sweep
from phasesim.errors import PhasesimError, UsageError, did_you_mean, one_line
from phasesim.fingerprint import cell_fingerprint, grid_fingerprint
from phasesim.interpret._base import Analysis
from phasesim.parts import build
from phasesim.result import Result, open_result
from phasesim.stored import sweep_in
from phasesim.sweep import Sweep

#: in place of the scale at which an assertion passed
NOT_REACHED = "not reached"


def folder() -> Path:
    """Where the figure modules are: in the wheel, or beside the package in a checkout."""
    package = Path(__file__).parent
    inside = package / "_figures"
    return inside if inside.is_dir() else package.parent / "figures"


def names() -> list[str]:
    """Names of all figures; a figure has a TOML file and a module."""
    found = (p.stem for p in folder().glob("*.toml"))
    return sorted(n for n in found if module_path(n).is_file())


def module_path(name: str) -> Path:
    """The module of a figure: of its own name, or of that without its last words.

    Hyphens of the name are underscores there.
    """
    words = name.split("-")
    paths = [folder() / f"{'_'.join(words[:k])}.py" for k in range(len(words), 0, -1)]
    return next((path for path in paths if path.is_file()), paths[0])


def known_name(name: str) -> str:
    """The figure's name with hyphens, or an error that suggests one."""
    wanted = name.replace("_", "-")
    if wanted not in names():
        hint = did_you_mean(wanted, names()) or f"nothing is in {folder()}"
        raise UsageError(f"no figure '{name}', {hint}")
    return wanted


def load(name: str) -> ModuleType:
    """The module of a figure."""
    qualified = f"phasesim_figures.{name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(qualified, module_path(name))
    if spec is None or spec.loader is None:
        raise UsageError(f"{module_path(name)}: not a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    spec.loader.exec_module(module)
    return module


def summary(name: str) -> dict[str, Any]:
    """Name, one line, fields of its sweep and source, read without importing the module."""
    import ast

    text = ast.get_docstring(ast.parse(module_path(name).read_text())) or ""
    said, _, source = text.partition("\nSource:")
    axes = [axis.path for axis in sweep_of(name).axes]
    return {
        "kind": "figure",
        "name": name,
        "summary": said.partition("\n")[0],
        "fields": axes,
        "reference": " ".join(source.split()),
    }


def source_of(name: str) -> str:
    """NAME.toml of the models that a figure shows: its own, unless it names another."""
    return _settings(name).get("source", name)


def analyses_of(name: str) -> list[Analysis]:
    """What a figure measures of its models."""
    given = _settings(name).get("analyses", [])
    return [build("analysis", table, f"{name}.toml: analyses") for table in given]


def sweep_of(name: str, scale: str = "") -> Sweep:
    """The sweep that a figure shows."""
    return load_sweep(folder() / f"{source_of(name)}.toml", scale=scale)


def _settings(name: str) -> dict[str, Any]:
    return tomllib.loads((folder() / f"{name}.toml").read_text())


def output_stem(name: str, output: Path | None) -> Path:
    """Where a figure goes: its PNG, PDF and JSON share a stem.

    Raises:
        UsageError: the file asked for is of another kind, or its folder does not exist.
    """
    if output is None:
        return Path(name)
    if output.suffix not in ("", ".png", ".pdf"):
        raise UsageError(f"-o {output}: found '{output.suffix}', expected .png or .pdf")
    if not output.parent.is_dir():
        raise UsageError(f"-o {output}: no folder {output.parent}")
    return output.with_suffix("")


def result_of(
    name: str, sweep: Sweep, given: Path | None, *, train: bool, options: Any = None
) -> Result:
    """The result to draw: the store given, else one here of the same sweep, else trained now.

    That is ./NAME.h5, or the store of another figure which shows the same models; NAME is that of
    the file which trains them.

    Raises:
        UsageError: nothing is stored and ``train`` is false; names the command to run.
        StoreMismatch: ./NAME.h5 holds another experiment.
    """
    if given is not None:
        return open_result(given)
    name = source_of(name)
    path = Path(f"{name}.h5")
    if path.is_file() and _is_of(path, sweep):
        return open_result(path)
    for other in (Path(f"{n}.h5") for n in names() if n != name):
        # a damaged store of another figure is not this one's business
        with contextlib.suppress(PhasesimError):
            if other.is_file() and _is_of(other, sweep):
                return open_result(other)
    if not train:
        raise UsageError(
            f"./{path}: no store of this figure, train it with: "
            f"phasesim run {folder() / f'{name}.toml'} -o {path}"
        )
    from phasesim.run import run

    start = Path(getattr(sweep.experiment.init, "path", ""))
    if start.suffix == ".h5" and not start.exists() and (folder() / f"{start.stem}.toml").is_file():
        # models that go on from those of another file here
        run(sweep_of(start.stem, _scale_named(name, sweep) or ""), start, options)
    return run(sweep, path, options)


def measure(name: str, result: Result, *, train: bool = True, options: Any = None) -> None:
    """Make what a figure measures of its models, where it does not lie beside their store yet.

    Raises:
        UsageError: something is missing and ``train`` is false; names the command to run.
    """
    from phasesim.interpret._run import analyse

    for analysis in analyses_of(name):
        path = result.path and store.analysis_path(result.path, analysis.label)
        if not train:
            result.analysis(analysis.label)
        else:
            analyse(result, analysis, path, options)


def _is_of(path: Path, sweep: Sweep) -> bool:
    # opening what is found to be the right one compares its bytes with their checksum
    with store.open_unhashed(path) as file:
        return _same(sweep_in(file), sweep)


def _same(one: Any, other: Any) -> bool:
    same_cells = cell_fingerprint(one) == cell_fingerprint(other)
    return same_cells and grid_fingerprint(one) == grid_fingerprint(other)


def scale_of(name: str, sweep: Any) -> str:
    """Which of a figure's scales a sweep is: ``default``, one named in its TOML, or ``other``."""
    found = _scale_named(name, sweep)
    return "default" if found == "" else found or "other"


def _scale_named(name: str, sweep: Any) -> str | None:
    """The scale of a sweep as its TOML names it, empty for the default one; None for another."""
    named = _settings(source_of(name)).get("scale", {})
    return next((s for s in ("", *named) if _same(sweep, sweep_of(name, s))), None)


def draw(name: str, result: Result, reduction: str, stem: Path) -> list[Path]:
    """Draw a figure as PNG and PDF and write its assertions as JSON.

    Returns:
        The files written.
    """
    from phasesim import plot

    module = load(name)
    with plot.style():
        figure = module.draw(result, reduction=reduction)
        provenance = {
            "figure": name,
            "sweep": result.sweep.name,
            "reduction": reduction,
            "cell_fingerprint": cell_fingerprint(result.sweep),
            "grid_fingerprint": grid_fingerprint(result.sweep),
        }
        written = plot.save(figure, stem, provenance=provenance)
    scale = scale_of(name, result.sweep)
    rows = [{**row, "reached": scale if row["passed"] else NOT_REACHED}
            for row in module.check(result)]  # fmt: skip
    report = {**provenance, "scale": scale, "assertions": rows}
    path = stem.with_name(f"{stem.name}.json")
    store.replace_file(path, (json.dumps(report, indent=1) + "\n").encode())
    return [*written, path]


def drawn(where: Path) -> list[str]:
    """Names of the figures that were drawn in a folder: those that left a NAME.json."""
    return [name for name in names() if (where / f"{name}.json").is_file()]


def assertions(name: str, where: Path) -> list[dict[str, Any]]:
    """The assertions that a drawn figure left in NAME.json.

    Raises:
        UsageError: the figure was not drawn there, or its file does not read.
    """
    path = where / f"{name}.json"
    if not path.is_file():
        raise UsageError(f"{path}: not drawn yet, draw it with: phasesim figure {name}")
    try:
        rows = json.loads(path.read_text())["assertions"]
        return [{**row, "reached": row["reached"]} for row in rows]
    except (ValueError, KeyError) as error:
        raise UsageError(f"{path}: not a figure's report: {one_line(str(error))}") from None
