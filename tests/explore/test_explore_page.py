"""The file itself: what it may do, what it holds, and what it says it leaves out."""

import base64
import hashlib
import itertools
import json
import sys

import numpy as np
import pytest

import phasesim as ps
from phasesim.cli.app import main
from phasesim.errors import MissingExtra, UsageError
from phasesim.explore import budget, library
from phasesim.explore.encode import array, script_json
from phasesim.explore.page import ASSETS, SCRIPTS


def decoded(ref):
    return np.frombuffer(base64.b64decode(ref["data"]), "<f4").reshape(ref["shape"])


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def test_the_page_may_run_its_own_scripts_and_load_nothing(make, write):
    _, parsed = write(make())
    rules = dict(rule.strip().split(" ", 1) for rule in parsed.policy.split(";"))
    assert rules["default-src"] == "'none'" and rules["img-src"] == "data:"
    assert rules["script-src"].split() == [digest(text) for text in parsed.scripts]
    assert rules["style-src"].split() == [digest(parsed.styles[0]), digest("")]
    assert len(parsed.scripts) == 3 and len(parsed.styles) == 1
    assert "unsafe" not in parsed.policy and "http" not in parsed.policy
    loading = {"src", "href", "action", "srcset", "style"}
    assert not [t for t in parsed.tags if loading & set(t[1]) or "link" in t[0]]
    handlers = [a for _, attrs in parsed.tags for a in attrs if a.startswith("on")]
    assert handlers == []


def test_own_scripts_build_no_markup_from_text():
    assert {p.stem for p in ASSETS.glob("*.js")} == {*SCRIPTS, "policy"}
    for path in ASSETS.glob("*.js"):
        text = path.read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(",
                    "Function(", "fetch(", "XMLHttp", "</script", "<!--"):  # fmt: skip
            assert way not in text, (path.name, way)
        assert len(text.splitlines()) <= 300


def test_a_style_sheet_that_the_library_would_add_is_there_already(make, write):
    _, parsed = write(make())
    assert ("i", {"id": "0" * 64, "hidden": None}) in parsed.tags


def test_arrays_are_those_of_the_result(make, write):
    result = make(broken=True)
    _, parsed = write(result)
    maps = {m["key"]: m for m in parsed.data["maps"]}
    assert {"feature_norm", "superposition", "dimensionality", "max_cosine", "phase", "basin",
            "normalized_loss", "exact_loss", "loss", "status", "loss_slope",
            "trained_share"} <= set(maps)  # fmt: skip
    # models of random weights are all different
    assert "share of trained seeds in the best basin 0.3333" in parsed.data["same"]
    for name in ("feature_norm", "normalized_loss", "exact_loss"):
        for reduction in ("best", "worst", "mean", "mean_minus_worst"):
            shown = decoded(maps[name]["reduced"][reduction]).reshape(3, 4, -1)
            wanted = result.metric(name, reduction).astype("f4").reshape(3, 4, -1)
            assert np.array_equal(shown, wanted, equal_nan=True)
        shown = decoded(maps[name]["seeds"]).reshape(3, 4, 3, -1)
        wanted = result.metric(name).astype("f4").reshape(3, 4, 3, -1)
        assert np.array_equal(shown, wanted, equal_nan=True)
    models = parsed.data["models"]
    assert np.array_equal(decoded(models["W"]), result.stored("W"), equal_nan=True)
    assert np.array_equal(decoded(parsed.data["status"]), result.status)
    assert np.array_equal(decoded(parsed.data["moving"]), result.undertrained)
    assert np.array_equal(decoded(parsed.data["basin"]), result.basins().label)
    unit = result.null_loss[..., None, None]
    np.testing.assert_allclose(decoded(models["curve"]), result.stored("loss_curve") / unit, 1e-6)
    assert decoded(models["curve_steps"]).tolist() == list(range(1, 51))


def test_axes_ascend_and_lead_back_to_the_sweep(make, write):
    axes = [ps.values("optimizer", ["sgd", "adam"]), ps.values("n_steps", [50, 1000, 10])]
    _, parsed = write(make(axes))
    names, steps = parsed.data["axes"]
    assert names["named"] and names["labels"] == ["sgd", "adam"] and names["order"] == [0, 1]
    assert steps["order"] == [2, 0, 1] and steps["centres"] == [10, 50, 1000] and steps["log"]
    assert np.all(np.diff(steps["edges"]) > 0)
    # a cell's curve ends at its own last step
    ends = decoded(parsed.data["models"]["curve_steps"])
    assert np.nanmax(ends, axis=-1).tolist() == [[50, 1000, 10]] * 2


