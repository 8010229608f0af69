"""``phasesim claims``: a verdict on each claim about superposition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from phasesim.cli.common import json_text, print_json, stop_on_signals
from phasesim.errors import EXIT_CELLS_LOST, EXIT_OK, UsageError, did_you_mean

Flag = Annotated[bool, Parameter(negative="")]


def claims(
    *names: str,
    list_: Annotated[bool, Parameter(name="--list", negative="")] = False,
    scale: str = "",
    no_train: Flag = False,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    quiet: Flag = False,
    json: Flag = False,
) -> int:
    """Judge claims, training and measuring in this folder what is not stored yet.

    A claim that the data contradict is a result: the exit code is 0. It is 3 where models were
    lost to a failure of the machine.

    Parameters
    ----------
    names
        The claims, see --list; all by default.
    list_
        Print the claims instead.
    scale
        Train the [scale.NAME] settings of their sweeps instead of the default ones.
    no_train
        Fail with the command to run instead of training.
    output
        A file for the JSON document too; the page of all figures shows ./claims.json.
    quiet
        No progress on stderr.
    json
        One JSON document on stdout.
    """
    from phasesim import store
    from phasesim.interpret import _claims
    from phasesim.status import Status

    known = _claims.load_claims()
    for name in names:
        if name not in known:
            raise UsageError(f"no claim '{name}', {did_you_mean(name, list(known))}")
    chosen = {name: known[name] for name in names or known}
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise UsageError(f"-o {output}: expected a file in a folder that exists")
    if list_:
        return _list(chosen, json)
    rows, lost = [], 0
    for name, claim in chosen.items():
        found = _measured(claim, scale, not no_train, quiet)
        lost += sum(int((found.status == s).sum()) for s in (Status.not_run, Status.infrastructure))
        verdict = _claims.judge(claim, found)
        measured = {**vars(verdict), "models": found.sweep.n_models, "scale": scale or "default"}
        rows.append({"name": name, **_stated(claim), **measured, "store": str(found.path)})
        if not json:
            print(_line(name, claim, verdict), flush=True)
    if json:
        print_json(rows)
    if output is not None:
        store.replace_file(output, json_text(rows).encode())
    return EXIT_CELLS_LOST if lost else EXIT_OK


def _measured(claim: Any, scale: str, train: bool, quiet: bool) -> Any:
    """The analysis that a claim names, from ./SWEEP.h5 and the file of the analysis beside it."""
    from phasesim import gallery, store
    from phasesim.cache import use_cache
    from phasesim.interpret._run import analyse
    from phasesim.progress import for_stderr
    from phasesim.run import Options

    use_cache()
    options = Options(progress=for_stderr(quiet))
    with stop_on_signals(options.stop):
        sweep = gallery.sweep_of(claim.sweep, scale)
        trained = gallery.result_of(claim.sweep, sweep, None, train=train, options=options)
        path = trained.path and store.analysis_path(trained.path, claim.analysis.label)
        return analyse(trained, claim.analysis, path, options)


def _stated(claim: Any) -> dict[str, Any]:
    from phasesim.parts import to_config

    return {**to_config(claim), "control": None, "control_of": claim.control}


def _list(claims: dict[str, Any], json: bool) -> int:
    if json:
        print_json([{"name": name, **_stated(claim)} for name, claim in claims.items()])
    for name, claim in claims.items() if not json else ():
        print(f"{name}: {claim.statement} [{claim.asked}]")
    return EXIT_OK


def _line(name: str, claim: Any, verdict: Any) -> str:
    low, high = verdict.interval
    return (
        f"{name}: {verdict.verdict}: {claim.statement} {claim.statistic} "
        f"{verdict.value:.3g} [{low:.3g}, {high:.3g}], {claim.control} {verdict.control:.3g}, "
        f"difference [{verdict.difference[0]:.3g}, {verdict.difference[1]:.3g}] "
        f"against {claim.threshold:g}"
    )
