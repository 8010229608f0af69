"""What the quick start and the how-to pages say works, line by line, in the order of the menu."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from phasesim import cache, gallery, registry
from phasesim.cli.app import main
from phasesim.plot._boundaries import boundaries_of

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
#: first line of a block that is a file: its path
FILE = re.compile(r"# ([\w./-]+\.(?:py|toml))\n")
#: what the page's sweep is cut down to
SMALL = {
    "n_steps = 2_000": "n_steps = 200",
    ", 20]": ", 5]",
    "batch_size = 1024": "batch_size = 64",
}


@dataclass
class Page:
    """What following one page did."""

    files: list[str]
    commands: list[str]
    scripts: int


def follow(name: str) -> Page:
    """Do in this folder what a page says, from top to bottom; each step has to succeed."""
    done = Page([], [], 0)
    space: dict[str, object] = {"__name__": "__page__"}
    for kind, text in BLOCK.findall((DOCS / name).read_text()):
        file = FILE.match(text)
        if file:
            path = Path(file[1])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            done.files.append(file[1])
        elif kind == "python":
            exec(compile(text, f"{name}", "exec"), space)
            done.scripts += 1
        elif kind == "console":
            for command, printed in re.findall(r"^\$ phasesim (.*)\n((?:(?!\$).*\n)*)", text, re.M):
                _give(command, printed)
                done.commands.append(command)
    return done


def _give(command: str, printed: str) -> None:
    code = main(shlex.split(command))
    assert code == (2 if printed.startswith("error: ") else 0), command
    if command.startswith("config init"):
        path = Path(f"{command.split()[-1]}.toml")
        text = path.read_text()
        for large, small in SMALL.items():
            assert large in text
            text = text.replace(large, small)
        path.write_text(text)


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A folder after the quick start, whose store the other pages read."""
    path = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        # nothing is kept in the user's cache, and lines of theory have few points
        patch.setattr(cache, "use_cache", lambda: None)
        patch.setattr(boundaries_of, "__defaults__", (3,))
        yield path, follow("quickstart.md")


@pytest.fixture(autouse=True)
def own_parts(monkeypatch):
    """Each page begins with the registry as it is, as if in a process of its own."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    monkeypatch.setattr(registry, "_plugin_folders", [])
    registry._files.cache_clear()
    yield
    for name in [n for n in sys.modules if n.startswith("phasesim_plugins")]:
        del sys.modules[name]
    registry._files.cache_clear()
    plt.close("all")


def test_the_quick_start(started):
    folder, done = started
    made = {path.name for path in folder.iterdir()}
    assert {"my-sweep.toml", "my-sweep.h5", "my-sweep.png", "page.html", "five.h5"} <= made
    assert len(done.commands) >= 12 and done.scripts == 1


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("distribution", "my-parts/distributions/neighbours.py"),
        ("model", "my-parts/models/two_layers.py"),
        ("metric", "my-parts/metrics/features_used.py"),
        ("analysis", "my-parts/interpret/dead_units.py"),
    ],
)
def test_a_part_is_one_file(started, kind, file):
    done = follow(f"how-to/{kind}.md")
    assert [f for f in done.files if f.endswith(".py")] == [file]
    assert done.commands and done.scripts


@pytest.mark.slow
def test_a_figure_is_a_module_and_its_settings(started, monkeypatch):
    folder, _ = started
    monkeypatch.setattr(gallery, "folder", lambda: folder / "figures")
    done = follow("how-to/figure.md")
    assert done.files == ["figures/my_diagram.py", "figures/my-diagram.toml"]
    assert (folder / "my-diagram.pdf").exists() and (folder / "two-maps.pdf").exists()


@pytest.mark.parametrize("name", ["readers", "resume", "completion"])
def test_other_pages(started, name):
    done = follow(f"how-to/{name}.md")
    assert done.commands


def test_axes_are_written_as_their_page_says(started):
    done = follow("reference/axes.md")
    assert len(done.files) == len(done.commands) == 2


def test_the_error_that_the_quick_start_prints_is_what_is_printed(started, capsys):
    text = (DOCS / "quickstart.md").read_text()
    ((command, printed),) = re.findall(r"^\$ phasesim (.*)\n(error: .*)$", text, re.M)
    main(command.split())
    assert capsys.readouterr().err.strip() == printed


def test_every_page_stands_in_the_menu():
    menu = set(re.findall(r"^([\w/-]+)$", (DOCS / "index.md").read_text(), re.M))
    pages = {p.relative_to(DOCS).with_suffix("").as_posix() for p in DOCS.rglob("*.md")
             if not {"generated", "_build"} & set(p.parts)}  # fmt: skip
    scripts = {f"examples/{p.stem}" for p in (DOCS / "examples").glob("*.py")}
    assert (pages | scripts) - {"index"} <= menu
