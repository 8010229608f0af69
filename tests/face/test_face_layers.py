"""The shape of the package: imports go strictly downward, and files stay short."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import phasesim
from phasesim import registry

PACKAGE = Path(phasesim.__file__).parent
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "_figures" not in p.parts)
REGISTRIES = set(registry.FOLDERS.values()) - {"metrics", "interpret", "farm"}

#: top-level module or package -> height; imports at module level go to a lower or equal height.
#: Equal heights are allowed only inside one package and between the names of one line below.
LEVELS = [
    {"errors"},
    {"registry", "numerics", "status", "cache"},
    {"exact"},
    {"fields"},
    {"meant"},
    {"parts"},
    {"paths", "pytree", "axes"} | (REGISTRIES - {"engines"}),
    {"experiment"},
    {"grid"},
    {"sweep", "function"},
    {"analysis"},
    {"config", "cells", "percell", "memory"},
    {
        "plan",
        "keys",
        "store",
        "metrics",
        "geometry",
        "theory",
        "reductions",
        "basins",
        "settling",
        "engines",
        "dispatch",
    },
    {
        "fingerprint",
        "rows",
        "train",
        "progress",
        "ranking",
        "best_known",
        "source",
        "notebook",
        "stored",
        "compare",
    },
    {"judged"},
    {"result"},
    {"boundaries", "refinement"},
    {"start", "execute", "execute_function", "execute_analysis", "output", "export", "plot"},
    {"retry", "work"},
    {"run", "estimate"},
    {"interpret", "farm", "explore", "gallery", "adaptive", "catalogue"},
    {"cli"},
    {"__main__", "__init__"},
]
HEIGHT = {name: height for height, names in enumerate(LEVELS) for name in names}
#: the data layer: reads results, knows nothing of training
DATA = {"plot", "result", "metrics", "geometry", "theory", "store", "reductions", "fingerprint",
        "export", "exact", "percell", "ranking", "best_known", "basins", "settling", "judged",
        "boundaries", "refinement", "compare", "stored"}  # fmt: skip
#: the compute layer
COMPUTE = {
    "engines",
    "train",
    "execute",
    "execute_function",
    "execute_analysis",
    "run",
    "start",
    "output",
    "work",
    "keys",
    "rows",
}


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


def violation(own, dotted):
    """What is wrong with an import at module level, or None."""
    target, words = inner(dotted), [*dotted.split("."), ""]
    if target is None or target == own or not {own, target} <= set(HEIGHT):
        return None
    if (
        target in registry.FOLDERS.values()
        and words[2] == "_base"
        and HEIGHT[own] > HEIGHT["parts"]
    ):
        return None  # what every variant of a kind provides stands right above the parts
    if own in REGISTRIES and target in REGISTRIES and own != "engines":
        # parts hold other parts: only through the bases, never a variant of another kind
        return f"{own} imports {dotted}, a variant of another kind"
    if HEIGHT[target] > HEIGHT[own]:
        return f"{own} imports {dotted} from above"
    return None


def test_imports_go_down():
    found = [violation(owner(p), dotted) for p in FILES for dotted in imports(p)]
    assert [v for v in found if v] == []


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


def test_the_data_layer_knows_nothing_of_training():
    for path in (p for p in FILES if owner(p) in DATA):
        for dotted in imports(path):
            assert dotted.split(".")[0] not in ("jax", "jaxlib", "flax", "optax"), (path, dotted)
            assert inner(dotted) not in COMPUTE, (path, dotted)


def test_registry_modules_import_heavy_packages_inside_functions():
    heavy = {"jax", "jaxlib", "flax", "optax", "matplotlib", "h5py", "scipy"}
    for path in FILES:
        if owner(path) in registry.FOLDERS.values() and not path.stem.startswith("_"):
            assert not {d.split(".")[0] for d in imports(path)} & heavy, path


def test_no_way_to_run_what_a_file_says():
    for path in FILES:
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        called = {n.func.id for n in calls if isinstance(n.func, ast.Name)}
        assert not called & {"eval", "exec", "compile", "__import__"}, path
        roots = {d.split(".")[0] for d in imports(path, everywhere=True)}
        assert not roots & {"pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}, path


def test_files_are_short():
    lengths = {p: len(p.read_text().splitlines()) for p in FILES}
    assert {p.name: n for p, n in lengths.items() if n > 300} == {}
    assert statistics.median(lengths.values()) <= 120


def test_every_module_says_what_it_is():
    silent = [str(p.relative_to(PACKAGE)) for p in FILES if not ast.get_docstring(
        ast.parse(p.read_text()))]  # fmt: skip
    assert silent == []
