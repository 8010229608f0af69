"""Fills a real tmpfs under a sweep, in a mount namespace of its own; one JSON line a case.

Run as a script by `unshare`, with a mount point and cases "after:leave": once so many chunks are
committed, all but so many bytes of the file system are taken.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from torture_sweep import Tortured, one_error_line
from torture_zygote import Zygote

SIZE = "2m"


def main(mount: Path, cases: list[str]) -> None:
    """Fill, fail, make room, finish."""
    with Zygote() as zygote:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", mount], check=True)
        sweep = Tortured(zygote, mount, n_seeds=6)
        for case in cases:
            after, leave = map(int, case.split(":"))
            folder, filler = sweep.begin(case.replace(":", "-")), mount / "filler"
            fault = {"fill": str(filler), "after": after, "leave": leave}
            ended = sweep.run(folder, fault=fault)
            full = ended.code == 74
            if full:
                assert one_error_line(ended) and "ENOSPC" in ended.stderr, ended
                sweep.check_kept(folder, ended.committed)
            else:
                assert ended.code == 0, ended
            filler.unlink(missing_ok=True)
            if full:
                assert not set(sweep.finish(folder).committed) & set(ended.committed)
            subprocess.run(["rm", "-r", folder], check=True)
            print(json.dumps([case, "full, then finished" if full else "enough room"]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
