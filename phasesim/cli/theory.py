"""``phasesim theory``: the paper's candidates, the true optimum, and phase boundaries."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import App, Parameter

from phasesim.cli.common import print_json, print_table

app = App(name="theory", help="Candidate losses, the true optimum, phase boundaries.")
Json = Annotated[bool, Parameter(negative="")]


@app.command
def phase(
    *, n_features: int, n_hidden: int, density: float, ratio: float, json: Json = False
) -> int:
    """Losses of the paper's candidate solutions, the best of them, and the true optimum.

    Parameters
    ----------
    n_features
        Features n; the last one is the extra feature.
    n_hidden
        Hidden units m.
    density
        P(a feature is active).
    ratio
        Importance of the last feature relative to the others.
    json
        One JSON document on stdout.
    """
    import numpy as np

    from phasesim import theory
    from phasesim.importances.last_relative import last_relative
    from phasesim.metrics._phases import Phase

    candidates = theory.phase_candidates(n_features, n_hidden, density=density, ratio=ratio)
    importance = last_relative(ratio=ratio).per_feature(n_features)
    best = theory.optimum(n_features, n_hidden, density=density, importance=importance)
    W, b = best.params
    found = {
        "candidates": {name: float(loss) for name, loss in candidates.items()},
        "argmin": min(candidates, key=lambda name: candidates[name]),
        "optimum": {
            "loss": float(best.loss),
            "phase": [Phase(code).label for code in best.phase],
            "W": np.asarray(W),
            "b": np.asarray(b),
        },
    }
    if json:
        print_json(found)
        return 0
    rows: list[tuple[str, Any]] = [(f"L({k})", f"{v:.8g}") for k, v in candidates.items()]
    rows += [("argmin", found["argmin"]), ("true optimum", f"{best.loss:.8g}")]
    rows += [("phases", ", ".join(found["optimum"]["phase"]))]
    rows += [("W", np.array2string(np.asarray(W), precision=5).replace("\n", " "))]
    rows += [("b", np.array2string(np.asarray(b), precision=5))]
    print_table(rows)
    return 0


@app.command
def boundary(
    *,
    n_features: int,
    n_hidden: int,
    ratio: Annotated[list[float], Parameter(consume_multiple=True, negative="")],
    json: Json = False,
) -> int:
    """Densities at which the extra feature changes phase.

    Parameters
    ----------
    n_features
        Features n.
    n_hidden
        Hidden units m.
    ratio
        Relative importances of the last feature.
    json
        One JSON document on stdout.
    """
    import dataclasses

    from phasesim import theory

    rows = [dataclasses.asdict(theory.boundary(n_features, n_hidden, r)) for r in ratio]
    if json:
        print_json(rows)
        return 0
    names = ["ratio", "density_leaves_zero", "density_half", "density_paper"]
    print("  ".join(f"{n:>20}" for n in names))
    for row in rows:
        cells = ["-" if row[n] is None else f"{row[n]:.4f}" for n in names]
        print("  ".join(f"{c:>20}" for c in cells))
    return 0
