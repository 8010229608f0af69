"""What a page says of what it lacks: less weights, maps of one value; and where it opens."""

import base64

import numpy as np

import phasesim as ps
from phasesim.explore import budget


def test_what_is_smaller_is_said_by_what_is_kept():
    sizes = budget.Sizes((9, 9), 3, per_cell=1, per_model=1, per_model_maps=1, weights=8, curve=50,
                         snapshots=8)  # fmt: skip
    keep = budget.Keep(2, 12, False, 1)
    assert keep.notes(sizes) == [
        "weights and loss curves: only of the best seed of 3 in each cell",
        "maps: only over the seeds of a cell, none of single seeds",
        "loss curves: only 12 of 50 points each",
        "recorded steps: only 2 of 8",
    ]
    keep = budget.Keep(0, 0, True, 2, weight_stride=4, stride=2)
    assert keep.notes(sizes) == [
        "cells: only at every 2nd value of each axis",
        "weights: only at every 8th value of each axis",
        "weights: only of the best 2 seeds of 3 in each cell",
        "loss curves: none",
        "recorded steps: none of 8",
    ]


def test_a_map_of_one_value_is_a_phrase(make, write):
    steps = np.full((3, 4, 3), -1)
    W, b = (make().stored(name).copy() for name in ("W", "b"))
    W[1, 2, 1:], b[1, 2, 1:] = W[1, 2, 0], b[1, 2, 0]
    _, parsed = write(make(more={"first_bad_step": steps, "W": W, "b": b}), theory="none")
    keys = {m["key"] for m in parsed.data["maps"]}
    assert not {"status", "trained_share", "first_bad_step", "loss_slope"} & keys
    assert {"status ok", "share of seeds trained to their end 1",
            "first bad step none (no step had a loss that is not finite)"} <= set(
                parsed.data["same"])  # fmt: skip
    # the best seed is in basin 0 everywhere
    (found,) = [m for m in parsed.data["maps"] if m["key"] == "basin"]
    assert list(found["reduced"]) == ["worst"] and found["label"] == "basin"
    steps[0, 0] = 7
    _, parsed = write(make(broken=True, more={"first_bad_step": steps}), theory="none")
    (found,) = [m for m in parsed.data["maps"] if m["key"] == "first_bad_step"]
    shown = np.frombuffer(base64.b64decode(found["seeds"]["data"]), "<f4").reshape(3, 4, 3)
    assert (shown[0, 0] == 7).all() and np.isnan(shown).sum() == 33 and found["of_failed"]


def test_the_last_feature_opens_where_its_importance_is_what_differs(make, write):
    def opening(*args, **fields):
        return write(make(*args, **fields), theory="none")[1].data["opening"]

    assert opening() == "last"
    density = ps.geomspace("distribution.density", 0.05, 1, 2)
    assert opening([density], importance="uniform") == "first"
    assert opening([density, ps.values("n_features", [3, 4])]) == "first"
