"""Every published figure on tiny settings: what the tests of this folder share."""

from __future__ import annotations

import contextlib
import dataclasses
import json

import numpy as np
import PIL.Image
import pytest

import phasesim as ps
from phasesim import gallery, plot
from phasesim.analysis import AnalysisSweep
from phasesim.fingerprint import cell_fingerprint, grid_fingerprint
from phasesim.rows import snapshot_steps
from phasesim.source import Arrays
from phasesim.sweep import Sweep

# one optimizer, so that figures of the same sizes share a compiled program
ADAMW = 'optimizer={ name = "adamw", learning_rate = 1e-2, schedule = "cosine" }'
TINY = (ADAMW, "n_steps=20", "batch_size=32", "sweep.n_seeds=2")
#: the figure that draws no other loss than the exact one
EXACT = "block-gain"
#: figures of as many compiled programs as cells, shown with models that nobody trained
UNTRAINED = {"control-activation", "control-initial-scale", "scaling"}
#: and those whose module draws control-l1 too, which is trained
UNTRAINED |= {"control-adversarial", "control-decay", "control-dropout"}
MOST_VALUES, MOST_FEATURES, MOST_HIDDEN = 4, 20, 5
MOST_SIZES, MOST_SIZE = 2, 6
trained: dict[tuple[str, str], ps.Result] = {}


def tiny_sweep(name):
    """The figure's sweep with a few values an axis, small models, two seeds, twenty steps."""
    sweep = ps.load_sweep(gallery.folder() / f"{gallery.source_of(name)}.toml", overrides=TINY)
    if gallery.analyses_of(name):
        return sweep  # nothing of it is trained here
    e = sweep.experiment
    if name != EXACT:
        # the exact loss takes long to compile, and is tested elsewhere
        e = dataclasses.replace(e, engine="sampled")
    if type(e.init).__name__ == "from_store":
        # what it starts from is not trained here
        e = dataclasses.replace(e, init="xavier")
    small = {"n_features": MOST_FEATURES, "n_hidden": MOST_HIDDEN}
    # a distribution of larger sets does not go with fewer features
    with contextlib.suppress(ps.ConfigError):
        e = dataclasses.replace(e, **{k: min(getattr(e, k), most) for k, most in small.items()})
    return Sweep(e, axes=[*map(thinned, sweep.axes)], n_seeds=sweep.n_seeds, name=sweep.name)


def thinned(axis):
    """A few of an axis's values; sizes a quarter of themselves where they are large."""
    size = axis.path in ("n_features", "n_hidden")
    # each size is compiled apart; where sizes are large, so is each regularizer, on and off
    most = MOST_VALUES if not size else MOST_SIZES if max(axis.values) < 100 else 1
    at = np.linspace(0, len(axis.values) - 1, min(len(axis.values), most)).round()
    kept = [axis.values[int(i)] for i in at]
    if size and max(kept) > MOST_SIZE:
        kept = [max(1, v // 4) for v in kept]
    spacing = axis.source[0]
    if spacing in ("linspace", "geomspace") and not size:
        return getattr(ps, spacing)(axis.path, kept[0], kept[-1], len(kept))
    return ps.values(axis.path, kept)


def tiny_result(name):
    sweep = tiny_sweep(name)
    key = cell_fingerprint(sweep), grid_fingerprint(sweep)
    analyses = gallery.analyses_of(name)
    if key not in trained:
        # what analyses are of is trained, and measured, by tests of its own
        drawn = analyses or name in UNTRAINED
        trained[key] = random_models(sweep) if drawn else ps.run(sweep)
    for analysis in analyses:
        largest = trained[key].experiment([-1] * len(sweep.axes))
        own = AnalysisSweep(sweep, analysis, "")
        dims = {n: o.dims for n, o in analysis.outputs.items()}
        made = random_result(own, dims, analysis.coords(largest))
        trained[key].analyses.setdefault(analysis.label, made)
    return trained[key]


MODEL = {"W": ("hidden", "feature"), "b": ("feature",)}


def random_models(sweep):
    """Models of a sweep, at the recorded steps too where it records any."""
    largest = sweep.at([-1] * len(sweep.axes))
    steps, model = snapshot_steps(largest), MODEL
    if isinstance(largest.model, ps.models.untied):
        model = {"W_in": MODEL["W"], "W_out": MODEL["W"][::-1], "b": MODEL["b"]}
    taken = {f"{n}_snapshot": ("step", *d) for n, d in model.items()} if steps else {}
    return random_result(sweep, model | taken, {"step": steps})


def random_result(sweep, dims, coords=None):
    """Numbers of the shapes that are stored of the models of a sweep."""
    rng, largest = np.random.default_rng(0), sweep.at([-1] * len(sweep.axes))
    along = {"feature": range(largest.n_features), "hidden": range(largest.n_hidden),
             **(coords or {})}  # fmt: skip
    shape = (*sweep.shape, sweep.n_seeds)
    sizes = {n: [len(along[d]) for d in own] for n, own in {"loss": (), **dims}.items()}
    arrays = {n: rng.random((*shape, *size)) for n, size in sizes.items()}
    arrays["status"] = np.ones(shape, np.uint8)
    lead = (*(f"axis{k}" for k in range(len(sweep.axes))), "seed")
    named = {n: (*lead, *dims.get(n, ())) for n in arrays}
    return ps.Result(sweep, Arrays(arrays, named, {d: np.asarray(v) for d, v in along.items()}))


def check_drawn(name, tmp_path):
    """Draw a figure from its tiny result; it asserts something and controls it."""
    *images, report = gallery.draw(name, tiny_result(name), "best", tmp_path / name)
    assert [p.suffix for p in images] == [".png", ".pdf"]
    assert all(p.stat().st_size > 5_000 for p in images)
    # inches of one or two columns of a paper
    with PIL.Image.open(images[0]) as image:
        assert image.width / 300 in (plot.SINGLE, plot.DOUBLE)
    found = json.loads(report.read_text(), parse_constant=lambda c: pytest.fail(f"{c} in JSON"))
    assert found["figure"] == name and found["scale"] == "other"
    rows = found["assertions"]
    assert len(rows) >= 3
    for row in rows:
        assert row["quantity"] and row["expected"]
        assert row["reached"] == ("other" if row["passed"] else gallery.NOT_REACHED)
        assert row["control"]["of"]
