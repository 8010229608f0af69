"""Pages made from the code name everything that is there."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest

import phasesim as ps
from phasesim import gallery, registry
from phasesim.cli.app import COMMANDS
from phasesim.experiment import Experiment
from phasesim.interpret._claims import load_claims
from phasesim.parts import specs

EXTENSIONS = Path(__file__).parents[2] / "docs" / "_ext"


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXTENSIONS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def generated():
    return load("generated")


def test_parts(generated):
    text = generated.parts()
    for kind in registry.FOLDERS:
        section = text.partition(f"## {kind}\n")[2].partition("\n## ")[0]
        assert all(f"### `{name}`\n" in section for name in registry.names(kind))
    assert "`density`" in text and "a number in (0, 1]" in text


def test_configuration(generated):
    text = generated.configuration()
    assert all(f"| `{name}` |" in text for name in specs(Experiment))


def test_python(generated):
    text = generated.python()
    for name in ps.__all__:
        assert f" phasesim.{name}\n" in text or name in ps._MODULES
    assert ".. autofunction:: phasesim.theory.optimum\n" in text
    assert ".. autoclass:: phasesim.models.relu_output\n" in text


def test_claims(generated):
    text = generated.claims()
    for name, claim in load_claims().items():
        assert f"| `{name}` | " in text and claim.statistic in text


def test_a_page_of_the_repository_links_from_where_it_is_shown(generated):
    text = generated.elsewhere("figures/README.md")
    drawn = [name for name in gallery.names() if f"## {name}\n" in text]
    assert drawn and all(f"](../../figures/{name}.png)" in text for name in drawn)
    files = re.findall(r"\{download\}`[^<]*<([^>]*)>`", text)
    assert files and all(Path(os.path.normpath(generated.FOLDER / path)).exists() for path in files)
    assert "](http" in generated.elsewhere("CHANGELOG.md")


def test_commands_are_those_of_the_help(generated):
    text = generated.make_app().generate_docs("markdown")
    assert all(f"## phasesim {name}\n" in text for name in COMMANDS)


def test_a_script_becomes_a_notebook():
    pytest.importorskip("nbformat")
    read = load("percent").read
    notebook = read("# %% [markdown]\n# # Title\n#\n# Text\n\n# %%\nx = 1\n\n\nx\n# %%\n")
    assert [c.cell_type for c in notebook.cells] == ["markdown", "code"]
    assert [c.source for c in notebook.cells] == ["# Title\n\nText", "x = 1\n\n\nx"]
    assert read("# %%\n1\n") == read("# %%\n1\n")


def test_formulas_of_docstrings_are_no_markup():
    import doctest

    module = load("docstrings")
    sys.modules["docstrings"] = module
    try:
        found = doctest.testmod(module)
        assert (found.attempted, found.failed) == (1, 0)
    finally:
        del sys.modules["docstrings"]
