"""What the torture found, case by case, so that it goes on where it was interrupted.

Cases are kept in ``build/torture/``, one JSON line each, and forgotten when the package or the
tests change. The variable TORTURE_SHARE, 1 by default, is the share of the cases to try.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import phasesim

TESTS = Path(__file__).parents[1]
FOLDER = TESTS.parent / "build" / "torture"
_PASSED = FOLDER / "passed.jsonl"


@cache
def code_hash() -> str:
    """Of the package and of the tests."""
    digest = hashlib.sha256()
    for root in (Path(phasesim.__file__).parent, TESTS):
        for path in sorted(root.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Ledger:
    """The cases of one part."""

    def __init__(self, part: str) -> None:
        self.part = part
        self._path = FOLDER / f"{part}.jsonl"
        self.done = {entry["case"]: entry for entry in _entries(self._path)}

    def each(self, cases: Sequence[Any], trial: Callable[[Any], str]) -> Counter:
        """Try every case that is not done; outcomes of all of them, and how often each was had.

        Args:
            cases: whatever JSON can hold.
            trial: returns its outcome in words; raises where the case fails.
        """
        FOLDER.mkdir(parents=True, exist_ok=True)
        found: Counter = Counter()
        with self._path.open("a") as file:
            for case in share_of(cases):
                key = json.dumps(case, sort_keys=True)
                if key not in self.done:
                    self.done[key] = {"case": key, "code": code_hash(), "outcome": trial(case)}
                    file.write(json.dumps(self.done[key]) + "\n")
                    file.flush()
                found[self.done[key]["outcome"]] += 1
        return found

    def left(self, cases: Sequence[Any]) -> list[Any]:
        """The cases that `each` would try."""
        return [c for c in share_of(cases) if json.dumps(c, sort_keys=True) not in self.done]


def share_of(cases: Sequence[Any]) -> list[Any]:
    """The cases to try: all, or a random share."""
    share = _share()
    if share >= 1:
        return list(cases)
    return random.Random(0).sample(list(cases), max(1, round(share * len(cases))))


def _share() -> float:
    return float(os.environ.get("TORTURE_SHARE", "1"))


def passed() -> set[str]:
    """Node ids of the slow tests that passed."""
    return {entry["case"] for entry in _entries(_PASSED)}


def note_passed(node: str) -> None:
    """Remember that a slow test passed; a share of its cases is not the test."""
    if _share() >= 1:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with _PASSED.open("a") as file:
            file.write(json.dumps({"case": node, "code": code_hash(), "outcome": "passed"}) + "\n")


def table() -> str:
    """All parts with their cases and outcomes, as Markdown; written to the folder too.

    A part is a test with cases of its own in the ledger, or all the parameters of another one.
    """
    found = {path.stem: _entries(path) for path in sorted(FOLDER.glob("*.jsonl"))}
    whole = found.pop(_PASSED.stem, [])
    with_ledger = {part for part, entries in found.items() if entries}
    for entry in sorted(whole, key=lambda e: e["case"]):
        part = entry["case"].split("::")[-1].partition("[")[0]
        if part not in with_ledger:
            found.setdefault(part, []).append(entry)
    rows = []
    for part, entries in found.items():
        if entries:
            outcomes = Counter(e["outcome"] for e in entries).most_common()
            told = "; ".join(f"{n:,}: {word}" for word, n in outcomes)
            name = part.removeprefix("test_").replace("_", " ")
            rows.append(f"| {name} | {len(entries):,} | {told} |")
    if not rows:
        return ""
    text = "\n".join(["| part | cases | outcomes |", "|---|---|---|", *rows])
    (FOLDER / "table.md").write_text(text + "\n")
    return text


def _entries(path: Path) -> list[dict[str, str]]:
    found = []
    for line in path.read_text().splitlines() if path.exists() else []:
        # a process that was killed leaves half a line
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return [entry for entry in found if entry["code"] == code_hash()]
