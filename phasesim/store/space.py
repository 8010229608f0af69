"""Room on the disk: looked at before and while a sweep is written, so that it ends cleanly."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from phasesim.errors import StoreIOError
from phasesim.store.durable import io_errors
from phasesim.store.layout import Layout

#: the chunks still to come and the final file, and a tenth for what HDF5 adds
RESERVE = 1.1
#: of a file, beside its rows
OVERHEAD = 64 << 10


def need_space(run: Path, layout: Layout, models_left: int) -> None:
    """Refuse to go on where the rest of a sweep will not fit on the disk.

    bytes = 1.1 (rows still to be written as chunks + all rows once more in the final file)

    Args:
        run: NAME.run.
        layout: of the final file.
        models_left: models whose rows are not stored yet.

    Raises:
        StoreIOError: fewer bytes are free; what is stored stays, and another run goes on.
    """
    rows = models_left + layout.n_rows
    needed = int(RESERVE * layout.row_bytes * rows) + 2 * OVERHEAD
    with io_errors(run, "ask for the free space"):
        disk = shutil.disk_usage(run)
    # some network file systems do not tell
    if disk.total and disk.free < needed:
        raise StoreIOError(
            f"{run}: {disk.free / 1e6:,.2f} MB are free, {needed / 1e6:,.2f} MB are needed for "
            f"{models_left:,} more models and the final file; make room, or choose another -o "
            f"[{errno.errorcode[errno.ENOSPC]}]"
        )
