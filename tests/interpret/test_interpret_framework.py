"""Analyses over a sweep: layout, resuming, refusals, cohorts, and a plugin's own."""

from __future__ import annotations

import json

import numpy as np
import pytest

import phasesim as ps
from phasesim import gallery, registry, store
from phasesim.cli.app import main
from phasesim.fields import static
from phasesim.interpret._base import Analysis, Output
from phasesim.interpret._run import analyse
from phasesim.source import Arrays


@pytest.fixture(scope="module", autouse=True)
def sizes():
    """A cheap analysis, registered while this module's tests run."""

    @ps.part("phasesim, this test")
    class sizes(Analysis):
        """Squared length of each direction, and how many pass each threshold."""

        n_thresholds: int = static(2, "how many", low=1)
        over_steps: bool = static(False, "at every recorded step")
        wrong: bool = static(False, "returns another shape")

        @property
        def snapshots(self):
            return self.over_steps

        @property
        def outputs(self):
            step = ("step",) if self.over_steps else ()
            return {
                "square": Output((*step, "feature"), "|W_i|^2"),
                "above": Output(("threshold",), "features above each threshold"),
            }

        def coords(self, experiment):
            return {"threshold": [0.5 * (i + 1) for i in range(self.n_thresholds)]}

        def measure(self, params, experiment, key):
            import jax.numpy as jnp

            square = (params["W"] ** 2).sum(axis=-2)
            over = square.reshape(-1) > jnp.array(self.coords(experiment)["threshold"])[:, None]
            return {"square": square[:1] if self.wrong else square, "above": over.sum(axis=1)}

    yield sizes
    registry._registered.pop(("analysis", "sizes"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_sweep):
    path = tmp_path_factory.mktemp("analyse") / "tiny.h5"
    return ps.run(tiny_sweep(record={"snapshots": 3}), path)


@pytest.fixture(scope="module")
def measured(trained):
    return analyse(trained, "sizes", store.analysis_path(trained.path, "sizes"))


def squares(W):
    return (W**2).sum(axis=-2)


def test_the_file_has_the_axes_and_seeds_of_the_store(trained, measured):
    assert measured.path.name == "tiny.sizes.h5"
    assert measured.coords.keys() == trained.coords.keys()
    assert measured.dims("square") == ("density", "seed", "feature")
    np.testing.assert_allclose(measured.stored("square"), squares(trained.stored("W")), rtol=1e-6)
    assert measured.along("threshold").tolist() == [0.5, 1.0]
    np.testing.assert_array_equal(measured.status, trained.status)
    np.testing.assert_array_equal(measured.loss, trained.ranking[1].astype("f4"))
    with store.open_final(measured.path) as file:
        assert file.attrs["source_sha256"] == store.sha256_file(trained.path)
        assert file.attrs["analysis"] == "sizes"
        assert "n_thresholds = 2" in file.config_toml


def test_a_result_finds_it_and_seeds_are_ranked_as_in_training(trained, measured):
    found = ps.open_result(trained.path).analysis("sizes")
    assert found.sweep == measured.sweep and found.sweep.analysis.n_thresholds == 2
    best = found.metric("square", "best")
    rank = np.argmin(trained.ranking[1], axis=-1)
    np.testing.assert_array_equal(best, found.stored("square")[[0, 1], rank])


def test_in_memory_it_is_the_same(trained, measured):
    again = analyse(trained, "sizes")
    assert again.path is None
    for name in measured.names():
        np.testing.assert_array_equal(again.stored(name), measured.stored(name), err_msg=name)
    assert again.along("threshold").tolist() == [0.5, 1.0]
    bare = ps.Result(trained.sweep, trained._source)
    made = analyse(bare, "sizes", n_thresholds=3)
    assert bare.analysis("sizes-n_thresholds-3") is made


def test_it_resumes_and_says_complete(trained, measured):
    before = measured.path.stat().st_mtime_ns
    analyse(trained.path, "sizes", measured.path)
    assert measured.path.stat().st_mtime_ns == before


def test_other_options_and_another_source_are_refused(trained, measured, tiny_sweep, tmp_path):
    with pytest.raises(ps.PhasesimError, match=r"analysis\.options\.n_thresholds"):
        analyse(trained, "sizes", measured.path, n_thresholds=3)
    other = ps.run(tiny_sweep(record={"snapshots": 3}, seed=1), tmp_path / "tiny.h5")
    for suffix in ("", ".sha256"):
        copy = tmp_path / (measured.path.name + suffix)
        copy.write_bytes(measured.path.with_name(copy.name).read_bytes())
    with pytest.raises(ps.PhasesimError, match=r"made of another tiny\.h5"):
        other.analysis("sizes")
    with pytest.raises(ps.PhasesimError, match=r"analysis\.source_sha256"):
        analyse(other, "sizes", tmp_path / "tiny.sizes.h5")


def test_numbers_of_another_algorithm_are_refused(trained, measured, sizes, monkeypatch):
    monkeypatch.setattr(sizes, "algorithm", 2)
    with pytest.raises(ps.PhasesimError, match=r"algorithm: found 1, expected 2.*--fresh"):
        trained.analysis("sizes")


def test_what_cannot_be_analysed_is_refused(measured, trained):
    with pytest.raises(ps.PhasesimError, match="holds no trained models"):
        analyse(measured, "sizes")
    with pytest.raises(ps.PhasesimError, match=r"with: phasesim analyse .*tiny\.h5 saliency"):
        trained.analysis("saliency")
    with pytest.raises(ps.PhasesimError, match="did you mean 'n_thresholds'"):
        analyse(trained, "sizes", n_treshold=5)
    with pytest.raises(ps.PhasesimError, match=r"phasesim\.analyse\(result, name\)"):
        analyse(trained, "sizes").analysis("sizes")


def test_models_of_different_size_share_a_file(tiny):
    axes = [ps.values("n_features", [2, 4]), ps.values("n_hidden", [1, 3])]
    sweep = ps.Sweep(tiny(), axes=axes)
    W = np.random.default_rng(0).normal(size=(2, 2, 1, 3, 4)).astype("f4")
    W[0, ..., 2:] = W[:, 0, :, 1:] = np.nan
    arrays = {"W": W, "b": W[..., 0, :], "status": np.ones((2, 2, 1), "u1"),
              "loss": np.zeros((2, 2, 1), "f4")}  # fmt: skip
    lead = ("n_features", "n_hidden", "seed")
    own = {"W": ("hidden", "feature"), "b": ("feature",), "status": (), "loss": ()}
    result = ps.Result(sweep, Arrays(arrays, {n: (*lead, *d) for n, d in own.items()}, {}))
    found = analyse(result, "sizes")
    expected = np.where(np.isnan(W).all(axis=-2), np.nan, np.nansum(W**2, axis=-2))
    np.testing.assert_allclose(found.stored("square"), expected, rtol=1e-6)
    above = [(np.nan_to_num(expected) > t).sum(axis=-1) for t in (0.5, 1.0)]
    np.testing.assert_array_equal(found.stored("above"), np.stack(above, axis=-1))


def test_snapshots_reach_an_analysis_that_asks_for_them(trained):
    found = analyse(trained, "sizes", over_steps=True)
    assert found.dims("square") == ("density", "seed", "step", "feature")
    np.testing.assert_allclose(
        found.stored("square"), squares(trained.stored("W_snapshot")), rtol=1e-6
    )
    np.testing.assert_array_equal(found.along("step"), trained.along("step"))
    kept = [n for n in trained.names() if not n.endswith("_snapshot")]
    bare = Arrays({n: trained.stored(n) for n in kept}, {n: trained.dims(n) for n in kept}, {})
    with pytest.raises(ps.PhasesimError, match=r"--set record\.snapshots=20"):
        analyse(ps.Result(trained.sweep, bare), "sizes", over_steps=True)


def test_a_return_of_another_shape_than_declared_is_refused(trained):
    with pytest.raises(
        ps.PhasesimError, match=r"'sizes': square: returned \(1,\), expected \(3,\)"
    ):
        analyse(trained, "sizes", wrong=True)


BUILT_IN = [n for n in registry.names("analysis") if n != "sizes"]


@pytest.mark.parametrize("name", BUILT_IN)
def test_an_analysis_declares_dims_and_baselines(name):
    made = registry.get("analysis", name)()
    law = "dataset" if made.of_training else "sparse_uniform"
    own = made.coords(ps.Experiment(n_features=6, n_hidden=3, distribution=law))
    for output in made.outputs.values():
        assert set(output.dims) <= {"hidden", "feature", "step", *own}
        assert output.meaning
    based = [n for n in made.outputs if n.rpartition("_")[0] in made.outputs]
    assert based, "no output has a baseline beside it"
    assert not set(made.outputs) & {"status", "loss", "seed", "cell_hash"}


def test_the_command_line(trained, measured, capsys):
    store_path = str(trained.path)
    assert main(["analyse", store_path, "sizes", "--set", "n_thresholds=2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["output"] == str(measured.path) and "square" in document["arrays"]
    assert main(["analyse", "--list", "--json"]) == 0
    listed = {e["name"]: e for e in json.loads(capsys.readouterr().out)}
    assert set(listed) == {*BUILT_IN, "sizes"}
    assert listed["neurons"]["outputs"][0]["dims"] == ["hidden", "feature"]
    for words, message in [
        (["analyse"], "expected STORE NAME, or --list"),
        (["analyse", store_path, "neurns"], "did you mean 'neurons'"),
        (["analyse", store_path, "neurons", "--set", "k=0"], "neurons.k: found 0"),
        (["analyse", store_path, "neurons", "-o", store_path], "expected another"),
    ]:
        assert main(words) == 2
        assert message in capsys.readouterr().err


CLAIM = """
[longer]
statement = "Directions are longer than what passes a threshold."
sweep = "tiny"
analysis = { name = "sizes", n_thresholds = 1 }
statistic = "square"
control = "above"
threshold = THRESHOLD
"""


def test_claims_on_the_command_line(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gallery, "folder", lambda: tmp_path)
    monkeypatch.chdir(trained.path.parent)
    (tmp_path / "tiny.toml").write_text(trained.sweep.to_toml())
    (tmp_path / "claims.toml").write_text(CLAIM.replace("THRESHOLD", "50.0"))
    assert main(["claims", "--json", "--no-train", "--quiet"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    W = trained.stored("W")
    assert row["value"] == pytest.approx(np.mean(squares(W)), rel=1e-6)
    assert row["control"] == pytest.approx(np.mean((squares(W) > 0.5).sum(axis=-1)))
    assert row["interval"][0] <= row["value"] <= row["interval"][1]
    assert row["verdict"] == "contradicted" and row["threshold"] == 50
    # its options are not the default ones, so it has a file of its own
    assert row["store"] == "tiny.sizes-n_thresholds-1.h5"
    (tmp_path / "claims.toml").write_text(CLAIM.replace("THRESHOLD", "-50.0"))
    assert main(["claims", "longer", "--no-train", "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("longer: supported: Directions are longer")
    assert main(["claims", "--list"]) == 0
    assert "[sizes: square - above > -50]" in capsys.readouterr().out
    assert main(["claims", "shorter"]) == 2
    assert "no claim 'shorter', known: longer" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    assert main(["claims", "--no-train"]) == 2
    assert "phasesim run" in capsys.readouterr().err
