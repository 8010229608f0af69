"""The page's own functions, run by node, against the package."""

import contextlib
import io

import numpy as np
import pytest

import phasesim as ps
from phasesim.explore.encode import script_json
from phasesim.metrics import dimensionality, feature_norm, superposition


@pytest.fixture
def doc(make, write):
    return write(make(broken=True), theory="none")[1].data


def test_numbers_of_features_are_the_metrics(node, make, doc):
    W = make().params()["W"].reshape(-1, 2, 4)
    W = np.concatenate([W, np.zeros((1, 2, 4)), [[[1, -1, 0, 0], [0, 0, 1, 1e-7]]]])
    found = node({"W": W.tolist()}, "doc.W.map(featureNumbers)")
    for name, metric in (("norm", feature_norm), ("superposition", superposition),
                         ("dimensionality", dimensionality)):  # fmt: skip
        shown = [[feature[name] for feature in model] for model in found]
        np.testing.assert_allclose(shown, metric(W), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(node({"W": W.tolist()}, "doc.W.map(gram)"), W.swapaxes(1, 2) @ W)


@pytest.mark.parametrize("m", [2, 3, 7])
def test_vectors_are_their_principal_components(node, m):
    W = np.random.default_rng(m).normal(size=(m, 9))
    found = node({"W": W.tolist()}, "project(doc.W, 3)")
    rows = np.array(found["rows"])
    U, s, _ = np.linalg.svd(W, full_matrices=False)
    assert found["pca"] == (m > 3)
    if m <= 3:
        assert np.array_equal(rows, np.pad(W, ((0, 3 - m), (0, 0)))) and found["share"] == 1
        return
    np.testing.assert_allclose(rows.T @ rows, W.T @ U[:, :3] @ U[:, :3].T @ W, atol=1e-9)
    assert found["share"] == pytest.approx(np.sum(s[:3] ** 2) / np.sum(s**2))


def test_a_unit_is_printed_as_its_blend(node):
    found = node({"w": [0.1, -3.0, 0.0, 2.0]}, "blend(doc.w, 2)")
    assert [(t["feature"], t["weight"]) for t in found["listed"]] == [(1, -3.0), (3, 2.0)]
    assert found["rest"] == pytest.approx(0.01 / 13.01) and found["nRest"] == 2


def test_cells_values_and_marks(node, make, doc):
    result = make(broken=True)
    places = "[0,1,2].map(r => [0,1,2,3].map(c => cellAt(doc, state, [r, c])))"
    state = "const state = checked(doc, %s), map = mapOf(doc, state);"
    code = "(() => { %s return %s.map(r => r.map(cell => %s)); })()"

    def ask(choice, what):
        return node(doc, code % (state % choice, places, what))

    read = "valueAt(doc, state, map, cell, state.entry)"
    # a density that falls stands the other way up
    for choice, reduction in (("{map: 'superposition'}", "best"),
                              ("{map: 'superposition', reduce: 'mean'}", "mean")):  # fmt: skip
        wanted = result.metric("superposition", reduction)[..., -1]
        shown = np.array(ask(choice, read), float)
        trained = result.trained.any(axis=-1)
        np.testing.assert_allclose(shown[trained], wanted[trained], rtol=1e-6)
        assert np.isnan(shown[~trained]).all() and (~trained).sum() == 2
    shown = np.array(ask("{map: 'feature_norm', reduce: 'seed', seed: 2, entry: 1}", read), float)
    wanted = np.where(result.trained[..., 2], result.metric("feature_norm")[..., 2, 1], np.nan)
    np.testing.assert_allclose(shown, wanted, rtol=1e-6)
    marks = ask("{}", "markOf(doc, state, cell)")
    assert marks[0][:2] == ["failed", "not run"] and marks[1][1] == "moving"
    assert sum(mark != "" for line in marks for mark in line) == 3
    assert ask("{map: 'status', reduce: 'worst'}", f"valueText(map, {read})")[0][0] == "diverged"


def test_moves_stop_at_the_edges_and_follow_the_picture(node, make, write):
    axes = [ps.geomspace("distribution.density", 1, 0.05, 3), ps.values("n_steps", [50, 10])]
    doc = write(make(axes))[1].data
    places = "[[1,0],[Infinity,0],[-9,0],[0,1],[0,-Infinity]]"
    moves = f"{places}.map(([u, r]) => moved(doc, defaults(doc), u, r))"
    # up is a larger density, which is a smaller index here
    assert node(doc, "defaults(doc).cell") == [1, 0]
    assert node(doc, moves) == [[0, 0], [0, 0], [2, 0], [1, 0], [1, 1]]


def test_an_address_leads_back_and_nonsense_to_the_start(node, doc):
    state = {"map": "phase", "entry": 2, "cell": [2, 3], "reduce": "seed", "seed": 1, "theory": 0}
    again = node({**doc, "wanted": state}, "fromHash(doc, toHash(doc, checked(doc, doc.wanted)))")
    assert {k: again[k] for k in state} == state
    assert node(doc, "toHash(doc, defaults(doc))") == "cell=1.1"
    nonsense = ("cell=9.9", "cell=a", "cell=1", "map=%3Cscript%3E", "map=__proto__", "entry=99",
                "seed=1.5", "seed=-7", "x=0&y=0", "x=5", "step=3", "view=4", "reduce=constructor",
                "q=1", "%%%", "theory=Infinity")  # fmt: skip
    doc["texts"] = [f"#{text}" for text in nonsense]
    start, *found = node(doc, "[defaults(doc), ...doc.texts.map((text) => fromHash(doc, text))]")
    assert {
        text: state for text, state in zip(nonsense, found, strict=True) if state != start
    } == {}


def test_the_python_that_is_shown_reads_the_same_model(node, make, write, monkeypatch):
    axes = [ps.geomspace("distribution.density", 0.05, 1, 3), ps.values("n_hidden", [1, 3]),
            ps.values("optimizer", ["sgd", "adam"])]  # fmt: skip
    result = make(axes, m=3, snapshots=3)
    doc = write(result)[1].data
    doc["file"] = 'a "store".h5'
    opened = []
    monkeypatch.setattr(
        ps, "open_result", lambda path: opened.append(path) or result, raising=False
    )
    for wanted in ({"cell": [1, 1, 0], "map": "feature_norm", "seed": 2, "reduce": "seed"},
                   {"cell": [2, 0, 1], "step": 1, "map": "phases", "entry": 0}):  # fmt: skip
        doc["wanted"] = wanted
        code = """(() => { const s = checked(doc, doc.wanted), n = shownSeed(doc, s);
                           return [pythonOf(doc, s), modelAt(doc, s.cell, n, s.step), n]; })()"""
        shown = node(doc, code)
        names = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(shown[0], "page", "exec"), names)
        cell, seed = tuple(wanted["cell"]), shown[2]
        assert names["cell"] == cell and opened[-1] == 'a "store".h5'
        m = [1, 3][cell[1]]
        assert names["W"].shape == (m, 4)
        np.testing.assert_allclose(names["W"], shown[1]["W"], rtol=1e-6)
        np.testing.assert_allclose(names["b"], shown[1]["b"], rtol=1e-6)
        assert names["status"] == ps.Status.ok
        if wanted["map"] == "feature_norm":
            assert np.array_equal(names["values"], result.metric("feature_norm")[cell][seed])


