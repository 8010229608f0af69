"""Basins of constructed cells, against a plain loop and against what they must not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import phasesim as ps
from phasesim.basins import basins, invariants
from phasesim.errors import UsageError
from phasesim.reductions import reduce
from phasesim.result import Arrays, Result
from phasesim.status import Status

IGNORE, DEDICATE, PAIR = [[1.0, 0.0]], [[0.0, 1.0]], [[1.0, -1.0]]


def made(W, b, *, ratio=1.0, density=0.3, status=None, m=1):
    """One cell whose seeds have these weights; the loss stored is the exact one."""
    W, b = np.asarray(W, float), np.asarray(b, float)
    n = W.shape[-1]
    weights = [1.0] * (n - 1) + [ratio]
    importance = ps.importances.last_relative(ratio=ratio)
    law = ps.distributions.sparse_uniform(density=density)
    experiment = ps.Experiment(
        n_features=n, n_hidden=m, importance=importance, distribution=law, n_steps=100
    )
    arrays = {
        "W": (W, ("hidden", "feature")),
        "b": (b, ("feature",)),
        "loss": (ps.population_loss(W, b, density=density, importance=weights), ()),
        "status": (np.full(len(W), Status.ok) if status is None else np.array(status), ()),
    }  # fmt: skip
    dims = {name: ("seed", *own) for name, (_, own) in arrays.items()}
    sweep = ps.Sweep(experiment, n_seeds=len(W))
    return Result(sweep, Arrays({name: v for name, (v, _) in arrays.items()}, dims, {}))


def bias(W, p=0.3):
    return [0.0 if any(column) else p / 2 for column in zip(*W, strict=True)]


def cell(*models, **fields):
    return made([W for W, _ in models], [b for _, b in models], **fields)


def plain(loss, shape, ok, loss_tolerance, shape_tolerance):
    """One cell by a plain loop."""
    founders, label = [], [-1] * len(loss)
    for seed in sorted((s for s in range(len(loss)) if ok[s]), key=lambda s: loss[s]):
        for k, (own, form) in enumerate(founders):
            near = abs(loss[seed] - own) <= loss_tolerance
            if near and max(abs(shape[seed] - form)) <= shape_tolerance:
                label[seed] = k
                break
        else:
            label[seed] = len(founders)
            founders.append((loss[seed], shape[seed]))
    return label


@given(
    hnp.arrays(float, (3, 7), elements=st.floats(0, 1)),
    hnp.arrays(float, (3, 7, 2), elements=st.floats(0, 1)),
    hnp.arrays(bool, (3, 7)),
    st.floats(0, 0.5),
    st.floats(0, 0.5),
)
def test_clusters_equal_a_plain_loop(loss, shape, ok, loss_tolerance, shape_tolerance):
    found = basins(loss, shape, ok, loss_tolerance=loss_tolerance, shape_tolerance=shape_tolerance)
    for k in range(3):
        label = plain(loss[k], shape[k], ok[k], loss_tolerance, shape_tolerance)
        assert found.label[k].tolist() == label
        assert found.count[k] == max(label) + 1
        for basin in range(found.count[k]):
            members = found.label[k] == basin
            assert found.loss[k, basin] == loss[k][members].min()
            assert found.fraction[k, basin] == np.count_nonzero(members) / np.count_nonzero(ok[k])
        assert np.all(np.diff(found.loss[k][: found.count[k]]) >= 0)


def test_structures_of_a_cell_are_told_apart():
    # at density 0.3, ratio 0.5 a pair is best, then ignoring the last feature, then the first
    models = [(W, bias(W)) for W in (IGNORE, PAIR, DEDICATE, PAIR, PAIR, IGNORE)]
    result = cell(*models, ratio=0.5)
    found = result.basins()
    assert found.label.tolist() == [1, 0, 2, 0, 0, 1]
    np.testing.assert_allclose(found.fraction, [1 / 2, 1 / 3, 1 / 6])
    expected = np.array([0.0225, 0.5 * 0.0775, 0.0775]) / (1.5 * 0.0775)
    np.testing.assert_allclose(found.loss, expected)
    assert result.metric("basin").tolist() == found.label.tolist()
    assert result.metric("basin", "best_fraction") == 0.5


def test_equal_loss_of_another_shape_is_another_basin():
    # alike features: ignoring either is the same minimum, sharing costs as much at this density
    p = 4 / 7
    models = [(W, bias(W, p)) for W in (IGNORE, PAIR, DEDICATE)]
    result = cell(*models, density=p)
    assert np.ptp(result.loss) < 1e-12
    first, pair, last = result.basins().label
    assert first == last != pair
    assert result.basins(shape_tolerance=1.0).label.tolist() == [0, 0, 0]
    # of unlike features ignoring the one is not ignoring the other, however wide the tolerance
    unlike = cell(*models, density=p, ratio=0.98)
    assert len(set(unlike.basins(loss_tolerance=1.0).label.tolist())) == 3


def test_turned_and_permuted_models_share_a_basin():
    rng = np.random.default_rng(0)
    W, b = rng.normal(size=(2, 5)), 0.1 * rng.normal(size=5)
    turned = [np.linalg.qr(rng.normal(size=(2, 2)))[0] @ W for _ in range(4)]
    orders = [rng.permutation(5) for _ in range(4)]
    models = [(w[:, order], b[order]) for w, order in zip(turned, orders, strict=True)]
    assert cell(*models, m=2).basins(loss_tolerance=1e-9, shape_tolerance=1e-9).count == 1
    # the last feature now differs: models are alike only where it stays in its place
    apart = cell(*models, m=2, ratio=3.0).basins(loss_tolerance=1e-9, shape_tolerance=1e-9)
    assert apart.count == len({order[-1] for order in orders}) > 1


def test_invariants_sort_only_what_is_alike():
    numbers = np.array([[3.0, 1.0, 2.0, 0.0], [0.0, 1.0, 2.0, 3.0]])
    density = np.array([0.1, 0.1, 0.1, 0.2])
    found = invariants(numbers, density, np.array([1.0, 1.0, 0.5, 1.0]))
    assert found.tolist() == [[2.0, 1.0, 3.0, 0.0], [2.0, 0.0, 1.0, 3.0]]


def test_failed_seeds_have_no_basin():
    models = [(W, bias(W)) for W in (PAIR, IGNORE, PAIR)]
    status = [Status.diverged, Status.not_converged, Status.ok]
    result = cell(*models, ratio=0.5, status=status)
    assert result.basins().label.tolist() == [-1, 1, 0]
    assert result.basins().fraction.tolist() == [0.5, 0.5]
    assert result.metric("basin", "best_fraction") == 0.5
    none = cell(*models, status=[Status.diverged] * 3)
    assert none.basins().count == 0 and np.isnan(none.basins().fraction).all()
    assert np.isnan(none.metric("basin", "best_fraction"))


def test_the_best_fraction_is_of_codes():
    result = cell(*[(W, bias(W)) for W in (PAIR, IGNORE, PAIR, DEDICATE)], ratio=0.5)
    # the pair is superposed in both features, the others in none
    assert result.metric("phase", "best_fraction").tolist() == [0.5, 0.5]
    with pytest.raises(UsageError, match="best_fraction: found numbers, expected codes"):
        result.metric("feature_norm", "best_fraction")
    with pytest.raises(UsageError, match="did you mean 'best_fraction'"):
        reduce("best_fractoin", np.zeros(2), np.zeros(2), np.ones(2))
