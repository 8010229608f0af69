"""Saved figures: the same bytes wherever they are drawn, and whole or not at all."""

from __future__ import annotations

import hashlib

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from phasesim import plot
from phasesim.errors import StoreIOError

DRAW = """
    import os, hashlib, pathlib
    import numpy as np
    folder = pathlib.Path({folder!r})
    folder.mkdir()
    os.chdir(folder)
    from phasesim import plot
    ax = plot.gram(np.linspace(-1, 1, 12).reshape(2, 6), b=np.linspace(0, 1, 6))
    ax.set_title("price $5 – ‖W_i‖ ½", parse_math=False)
    for path in plot.save(ax.figure, "out.v1", provenance={{"config": "n = 2", "µ": "½"}}):
        print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
    print(sorted(p.name for p in folder.iterdir()))
"""


@pytest.fixture
def figure():
    with plot.style():
        figure, ax = plt.subplots()
        ax.plot([0, 1])
    yield figure
    plt.close(figure)


def test_bytes_do_not_depend_on_the_process(python, tmp_path):
    places = {
        "one": {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        "two": {"TZ": "Pacific/Auckland", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    }
    one, two = (python(DRAW.format(folder=str(tmp_path / k)), env=env) for k, env in places.items())
    assert one == two
    assert "['out.v1.pdf', 'out.v1.png']" in one


def test_provenance_is_in_the_files(figure, tmp_path):
    png, pdf = plot.save(figure, tmp_path / "x", provenance={"figure": "name", "sweep": "$a_1$"})
    with Image.open(png) as image:
        assert image.info["figure"] == "name" and image.info["sweep"] == "$a_1$"
        assert "Software" not in image.info
        assert image.size[0] == pytest.approx(plot.SINGLE * 300, abs=1)
        assert np.ptp(np.asarray(image)) > 0
    data = pdf.read_bytes()
    assert b"/Keywords" in data and b'"figure": "name"' in data
    assert b"CreationDate" not in data and str(tmp_path).encode() not in data


def test_a_refused_write_leaves_what_was_there(figure, tmp_path):
    old = tmp_path / "x.png"
    old.write_bytes(b"old")
    digest = hashlib.sha256(old.read_bytes()).digest()
    with pytest.raises(StoreIOError, match="cannot write"):
        plot.save(figure, tmp_path / "missing" / "x", provenance={})
    assert hashlib.sha256(old.read_bytes()).digest() == digest
    assert [p.name for p in tmp_path.iterdir()] == ["x.png"]
