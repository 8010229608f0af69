"""`phasesim figure`: the table of assertions, and the page of all figures."""

from __future__ import annotations

import json

import pytest

from phasesim import catalogue
from phasesim.cli.app import main

CONTROL = {"of": "worst seed", "measured": [0.5, None], "passed": False}
ROWS = [
    {"quantity": "a | b", "expected": "> 1", "measured": [2.0, 3.14159265], "passed": True,
     "reached": "paper", "control": CONTROL},
    {"quantity": "c", "expected": "< 1", "measured": 1.5, "passed": False,
     "reached": "not reached", "control": CONTROL},
]  # fmt: skip


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(rows, name="dim-star"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"assertions": rows}))
        return tmp_path

    return write


def test_check_prints_a_table_and_counts(drawn, capsys):
    drawn(ROWS)
    assert main(["figure", "--check", "dim-star"]) == 3
    head, first, second, count = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["figure", "reached", "at"]
    assert first.split()[:4] == ["dim-star", "paper", "2,", "3.142"]
    assert second.startswith("dim-star  not reached  1.5") and "worst seed: 0.5, –" in second
    assert head.index("measured") == first.index("2, 3.142") == second.index("1.5")
    assert count == "1 of 2 assertions hold"
    drawn(ROWS[:1])
    assert main(["figure", "--check", "dim-star", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["figure"] == "dim-star" and row["measured"] == [2.0, 3.14159265]


def test_a_report_of_an_older_version_is_refused(drawn, capsys):
    drawn([{k: v for k, v in ROWS[0].items() if k != "reached"}])
    assert main(["figure", "--check", "dim-star"]) == 2
    assert "not a figure's report" in capsys.readouterr().err


def test_the_page_shows_what_is_drawn_here(drawn, capsys):
    folder = drawn(ROWS)
    drawn(ROWS[:1], "cs-bound")
    assert main(["figure", "--gallery"]) == 0
    text = (folder / "README.md").read_text()
    assert text == catalogue.page(folder) and "README.md: written" in capsys.readouterr().err
    assert text.index("## cs-bound") < text.index("## dim-star") and "## phase-2x1" not in text
    assert "2 of 3 assertions of 2 figures hold." in text
    assert "| a \\| b | > 1 | 2, 3.142 | worst seed: 0.5, – | paper |" in text
    assert "](dim-star.png)" in text and "[code](dim_star.py)" in text
    assert "`phasesim figure dim-star`" in text


def test_one_thing_at_a_time(drawn, capsys):
    drawn(ROWS)
    assert main(["figure", "--list", "--gallery"]) == 2
    assert "exclude each other" in capsys.readouterr().err
