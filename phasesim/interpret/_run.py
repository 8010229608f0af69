"""Measuring every model of a trained sweep."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from phasesim import store
from phasesim.analysis import AnalysisSweep
from phasesim.errors import UsageError
from phasesim.interpret._base import Analysis
from phasesim.parts import build
from phasesim.result import Result, open_result
from phasesim.run import Options, carry_out
from phasesim.sweep import Sweep


def analyse(
    source: Result | str | Path,
    analysis: str | Analysis,
    path: str | Path | None = None,
    options: Options | None = None,
    **fields: Any,
) -> Result:
    """Measure every model of a trained sweep.

    Args:
        source: the trained sweep, or its store.
        analysis: name of an analysis (``phasesim analyse --list``), or one with its options.
        path: the file to write; it resumes what an earlier call left, and returns a complete
            one as it is. None keeps everything in memory.
        options: how to carry it out, as for `phasesim.run`.
        **fields: options of the analysis, such as ``n_samples=1024``.

    Returns:
        A `Result` of the same axes and seeds whose stored arrays are what the analysis returns;
        seeds are ranked by the losses of the trained sweep. A result in memory keeps it for
        `Result.analysis`.

    Raises:
        UsageError: the sweep is not finished, or of a function.
        StoreMismatch: the file holds an analysis of another store, or with other options.

    >>> import phasesim as ps
    >>> sweep = ps.Sweep(ps.Experiment(n_features=2, n_hidden=1, n_steps=100), n_seeds=3)
    >>> ps.analyse(ps.run(sweep), "context_roles", n_contexts=2, n_samples=64).dims("roles")
    ('seed', 'contexts_shown', 'hidden')
    """
    result = source if isinstance(source, Result) else open_result(source)
    if type(result.sweep) is not Sweep:
        raise UsageError(f"{result.path or 'the result'}: holds no trained models")
    if result.path is not None and not result.path.is_file():
        raise UsageError(f"{result.path}: is still running, finish it with: phasesim run")
    if isinstance(analysis, Analysis):
        made = analysis.replace(**fields)
    else:
        made = build("analysis", {"name": analysis, **fields}, "analysis")
    sweep = AnalysisSweep(result.sweep, made, _hash_of(result), result)
    found = carry_out(sweep, path, options or Options())
    if result.path is None:
        result.analyses[made.label] = found
    return found


def _hash_of(result: Result) -> str:
    """SHA-256 of the store, or of the arrays of a result in memory."""
    if result.path is not None:
        return store.sha256_file(result.path)
    digest = hashlib.sha256(result.sweep.to_toml().encode())
    for name in sorted(result.names()):
        digest.update(np.ascontiguousarray(result.stored(name)).data)
    return digest.hexdigest()
