"""What is said of features and neurons where hidden units have an activation."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasesim.plot._assertion import assertion, mean
from phasesim.plot._axis_lines import prepare_axis_lines
from phasesim.plot._curve import DENSITY
from phasesim.plot._outputs import output_values
from phasesim.result import Result

#: lowest density that counts as dense, highest that counts as sparse
_DENSE, _SPARSE = 0.35, 0.1


def beyond_chance(result: Result) -> np.ndarray:
    """Alignment of represented features less that after random rotations, (*axes, seed)."""
    found = result.analysis("basis_alignment")
    aligned, turned = (output_values(found, name, keep="feature")
                       for name in ("alignment", "alignment_rotated"))  # fmt: skip
    here = np.asarray(result.metric("feature_norm"), dtype=float) > 0.5
    total, count = np.where(here, aligned - turned, 0).sum(axis=-1), here.sum(axis=-1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def privileged(result: Result) -> list[dict[str, Any]]:
    """Dense, neurons have one dominant weight; sparse, all stand for several features.

    Args:
        result: over ``model.activation`` (relu, identity) and the density, with the analysis
            basis_alignment.

    Returns:
        Rows as `assertion` makes them; where they say best it is of all seeds, as the source does.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis".
    """
    found, m = result.analysis("basis_alignment"), result.sweep.experiment.n_hidden
    shared, single = (
        _lines(found, _of_best(result, output_values(found, name)))
        for name in ("polysemantic", "max_share")
    )
    beyond = _lines(found, beyond_chance(result))
    mixed = {k: int(((line > 0) & (line < m)).sum()) for k, line in shared.items()}
    # from dense to sparse
    rising = shared["relu"][::-1]
    return [
        assertion("share of a neuron's weights that is the largest, densest level, hidden ReLU, "
            "best seed", "> 0.8", lambda v: v > 0.8, (single["relu"][-1],),
            control=("hidden identity", (single["identity"][-1],))),
        assertion("polysemantic neurons, densest and sparsest level, hidden ReLU, best seeds",
            f"0 and {m}", lambda v, w: v == 0 and w == m, (rising[0], rising[-1]),
            control=("hidden identity", (shared["identity"][-1], shared["identity"][0]))),
        assertion("the same, largest fall from a level to the next sparser one", "0",
            lambda v: v == 0, (_fall(rising),), control=("backward", (_fall(rising[::-1]),))),
        assertion("levels at which some of the neurons are polysemantic, hidden ReLU, best seeds",
            ">= 1", lambda v: v >= 1, (mixed["relu"],),
            control=("hidden identity", (mixed["identity"],))),
        assertion("alignment with the neurons beyond that after a rotation, densest level, hidden "
            "ReLU, all seeds", "> 0.15", lambda v: v > 0.15, (beyond["relu"][-1],),
            control=("hidden identity", (beyond["identity"][-1],))),
        assertion("the same, mean of all levels", "> 0.15", lambda v: v > 0.15,
            (mean(beyond["relu"]),), control=("hidden identity", (mean(beyond["identity"]),))),
    ]  # fmt: skip


def activations(result: Result) -> list[dict[str, Any]]:
    """Dense, ReLU, GELU and tanh align features with neurons; the identity nowhere does.

    Args:
        result: over ``model.activation`` and the density, with the analysis basis_alignment.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis";
        other activations are our own.
    """
    beyond = _lines(result.analysis("basis_alignment"), beyond_chance(result))
    density = np.sort(result.coords[DENSITY])
    dense, sparse = density >= _DENSE, density <= _SPARSE
    none = beyond.pop("identity")
    same = "the same"
    rows = [
        assertion(f"alignment with the neurons beyond that after a rotation, p >= {_DENSE}, "
                  f"hidden {name}", "> 0.05", lambda v: v > 0.05, (mean(beyond[name][dense]),),
                  control=("hidden identity", (mean(none[dense]),)))
        for name in ("relu", "gelu", "tanh") if name in beyond
    ]  # fmt: skip
    everywhere = {name: mean(line) for name, line in beyond.items()}
    wanted = [everywhere.get(name, np.nan) for name in ("relu", "gelu")]
    return [
        *rows,
        assertion(f"{same}, p <= {_SPARSE}, largest of all activations", "< 0.03",
                  lambda v: v < 0.03, (max(mean(line[sparse]) for line in beyond.values()),),
                  control=(f"p >= {_DENSE}", (max(mean(li[dense]) for li in beyond.values()),))),
        assertion(f"{same}, mean of all levels, without an activation", "0 ± 0.03",
                  lambda v: abs(v) <= 0.03, (mean(none),),
                  control=(f"the largest of all, p >= {_DENSE}", (
                      max(mean(line[dense]) for line in beyond.values()),))),
        assertion(f"{same}, mean of all levels: hidden ReLU, hidden GELU, the lowest of all",
                  "> 0.1, > 0.1, > 0.02", lambda r, g, w: r > 0.1 and g > 0.1 and w > 0.02,
                  (*wanted, min(everywhere.values())),
                  control=("hidden identity", (mean(none),) * 3)),
    ]  # fmt: skip


def _of_best(result: Result, values: np.ndarray) -> np.ndarray:
    """Numbers of each model, NaN but of the seed of the smallest loss."""
    losses = np.asarray(result.loss, dtype=float)
    losses = np.where(np.isfinite(losses), losses, np.inf)
    best = np.arange(losses.shape[-1]) == losses.argmin(axis=-1)[..., None]
    return np.where(best, values, np.nan)


def _fall(values: np.ndarray) -> float:
    return float(np.max(-np.diff(values), initial=0.0))


def _lines(found: Result, values: np.ndarray) -> dict[str, np.ndarray]:
    """Activation -> mean over seeds along the density, ascending."""
    return prepare_axis_lines(found, values, DENSITY).mean
