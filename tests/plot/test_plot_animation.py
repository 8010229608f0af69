"""Films of training: what they show, and what writes them."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from matplotlib import animation as mpl

import phasesim as ps
from phasesim import plot
from phasesim.cli.app import main
from phasesim.metrics.dimensionality import dimensionality
from phasesim.source import Arrays


@pytest.fixture(scope="module")
def stored(tiny_sweep, tmp_path_factory):
    """Two cells of two seeds, at five recorded steps."""
    path = tmp_path_factory.mktemp("film") / "moving.h5"
    return ps.run(tiny_sweep(record={"snapshots": 5}), path)


def built(W, axes=(), **fields):
    """A result of recorded weights (*axes, seed, step, m, n)."""
    W = np.asarray(W, np.float32)
    e = ps.Experiment(n_hidden=W.shape[-2], n_features=W.shape[-1], **fields)
    sweep = ps.Sweep(e, axes=axes, n_seeds=W.shape[len(axes)])
    shape = W.shape[: len(axes) + 1]
    arrays = {"W_snapshot": W, "loss": np.ones(shape), "status": np.ones(shape, "u1")}
    lead = (*(a.path for a in axes), "seed")
    own = {"W_snapshot": ("step", "hidden", "feature")}
    dims = {k: lead + own.get(k, ()) for k in arrays}
    return ps.Result(sweep, Arrays(arrays, dims, {"step": np.arange(W.shape[-3])}))


def seconds(path):
    """How long a film lasts; equal frames in a row are one long one."""
    with PIL.Image.open(path) as image:
        return sum(_duration(image, k) for k in range(image.n_frames)) / 1000


def _duration(image, frame):
    image.seek(frame)
    return image.info["duration"]


def only(*present):
    return lambda self, name: name in present


def test_it_shows_one_model_from_start_to_end(stored):
    film = plot.prepare_animation(stored, select={"density": 0.3}, seed=1)
    assert film.step.tolist() == stored.along("step").tolist() and film.step[0] == 0
    np.testing.assert_array_equal(film.W[-1], stored.params()["W"][1, 1])
    np.testing.assert_allclose(film.dimensionality[-1], dimensionality(film.W[-1]))
    assert film.title == "p = 0.25 · seed 1"
    best = int(np.argmin(stored.ranking[1][0]))
    assert plot.prepare_animation(stored).title == f"p = 1 · seed {best}"


def test_cells_of_other_sizes_and_lengths_have_no_padding():
    W = np.full((2, 1, 5, 2, 4), np.nan)
    W[0, 0, :3, :, :2] = W[1] = 1
    W[0, 0, :3, :, :2] = 2
    result = built(W, [ps.values("n_features", [2, 4])])
    film = plot.prepare_animation(result, select={"n_features": 2}, seed=0)
    assert film.step.tolist() == [0, 1, 2] and film.title == "n = 2 · seed 0"
    assert np.array_equal(film.W, np.full((3, 2, 2), 2))
    with pytest.raises(ps.errors.UsageError, match="no finite weights"):
        plot.prepare_animation(built(np.full((1, 3, 1, 2), np.inf)), seed=0)


@pytest.mark.parametrize("m", [1, 2, 3])
def test_every_frame_is_drawn(m, tmp_path):
    W = np.random.default_rng(0).normal(size=(1, 3, m, 4))
    path = plot.save_animation(built(W), tmp_path / "x.gif", seed=0, fps=4)
    with PIL.Image.open(path) as image:
        first = np.asarray(image.convert("RGB"), dtype=int)
        image.seek(image.n_frames - 1)
        moved = np.abs(np.asarray(image.convert("RGB"), dtype=int) - first).max(axis=-1) > 50
    # the model on the left moves, and so do the lines on the right
    middle = moved.shape[1] // 2
    assert moved[:, :middle].sum() > 50 and moved[:, middle:].sum() > 50


def test_the_command_writes_what_is_asked_for(stored, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["animate", str(stored.path), "--at", "density=0.3", "--seed", "0", "--fps", "4"]
    assert main([*words, "-o", "film.gif"]) == 0
    assert capsys.readouterr().err == "film.gif: written\n"
    # four steps, and the last one for a second and a half
    assert seconds("film.gif") == pytest.approx(4 / 4 + 1.5)
    monkeypatch.setattr(mpl.MovieWriterRegistry, "is_available", only("pillow"))
    assert main(["animate", str(stored.path), "--quiet"]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["film.gif", "moving.gif"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "x.avi"], "found '.avi', expected .gif or .mp4"),
        (["--at", "density"], "expected AXIS=VALUE, e.g. density=0.1"),
        (["--at", "ratio=1"], "no axis 'ratio'"),
        (["--seed", "2"], "seed: found 2, expected 0 to 1"),
        (["--fps", "0"], "fps: found 0, expected a number above 0"),
    ],
)
def test_what_cannot_be_shown_is_said(stored, words, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["animate", str(stored.path), *words]) == 2
    assert said in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_without_recorded_steps_it_says_how_to_have_them():
    result = ps.Result(ps.Sweep(ps.Experiment(), n_seeds=1), Arrays({}, {}, {}))
    with pytest.raises(ps.errors.UsageError, match=r"--set record\.snapshots=40"):
        plot.animation(result)


def test_without_a_writer_it_says_what_brings_one(stored, tmp_path, monkeypatch):
    monkeypatch.setattr(mpl.MovieWriterRegistry, "is_available", only("pillow"))
    with pytest.raises(ps.errors.UsageError, match=r"install ffmpeg.*or write x\.gif"):
        plot.save_animation(stored, tmp_path / "x.mp4")
    monkeypatch.setattr(mpl.MovieWriterRegistry, "is_available", only())
    with pytest.raises(ps.errors.UsageError, match=r"pip install pillow$"):
        plot.save_animation(stored, tmp_path / "x.gif")
    with pytest.raises(ps.errors.UsageError, match=r"ffmpeg.*or pip install pillow"):
        plot.film_suffix()
    monkeypatch.setattr(mpl.MovieWriterRegistry, "is_available", only("ffmpeg", "pillow"))
    assert plot.film_suffix() == ".mp4"
