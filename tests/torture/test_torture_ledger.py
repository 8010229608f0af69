"""The torture goes on where it was interrupted, and forgets what was tried on other code."""

from __future__ import annotations

import pytest
import torture_ledger


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("TORTURE_SHARE", raising=False)
    monkeypatch.setattr(torture_ledger, "FOLDER", tmp_path)
    monkeypatch.setattr(torture_ledger, "_PASSED", tmp_path / "passed.jsonl")
    monkeypatch.setattr(torture_ledger, "code_hash", lambda: "this code")
    return tmp_path


def test_cases_that_are_done_are_not_tried_again(folder, monkeypatch):
    tried = []

    def trial(case):
        tried.append(case)
        if case == 2:
            raise AssertionError
        return "fine"

    with pytest.raises(AssertionError):
        torture_ledger.Ledger("test_a_part").each([1, 2, 3], trial)
    # killed while it wrote a line
    with (folder / "test_a_part.jsonl").open("a") as file:
        file.write('{"case": "3", "code')
    assert torture_ledger.Ledger("test_a_part").left([1, 2, 3]) == [2, 3]
    assert torture_ledger.Ledger("test_a_part").each([1, 3], trial) == {"fine": 2}
    assert tried == [1, 2, 3]
    monkeypatch.setattr(torture_ledger, "code_hash", lambda: "other code")
    assert torture_ledger.Ledger("test_a_part").left([1, 2, 3]) == [1, 2, 3]


def test_the_table_has_each_part_once(folder):
    torture_ledger.Ledger("test_a_part").each([1, 2], str)
    for node in ("t.py::test_a_part", "t.py::test_more[1]", "t.py::test_more[2]"):
        torture_ledger.note_passed(node)
    assert len(torture_ledger.passed()) == 3
    assert torture_ledger.table().splitlines()[2:] == [
        "| a part | 2 | 1: 1; 1: 2 |",
        "| more | 2 | 2: passed |",
    ]


def test_a_share_of_the_cases_is_not_the_test(monkeypatch):
    monkeypatch.setenv("TORTURE_SHARE", "0.5")
    torture_ledger.note_passed("t.py::test_a_part")
    assert not torture_ledger.passed()
    assert len(torture_ledger.Ledger("test_a_part").left(range(10))) == 5
