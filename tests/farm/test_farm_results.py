"""Stored measurements say where they were made, and the page says it as they do."""

from __future__ import annotations

import json

import pytest

from benchmarks import machine, report
from benchmarks.markdown import about


def test_every_result_names_its_commit_and_the_page_prints_it():
    page = report.README.read_text()
    for path in sorted(machine.RESULTS.glob("*.json")):
        result = json.loads(path.read_text())
        assert isinstance(result["commit"], str) and isinstance(result["device"], str), path.name
    assert about(machine.load("commit")) in page


def test_a_result_cannot_overwrite_where_it_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "RESULTS", tmp_path)
    monkeypatch.setattr(machine, "describe", lambda: {"commit": "abc", "device": "x"})
    with pytest.raises(ValueError, match="slow: commit say where it was measured"):
        machine.save("slow", {"commit": {"2x1": 1}})
    assert machine.save("slow", {"cases": []}) == tmp_path / "slow.json"
    assert machine.load("slow") == {"commit": "abc", "device": "x", "cases": []}
