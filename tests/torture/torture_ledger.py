"""What the torture found, case by case, so that it goes on where it was interrupted.

Cases are kept in ``build/torture/``, one JSON line each, and forgotten when the package or these
tests change. The variable TORTURE_SHARE, 1 by default, is the share of the cases to try.
"""

from __future__ import annotations

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

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "build" / "torture"


@cache
def code_hash() -> str:
    """Of the package and of the tests in this folder."""
    digest = hashlib.sha256()
    for root in (Path(phasesim.__file__).parent, HERE):
        for path in sorted(root.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


class Ledger:
    """The cases of one part."""

    def __init__(self, part: str) -> None:
        self.part = part
        self._path = FOLDER / f"{part}.jsonl"
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        entries = [json.loads(line) for line in lines if line.endswith("}")]
        self.done = {e["case"]: e for e in entries if e["code"] == code_hash()}

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
    share = float(os.environ.get("TORTURE_SHARE", "1"))
    if share >= 1:
        return list(cases)
    return random.Random(0).sample(list(cases), max(1, round(share * len(cases))))


def table() -> str:
    """All parts with their cases and outcomes, as Markdown; written to the folder too."""
    rows = []
    for path in sorted(FOLDER.glob("*.jsonl")):
        found = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
        found = [e for e in found if e["code"] == code_hash()]
        if found:
            outcomes = Counter(e["outcome"] for e in found).most_common()
            told = "; ".join(f"{n:,}: {word}" for word, n in outcomes)
            part = path.stem.removeprefix("test_").replace("_", " ")
            rows.append(f"| {part} | {len(found):,} | {told} |")
    if not rows:
        return ""
    text = "\n".join(["| part | cases | outcomes |", "|---|---|---|", *rows])
    (FOLDER / "table.md").write_text(text + "\n")
    return text