def test_names_in_python_stay_strings(node):
    axis = {"name": "a b", "path": 'x"]);import os', "named": True, "labels": ["\n\u2028\"'"]}
    made = node({"axis": axis}, "argument(doc.axis, 0)")
    assert eval(f"dict({made})") == {'x"]);import os': "\n\u2028\"'"}


def test_weights_that_were_left_out_are_said_to_be(node, make, write):
    result = make(n=6, m=6)
    whole, parsed = write(result, theory="none")
    data = len(script_json(parsed.data))
    _, parsed = write(result, theory="none", max_mb=(whole.n_bytes - 0.7 * data) / 1e6)
    doc = parsed.data
    models = node(doc, "[0,1].flatMap(i => [0,1].map(k => modelAt(doc, [i, i], k, -1).missing))")
    assert any(text.endswith("on the page, only of every 2nd cell along each axis.")
               or "on the page, only of seed" in text for text in models)  # fmt: skip
    assert doc["smaller"]


def test_a_page_with_some_weights_opens_on_a_cell_that_has_them(node, make, write):
    doc = write(make(), theory="none")[1].data
    doc["shape"], doc["models"]["stride"] = [20, 20], 8
    assert node(doc, "defaults(doc).cell") == [8, 8]
    assert node(doc, "weightPlace(doc, defaults(doc).cell)") == 4


def test_an_absent_feature_has_no_value(node, make, write):
    axes = [ps.values("n_features", [2, 4]), ps.geomspace("distribution.density", 0.1, 1, 2)]
    doc = write(make(axes), theory="none")[1].data
    code = "(() => { const s = checked(doc, {}), m = mapOf(doc, s); return [s.entry, [0, 1].map("
    code += "i => describeCell(doc, s, m, [i, 0], 3)[1])]; })()"
    entry, (less, more) = node(doc, code)
    assert entry == 0 and less == "feature 3: absent" and more.startswith("feature 3: norm")


@pytest.mark.parametrize(
    "low, high", [(0.48, 0.55), (0.2, 0.5), (0.03, 0.9), (1e-6, 2.0), (0.9, 1.1)]
)
def test_a_logarithmic_axis_has_three_labels(node, low, high):
    ticks = node({}, f"logTicks({low}, {high})")
    assert 3 <= len(ticks) <= 9 and ticks == sorted(set(ticks))
    assert low <= ticks[0] and ticks[-1] <= high
    # short numbers, as they are written
    assert len({f"{t:.5g}" for t in ticks}) == len(ticks)


@pytest.mark.parametrize("key, wanted", [("trained_share", 2 / 3), ("best_basin", 0.5)])
def test_python_of_what_is_said_of_a_cell(node, make, write, key, wanted):
    status = np.full((3, 4, 3), ps.Status.ok)
    status[1, 1, 2] = ps.Status.diverged
    W = make().stored("W").copy()
    W[2, 3, 1] = W[2, 3, 0]
    result = make(more={"status": status, "W": W})
    doc = write(result, theory="none")[1].data
    code = node({**doc, "key": key}, "pythonOf(doc, checked(doc, {map: doc.key, cell: [1, 1]}))")
    names = {"result": result}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "page", "exec"), names)
    assert names["values"] == pytest.approx(wanted)