def test_theory_is_drawn_where_it_is_of_the_experiment(make, write):
    _, parsed = write(make(n=3), theory="auto")
    (lines,) = parsed.data["theory"]
    assert list(lines["lines"]) == ["paper's candidates"]
    points = decoded(lines["lines"]["paper's candidates"])
    r, p = points[np.isfinite(points[:, 0]) & (points[:, 0] < 0.99)].T
    np.testing.assert_allclose(p, 4 * r / (2 + 5 * r), rtol=1e-6)
    assert any("--theory all" in note for note in parsed.data["left_out"])
    _, parsed = write(make(n=4))
    assert parsed.data["theory"] == []
    assert parsed.data["left_out"] == ["theory: no boundaries, n_features is 4, expected at most 3"]
    assert write(make(n=3), theory="none")[1].data["theory"] == []
    with pytest.raises(UsageError, match="expected one of auto, all, none"):
        write(make(), theory="some")


def test_a_further_metric_is_a_map_and_others_are_refused(make, write):
    _, parsed = write(make(), metrics=["effective_rank"], theory="none")
    (found,) = [m for m in parsed.data["maps"] if m["key"] == "effective_rank"]
    wanted = make().metric("effective_rank", "best")
    np.testing.assert_allclose(decoded(found["reduced"]["best"])[..., 0], wanted, 1e-6)
    with pytest.raises(UsageError, match="signed_gram: has a number for each pair"):
        write(make(), metrics=["signed_gram"])
    with pytest.raises(UsageError, match="no metric 'feature_nrm', did you mean 'feature_norm'"):
        write(make(), metrics=["feature_nrm"])


