"""The README promises only what is there."""

import re
from pathlib import Path

import phasesim as ps

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_nothing_is_left_to_fill_in():
    assert not re.findall(r"@[A-Z]+@|TODO|XXX", README)


def test_links_and_pictures_exist():
    root = Path(__file__).parents[2]
    targets = re.findall(r"\]\(([^)#]+)\)", README)
    local = [t for t in targets if not t.startswith("http")]
    assert local and all((root / t).exists() for t in local)


def test_commands_and_names_exist():
    from phasesim.cli.app import COMMANDS

    assert set(re.findall(r"^\$ phasesim (\w+)", README, re.M)) <= set(COMMANDS)
    for dotted in re.findall(r"\bps\.([a-z_]+(?:\.[a-z_]+)*)\(", README):
        found = ps
        for word in dotted.split("."):
            found = getattr(found, word)
        assert callable(found)
