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
_DENSE, _SPARSE = 0.35, 0.02


def privileged(result: Result) -> list[dict[str, Any]]:
    """Dense, neurons have one dominant weight; sparse, all stand for several features.

    Args:
        result: over ``model.activation`` (relu, identity) and the density, with the analysis
            basis_alignment.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis".
    """
    found, m = result.analysis("basis_alignment"), result.sweep.experiment.n_hidden
    shared = _lines(found, "polysemantic")
    single, aligned, turned = (_lines(found, name) for name in (
        "max_share", "alignment", "alignment_rotated"))  # fmt: skip
    density = np.sort(found.coords[DENSITY])
    dense, sparse = density >= _DENSE, density <= _SPARSE
    middle = shared["relu"][(shared["relu"] > 0.1 * m) & (shared["relu"] < 0.9 * m)]
    none = shared["identity"][(shared["identity"] > 0.1 * m) & (shared["identity"] < 0.9 * m)]
    return [
        assertion("share of a neuron's weights that is the largest, densest level, hidden ReLU",
            "> 0.8", lambda v: v > 0.8, (single["relu"][-1],),
            control=("hidden identity", (single["identity"][-1],))),
        assertion("polysemantic neurons over m, dense and sparse end, hidden ReLU",
            "< 0.2 and > 0.8", lambda v, w: v < 0.2 and w > 0.8, (
                mean(shared["relu"][dense]) / m, mean(shared["relu"][sparse]) / m),
            control=("hidden identity", (mean(shared["identity"][dense]) / m,
                                         mean(shared["identity"][sparse]) / m))),
        assertion("levels at which 10 % to 90 % of the neurons are polysemantic, hidden ReLU",
            ">= 1", lambda v: v >= 1, (middle.size,), control=("hidden identity", (none.size,))),
        assertion("alignment with the neurons beyond that after a rotation, hidden ReLU", "> 0.15",
            lambda v: v > 0.15, (mean(aligned["relu"] - turned["relu"]),),
            control=("hidden identity", (mean(aligned["identity"] - turned["identity"]),))),
    ]  # fmt: skip


def activations(result: Result) -> list[dict[str, Any]]:
    """ReLU and GELU align features with neurons; the identity does not.

    Args:
        result: over ``model.activation`` and the density, with the analysis basis_alignment.

    Returns:
        Rows as `assertion` makes them.

    Source:
        Elhage et al. 2022, Toy Models of Superposition, "Superposition in a Privileged Basis";
        other activations are our own.
    """
    found = result.analysis("basis_alignment")
    aligned, turned = (_lines(found, n) for n in ("alignment", "alignment_rotated"))
    beyond = {name: mean(line - turned[name]) for name, line in aligned.items()}
    none = ("hidden identity", (beyond["identity"],))
    rows = [
        assertion(f"alignment with the neurons beyond that after a rotation, hidden {name}",
                  "> 0.1", lambda v: v > 0.1, (value,), control=none)
        for name, value in beyond.items() if name in ("relu", "gelu")
    ]  # fmt: skip
    others = [value for name, value in beyond.items() if name != "identity"]
    return [
        *rows,
        assertion("the same, lowest of all activations but the identity", "> 0.02",
                  lambda v: v > 0.02, (min(others, default=np.nan),), control=none),
        assertion("the same, without an activation", "0 ± 0.03", lambda v: abs(v) <= 0.03,
                  none[1], control=("the largest of all", (max(others, default=np.nan),))),
    ]  # fmt: skip


def _lines(found: Result, output: str) -> dict[str, np.ndarray]:
    """Activation -> mean over seeds along the density, ascending."""
    return prepare_axis_lines(found, output_values(found, output), DENSITY).mean