@pytest.mark.parametrize("share", [0.75, 0.5, 0.25, 0.12])
def test_a_budget_is_kept_and_what_it_costs_is_said(make, write, share):
    axes = [ps.geomspace("distribution.density", 0.05, 1, 12),
            ps.geomspace("importance.ratio", 0.2, 5, 11)]  # fmt: skip
    result = make(axes, n=5, m=4, n_seeds=8, snapshots=6)
    whole, parsed = write(result, theory="none")
    assert whole.smaller == () and parsed.data["smaller"] == []
    data = len(script_json(parsed.data))
    frame = whole.n_bytes - data
    most = frame + share * data
    small, parsed = write(result, theory="none", max_mb=most / 1e6)
    assert small.n_bytes == small.path.stat().st_size <= most
    assert small.smaller and parsed.data["smaller"] == list(small.smaller)
    assert float(parsed.data["max_mb"]) == pytest.approx(most / 1e6, abs=1e-5)
    # the weights that are left are those of the seeds and cells that they are said to be of
    models, every = parsed.data["models"], parsed.data["models"]["every"]
    stride = every * models["stride"]
    kept = decoded(models["seeds"]).astype(int)
    W = result.stored("W")[::stride, ::stride]
    wanted = np.take_along_axis(W, kept[..., None, None], axis=2)
    assert np.array_equal(decoded(models["W"]), wanted)
    best = np.argmin(result.ranking[1], axis=-1)[::stride, ::stride]
    assert (kept == best[..., None]).any(axis=-1).all()
    assert parsed.data["shape"] == [-(-12 // every), -(-11 // every)]
    with pytest.raises(UsageError, match=r"--max-mb: found .*, expected at least") as refused:
        write(result, theory="none", max_mb=frame / 1e6 / 2)
    # what is said to be enough is
    enough = float(str(refused.value).split("at least ")[1].split(",")[0])
    assert write(result, theory="none", max_mb=enough)[0].n_bytes <= enough * 1e6


def test_every_step_of_the_budget_takes_less_than_the_one_before():
    sizes = budget.Sizes((40, 30), 10, per_cell=50, per_model=4, per_model_maps=20, weights=100,
                         curve=50, snapshots=9)  # fmt: skip
    steps = list(budget._ladder(sizes))
    numbers = [keep.numbers(sizes) for keep in steps]
    assert numbers == sorted(numbers, reverse=True) and len(numbers) > 12
    assert steps[0].notes(sizes) == []
    notes = [keep.notes(sizes) for keep in steps if keep.stride == 1]
    assert all(len(less) >= len(more) > 0 for more, less in itertools.pairwise(notes[1:]))
    assert all(keep.notes(sizes)[0].startswith("cells: ") for keep in steps[len(notes) :])
    assert numbers[-1] < 0.001 * numbers[0]


def test_a_running_sweep_and_one_without_weights_have_pages(make, write, tmp_path):
    result = make(broken=True)
    _, parsed = write(result, theory="none")
    assert parsed.data["running"] == "33 of 36 models done"
    swept = ps.sweep_function(lambda key, lr: {"value": lr, "grid": lr * np.ones((20, 20))},
                              [ps.values("lr", [1.0, 2.0])], n_seeds=2)  # fmt: skip
    _, parsed = write(swept)
    found = {m["key"]: m for m in parsed.data["maps"]}
    assert set(found) == {"value"} and len(parsed.data["same"]) == 2
    assert decoded(found["value"]["reduced"]["mean"]).ravel().tolist() == [1, 2]
    assert parsed.data["left_out"] == ["grid: no map, it has 400 entries a model"]
    assert parsed.data["ranking"] == "" and "W" not in parsed.data["models"]


def test_names_are_data_and_nothing_else(make, write, tmp_path):
    nasty = "</script><script>alert(1)</script><!--&\"'`${1}\u2028"
    result = make(path=tmp_path / f"{nasty.replace('/', '')}.h5")
    object.__setattr__(result.sweep, "name", nasty)
    made, parsed = write(result, theory="none")
    assert parsed.data["name"] == nasty
    assert len(parsed.scripts) == 3 and not any("alert" in text for text in parsed.scripts)
    assert made.path.read_text().count("alert(1)</script>") == 0
    assert json.loads(script_json(nasty)) == nasty


def test_numbers_are_little_endian_single_precision():
    ref = array(np.array([[1.5, np.nan]], ">f8"))
    assert ref["shape"] == [1, 2]
    assert np.array_equal(decoded(ref), [[1.5, np.nan]], equal_nan=True)


def test_without_plotly_the_pip_line_is_named(tmp_path, monkeypatch, capsys, make):
    monkeypatch.setattr(library.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'phasesim\[explore\]'"):
        make().explore(tmp_path / "x.html")
    assert not (tmp_path / "x.html").exists()


def test_a_page_is_html_and_a_store_is_safe_from_it(make, write, tmp_path):
    with pytest.raises(UsageError, match=r"x\.h5: expected a name that ends in \.html"):
        make().explore(tmp_path / "x.h5")


@pytest.fixture(scope="module")
def stored(tmp_path_factory, tiny_sweep):
    path = tmp_path_factory.mktemp("stored") / "tiny.h5"
    ps.run(tiny_sweep(n_steps=5), path)
    return path


def test_the_command(stored, tmp_path, monkeypatch, capsys, write):
    monkeypatch.chdir(tmp_path)
    assert main(["explore", str(stored), "--json", "--max-mb", "3"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["output"] == "tiny.html" and said["left_out"] == said["smaller"] == []
    assert said["bytes"] == (tmp_path / "tiny.html").stat().st_size
    assert main(["explore", str(stored), "-o", "b.html", "--metric", "packing"]) == 0
    assert "b.html: written" in capsys.readouterr().err
    assert '"packing"' in (tmp_path / "b.html").read_text()
    assert main(["explore", "none.h5"]) == 2
    assert main(["explore", str(stored), "--max-mb", "0"]) == 2
    (tmp_path / "tiny.toml").write_text("n_steps = 5")
    assert main(["explore", "tiny.toml"]) == 2
    said = capsys.readouterr().err
    assert said.count("error: ") == 3 and "make it with: phasesim run tiny.toml" in said
    assert "plotly" not in sys.modules


def test_analyses_beside_the_store_are_maps(stored, write):
    found = ps.analyse(stored, "neurons", stored.with_name("tiny.neurons.h5"), n_samples=128)
    stored.with_name("tiny.other.h5").write_bytes(b"not a store")
    stored.with_name("tiny-2.neurons.h5").write_bytes(b"of another store")
    with ps.open_result(stored) as result:
        _, parsed = write(result)
        maps = {m["key"]: m for m in parsed.data["maps"] if m["group"] == "analysis neurons"}
        wanted = {f"neurons.{name}" for name in found.names()} - {"neurons.status"}
        same = {text.rpartition(" ")[0] for text in parsed.data["same"]}
        assert set(maps) < wanted
        assert {name.replace(".", " ").replace("_", " ") for name in wanted - set(maps)} <= same
        share = maps["neurons.share"]
        assert share["labels"][:4] == [f"hidden 0, feature {i}" for i in range(3)] + [
            "hidden 1, feature 0"
        ]
        assert share["label"].startswith("neurons share: part of the neuron's squared drive")
        wanted = found.stored("share").reshape(2, 2, -1)
        assert np.array_equal(decoded(share["seeds"]), wanted.astype("f4"), equal_nan=True)
        best = np.take_along_axis(wanted, np.argmin(result.ranking[1], -1)[:, None, None], 1)[:, 0]
        assert np.array_equal(decoded(share["reduced"]["best"]), best, equal_nan=True)
    (note,) = parsed.data["left_out"]
    assert note.startswith("analysis other: no maps, ")
