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
    from phasesim import output as bridge
    from phasesim import store
    from phasesim.errors import UsageError
    from phasesim.result import stored_sweep

    run = store.RunDirectory.open(store.run_path(output))
    sweep = stored_sweep(run.manifest["config_toml"], run.path)
    with run.lock():
        layout = bridge.manifest_layout(sweep, run.manifest)
        found = sum(len(p.read(("seed",))["seed"]) for p in run.parts())
        if found < sweep.n_models:
            raise UsageError(
                f"{run.path}: {found:,} of {sweep.n_models:,} models are trained; "
                "run the sweep again to train the rest"
            )
        bridge.finish(run, output, sweep, layout, keep_run=False)
    return 0
