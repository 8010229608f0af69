"""The shape of the package: imports go strictly downward, and files stay short."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

import phasesim
from phasesim import registry

PACKAGE = Path(phasesim.__file__).parent
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "_figures" not in p.parts)
REGISTRIES = set(registry.FOLDERS.values()) - {"metrics"}

#: top-level module or package -> height; imports at module level go to a lower or equal height.
#: Equal heights are allowed only inside one package and between the names of one line below.
LEVELS = [
    {"errors"},
    {"registry", "numerics", "status"},
    {"exact"},
    {"fields"},
    {"parts"},
    {"paths", "pytree", "axes"} | (REGISTRIES - {"engines"}),
    {"experiment"},
    {"sweep"},
    {"config", "cells", "percell"},
    {"plan", "keys", "store", "metrics", "theory", "reductions", "engines", "cache", "dispatch"},
    {"fingerprint", "rows", "train", "progress", "ranking"},
    {"result"},
    {"start", "execute", "output", "export", "plot"},
    {"run", "estimate"},
    {"interpret", "farm", "explore", "gallery"},
    {"cli"},
    {"__main__", "__init__"},
]
HEIGHT = {name: height for height, names in enumerate(LEVELS) for name in names}
#: the data layer: reads results, knows nothing of training
DATA = {"plot", "result", "metrics", "theory", "store", "reductions", "fingerprint", "export",
        "exact", "percell", "ranking"}  # fmt: skip
#: the compute layer
COMPUTE = {"engines", "train", "execute", "run", "start", "output", "keys", "rows"}


def owner(path):
    """The top-level module or package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path, everywhere=False):
    """Modules imported when the file is: dotted names, with what is taken from them."""
    tree = ast.parse(path.read_text())
    nodes = ast.walk(tree) if everywhere else _at_import(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def _at_import(node):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _at_import(child)


def inner(dotted):
    """The top-level phasesim module of a dotted name, or None."""
    words = dotted.split(".")
    return words[1] if words[0] == "phasesim" and len(words) > 1 else None


def test_every_module_has_a_height():
    unknown = {owner(p) for p in FILES} - set(HEIGHT)
    assert unknown == set(), "give new modules a line in LEVELS"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path):
    own = owner(path)
    for dotted in imports(path):
        target = inner(dotted)
        if target is None or target == own:
            continue
        words = [*dotted.split("."), ""]
        if target in REGISTRIES and words[2] == "_base" and HEIGHT[own] > HEIGHT["parts"]:
            continue  # what every variant of a kind provides stands right above the parts
        if own in REGISTRIES and target in REGISTRIES and own != "engines":
            # parts hold other parts: only through the bases, never a variant of another kind
            raise AssertionError(dotted)
        assert HEIGHT[target] <= HEIGHT[own], f"{own} imports {target} from above"


def test_no_module_imports_itself_in_a_circle():
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        graph[name] = {
            d.removeprefix("phasesim.") for d in imports(path) if d.startswith("phasesim.")
        }
    modules = set(graph)
    edges = {}
    for name, targets in graph.items():
        edges[name] = set()
        for target in targets:
            # `from phasesim.a import b` means module a.b where there is one, else module a
            for candidate in (target, target.rpartition(".")[0]):
                if candidate in modules:
                    edges[name].add(candidate)
                    break
    done, under_way = set(), []

    def visit(name):
        if name in done:
            return
        assert name not in under_way, " -> ".join([*under_way, name])
        under_way.append(name)
        for target in sorted(edges[name]):
            visit(target)
        under_way.pop()
        done.add(name)

    for name in sorted(edges):
        visit(name)
    assert done == modules


@pytest.mark.parametrize(
    "path", [p for p in FILES if owner(p) in DATA], ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_the_data_layer_knows_nothing_of_training(path):
    for dotted in imports(path):
        root = dotted.split(".")[0]
        assert root not in ("jax", "jaxlib", "flax", "optax"), dotted
        assert inner(dotted) not in COMPUTE, dotted


@pytest.mark.parametrize(
    "path",
    [p for p in FILES if owner(p) in registry.FOLDERS.values() and not p.stem.startswith("_")],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_registry_modules_import_heavy_packages_inside_functions(path):
    roots = {d.split(".")[0] for d in imports(path)}
    assert not roots & {"jax", "jaxlib", "flax", "optax", "matplotlib", "h5py", "scipy"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_way_to_run_what_a_file_says(path):
    tree = ast.parse(path.read_text())
    called = {n.func.id for n in ast.walk(tree)
              if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}  # fmt: skip
    assert not called & {"eval", "exec", "compile", "__import__"}
    roots = {d.split(".")[0] for d in imports(path, everywhere=True)}
    assert not roots & {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}


def test_files_are_short():
    lengths = {p: len(p.read_text().splitlines()) for p in FILES}
    assert {p.name: n for p, n in lengths.items() if n > 300} == {}
    assert statistics.median(lengths.values()) <= 120


def test_every_module_says_what_it_is():
    silent = [str(p.relative_to(PACKAGE)) for p in FILES if not ast.get_docstring(
        ast.parse(p.read_text()))]  # fmt: skip
    assert silent == []
