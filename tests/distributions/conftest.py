"""The laws that the tests of this folder hold to what they say, each at several points."""

import itertools

import numpy as np
import pytest

from phasesim.parts import build

#: table -> number of features
LAWS = {
    "sparse": ({"name": "sparse_uniform", "density": 0.3}, 3),
    "dense": ({"name": "sparse_uniform", "density": 1.0}, 3),
    "one feature": ({"name": "sparse_uniform", "density": 0.3}, 1),
    "listed": ({"name": "sparse_uniform", "density": [0.1, 0.5, 1.0]}, 3),
    "one apart": (
        {"name": "sparse_uniform", "density": 0.2, "factor": 0.25, "factor_index": 2}, 3
    ),
    "pairs": ({"name": "correlated", "density": 0.3}, 6),
    "triples": ({"name": "correlated", "set_density": 0.4, "set_size": 3}, 6),
    "one of two": ({"name": "anticorrelated", "density": 0.3}, 4),
    "one of three": ({"name": "anticorrelated", "set_density": 0.6, "set_size": 3}, 6),
    "always one of three": ({"name": "anticorrelated", "density": 1 / 3, "set_size": 3}, 3),
    "exclusive": ({"name": "cooccurrence", "density": 0.3, "correlation": -1}, 5),
    "exclusive, dense": ({"name": "cooccurrence", "density": 0.7, "correlation": -1}, 2),
    "rarely together": ({"name": "cooccurrence", "density": 0.6, "correlation": -0.5}, 4),
    "often together": ({"name": "cooccurrence", "density": 0.3, "correlation": 0.6}, 5),
    "together": ({"name": "cooccurrence", "density": 0.3, "correlation": 1}, 4),
    "blocks": ({"name": "mixture", "density": 0.5, "weights": [2, 1, 3], "n_components": 3}, 6),
    "topics": (
        {"name": "mixture", "density": [0.5, 0.4, 0.9, 0.1], "background": 0.3, "weights": 3}, 4
    ),
    "contexts": ({"name": "context", "density": 0.7}, 4),
    "contexts share": (
        {"name": "context", "density": 0.4, "overlap": 2, "n_contexts": 3, "weights": [5, 1, 2]}, 5
    ),
}  # fmt: skip
NAMES = sorted({table["name"] for table, _ in LAWS.values()})


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", LAWS.values(), ids=LAWS)
    if "law_name" in metafunc.fixturenames:
        metafunc.parametrize("law_name", NAMES)


@pytest.fixture
def law(case):
    return build("distribution", case[0], "distribution")


@pytest.fixture
def n(case):
    return case[1]


@pytest.fixture(scope="session")
def probability_of_masks():
    """Every activity pattern of all features, (2ⁿ, n), and its probability by a plain loop."""

    def enumerate_masks(contexts, n):
        masks = np.array(list(itertools.product([False, True], repeat=n)))
        found = np.zeros(len(masks))
        for weight, sets in contexts:
            for row, mask in enumerate(masks):
                product = float(weight)
                for members, probabilities, patterns in sets:
                    wanted = [mask[i] for i in members]
                    product *= sum(
                        float(p) for p, s in zip(probabilities, patterns, strict=True)
                        if list(s) == wanted
                    )  # fmt: skip
                found[row] += product
        return masks, found

    return enumerate_masks
