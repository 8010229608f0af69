"""Files from elsewhere: looked through by a child process before this one opens them.

A crafted or damaged HDF5 file can make libhdf5 crash or hang in C code, which only the end of
the process ends. So a child with little memory, little time and no right to write opens the
file, applies the guard and reads what it holds; only a file that the child came through with is
opened here.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from phasesim.errors import PhasesimError, StoreDamaged, StoreIOError, StoreNewer
from phasesim.store.known import is_known, note_known

#: seconds after which the child is ended
PATIENCE = 30.0
#: seconds of reading after which a file has been read enough: huge ones take minutes
ENOUGH = 10.0
#: bytes the child may take beside what Python and HDF5 take
MEMORY = 2 << 30
_CHILD = "import sys; from phasesim.store.elsewhere import main; sys.exit(main(sys.argv[1]))"
_KINDS = {kind.__name__: kind for kind in (StoreDamaged, StoreIOError, StoreNewer)}


def look_once(path: Path) -> None:
    """Have a child process look through a final file, unless this user wrote it or has done so.

    Raises:
        StoreDamaged, StoreNewer, StoreIOError: As `check_elsewhere`.
    """
    if not is_known(path):
        check_elsewhere(path)
        note_known(path)


def check_elsewhere(path: Path) -> None:
    """Have a child process look through a final file.

    Raises:
        StoreDamaged: The file is not one of phasesim, or the child did not come through.
        StoreNewer: A later phasesim wrote it.
        StoreIOError: It cannot be read.
    """
    # the package may be importable through a path that only this process knows
    paths = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    command = [sys.executable, "-P", "-c", _CHILD, str(path.absolute())]
    try:
        child = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "PYTHONPATH": paths},
        )
    except subprocess.TimeoutExpired:
        raise StoreDamaged(f"{path}: reading it did not end within {PATIENCE:.0f} s") from None
    if child.returncode:
        raise _reported(child, path)


def _reported(child: subprocess.CompletedProcess, path: Path) -> PhasesimError:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        told = json.loads(child.stdout)
        return _KINDS[told["kind"]](told["text"])
    how = f"signal {-child.returncode}" if child.returncode < 0 else f"code {child.returncode}"
    return StoreDamaged(f"{path}: reading it ended a child process with {how}")


def examine(path: Path, enough: float = ENOUGH) -> None:
    """Open a final file in this process and read what it holds, for at most ``enough`` seconds."""
    from phasesim.store.reader import open_checked

    until = time.monotonic() + enough
    with open_checked(path) as final:
        for part in final.parts():
            part.read()
            if time.monotonic() > until:
                return


def limit_process() -> None:
    """Take from this process what reading a file does not need."""
    try:
        import resource
    except ImportError:  # not on Windows, where the time limit has to do
        return
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    limits = {
        resource.RLIMIT_CPU: int(PATIENCE),
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: MEMORY + pages * resource.getpagesize(),
    }
    for kind, most in limits.items():
        # a lower limit that is set already stays
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def main(name: str) -> int:
    """The child: 0 where the file can be read, else 1 and one JSON object on stdout."""
    import h5py  # noqa: F401  # its libraries count before the limits

    limit_process()
    path = Path(name)
    try:
        examine(path)
    except tuple(_KINDS.values()) as error:
        kind, text = type(error).__name__, str(error)
    except MemoryError:
        kind, text = "StoreDamaged", f"{path}: reading it takes more than {MEMORY >> 30} GiB"
    else:
        return 0
    print(json.dumps({"kind": kind, "text": text}))
    return 1
