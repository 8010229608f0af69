"""Kills a sample sweep before each of its operations on the disk, and resumes it every time.

Run as a script with a directory; prints one JSON document. Each attempt is a fork, so that
hundreds cost no interpreter start.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import store_sample

from phasesim.store import names, osfs

OPERATIONS = [
    *("open_new", "open_append", "write", "fsync", "close", "link", "rename", "unlink"),
    *("mkdir", "rmdir", "fsync_directory"),
]


def attempt(final: Path, kill_at: int | None) -> tuple[int, int]:
    """One process running the sweep; its wait status and how many operations it began."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0
        for name in OPERATIONS:
            true_call = getattr(osfs, name)

            def counted(*args, _call=true_call, **kwargs):
                nonlocal count
                if count == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)
                count += 1
                return _call(*args, **kwargs)

            setattr(osfs, name, counted)
        code = 1
        try:
            store_sample.sweep(final, lambda index: os.write(writer, bytes([index])))
            code = 0
        finally:
            os.write(writer, b"\xff" + count.to_bytes(4, "big"))
            os._exit(code)
    os.close(writer)
    told = b""
    while block := os.read(reader, 64):
        told += block
    os.close(reader)
    status = os.waitpid(child, 0)[1]
    acknowledged, _, count = told.partition(b"\xff")
    if kill_at is not None:
        check_acknowledged(final, acknowledged)
    return status, int.from_bytes(count, "big")


def check_acknowledged(final: Path, acknowledged: bytes) -> None:
    """Every chunk whose commit returned is in the directory, or already in a final file."""
    run = names.run_path(final)
    if (run / "manifest.json").exists():
        done = store_sample.store.RunDirectory.open(run).completed()
        assert set(acknowledged) <= set(done), (acknowledged, done)
    elif acknowledged:
        store_sample.store.open_final(final).close()


def main(root: Path, every: int) -> None:
    """Try every kill point and report what the final files were."""
    warnings.simplefilter("ignore")
    # Imports h5py here once, not in every fork.
    store_sample.store.encode_chunk(store_sample.rows([0]), {})
    reference = root / "reference" / "x.h5"
    reference.parent.mkdir()
    status, total = attempt(reference, None)
    assert status == 0, status
    hashes, leftovers, survived = set(), [], 0
    for point in range(0, total, every):
        final = root / str(point) / "x.h5"
        final.parent.mkdir()
        killed, _ = attempt(final, point)
        survived += killed != signal.SIGKILL
        # Killed again two operations into the resumption, then left in peace.
        attempt(final, 2 + point % 7)
        assert attempt(final, None)[0] == 0, point
        hashes.add(names.sidecar_path(final).read_text())
        hashes.add(store_sample.store.publish.sha256_file(final) + "  x.h5\n")
        leftovers += [p.name for p in final.parent.iterdir() if p.name not in EXPECTED]
    hashes.add(names.sidecar_path(reference).read_text())
    report = {"total": total, "hashes": len(hashes), "leftovers": leftovers, "survived": survived}
    print(json.dumps(report))


EXPECTED = {"x.h5", "x.h5.sha256", "x.log.jsonl"}

if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
