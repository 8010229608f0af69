"""``phasesim merge``: the final file from a running directory whose chunks are all there."""

from __future__ import annotations

from pathlib import Path


def merge(output: Path) -> int:
    """Build OUT.h5 from the verified chunks of OUT.run; `run` does this by itself.

    Parameters
    ----------
    output
        The final file, NAME.h5.
    """
    from phasesim import store
    from phasesim.work import finish, reopen

    run = store.RunDirectory.open(store.run_path(output))
    with run.lock() as held:
        finish(reopen(run, held), output, keep_run=False)
    return 0
