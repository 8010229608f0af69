"""A file whose attributes are not what phasesim writes: damage in one line, whatever it holds."""

from __future__ import annotations

import shutil

import h5py
import numpy as np
import pytest

import phasesim as ps
from phasesim import store
from phasesim.errors import StoreDamaged


@pytest.fixture(scope="module")
def finished(tiny_sweep, tmp_path_factory):
    path = tmp_path_factory.mktemp("finished") / "x.h5"
    ps.run(tiny_sweep(), path).close()
    return path


def crafted(finished, folder, name, value):
    """A copy with another attribute, or without it, beside its own checksum."""
    path = shutil.copy(finished, folder / "x.h5")
    with h5py.File(path, "r+", libver=("v110", "v110")) as file:
        del file.attrs[name]
        if value is not None:
            file.attrs.create(name, np.bytes_(value) if isinstance(value, str) else value)
    store.sidecar_path(path).write_text(f"{store.sha256_file(path)}  x.h5\n")
    return path


DEEP = "[" * 50_000


@pytest.mark.parametrize("value", [None, "[1,", "[1]", "7", "null", '"x"', DEEP, np.arange(3)])
def test_no_or_another_account_of_the_code_is_damage(finished, tiny_sweep, tmp_path, value):
    path = crafted(finished, tmp_path, "code", value)
    held = path.read_bytes()
    with pytest.raises(StoreDamaged, match=r"x\.h5: does not say what code made it") as caught:
        ps.run(tiny_sweep(n_seeds=3), path)
    assert len(str(caught.value)) < 300 and path.read_bytes() == held


@pytest.mark.parametrize("value", [None, 7])
def test_no_account_of_the_device_is_damage(finished, tiny_sweep, tmp_path, value):
    path = crafted(finished, tmp_path, "platform", value)
    with pytest.raises(StoreDamaged, match="does not say what kind of device made it"):
        ps.run(tiny_sweep(n_seeds=3), path)
