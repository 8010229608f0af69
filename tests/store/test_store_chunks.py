"""Chunk images: the same bytes everywhere, and no damage goes unnoticed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import store_sample as sample
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from phasesim import store
from phasesim.errors import StoreDamaged
from phasesim.store.rows import read_named

ATTRS = {"versions": "jax 0.12, é", "n": 3, "x": 0.1}


def test_importing_the_store_imports_no_hdf5_and_no_jax():
    code = "import sys, phasesim.store; print([m for m in ('h5py', 'jax') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bytes_are_the_same_in_another_process():
    code = (
        "import hashlib, store_sample as s, phasesim.store as p; "
        "print(hashlib.sha256(p.encode_chunk(s.rows(), {'b': 1, 'a': 'x'})).hexdigest())"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    env = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": path, "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    reordered = dict(reversed(sample.rows().items()))
    here = hashlib.sha256(store.encode_chunk(reordered, {"a": "x", "b": 1})).hexdigest()
    assert done.stdout.strip() == here


@settings(max_examples=30, deadline=None)
@given(
    data=st.data(),
    rows=st.integers(1, 5),
    attrs=st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False),
        max_size=4,
    ),
)
def test_round_trip_keeps_every_bit(data, rows, attrs):
    arrays = sample.rows(range(rows))
    for name, dtype in {"W": "f4", "loss": "f8", "count": "i8", "flag": "u1"}.items():
        shape = (rows, *data.draw(hnp.array_shapes(min_dims=0, max_dims=2, min_side=0)))
        arrays[name] = data.draw(hnp.arrays(dtype, shape))
    read, told = store.decode_chunk(store.encode_chunk(arrays, attrs))
    assert told == attrs
    assert read.keys() == arrays.keys()
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype and read[name].shape == array.shape
        assert read[name].tobytes() == np.ascontiguousarray(array).tobytes()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"seed": np.arange(18)}, ValueError),
        ({"cell_hash": np.zeros((18, 31), np.uint8)}, ValueError),
        ({"W": np.zeros((17, 2), np.float32)}, ValueError),
        ({"W": np.array([None] * 18)}, TypeError),
        ({"W": np.zeros(18, np.float16)}, TypeError),
        ({"W": np.zeros(18, bool)}, TypeError),
        ({"../W": np.zeros(18)}, ValueError),
    ],
)
def test_what_is_not_a_chunk_is_refused(change, error):
    with pytest.raises(error):
        store.encode_chunk({**sample.rows(), **change}, {})


@pytest.mark.parametrize("value", [None, True, "a\0b", "x" * 70_000, 2**70, [1]])
def test_what_is_not_an_attribute_is_refused(value):
    with pytest.raises((TypeError, ValueError, OverflowError)):
        store.encode_chunk(sample.rows(), {"a": value})


def test_one_flipped_bit_at_every_byte_is_detected_by_the_name(tmp_path):
    data = store.encode_chunk(sample.rows([0, 1]), ATTRS)
    digest = hashlib.sha256(data).hexdigest()[:16]
    for i in range(len(data)):
        damaged = data[:i] + bytes([data[i] ^ (1 << i % 8)]) + data[i + 1 :]
        assert hashlib.sha256(damaged).hexdigest()[:16] != digest
    # The same through the reader, on a sample of places.
    path = tmp_path / f"c000000-{digest}.h5"
    path.write_bytes(data)
    assert read_named(path) == data
    for i in range(0, len(data), 97):
        path.write_bytes(data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :])
        with pytest.raises(StoreDamaged, match="hash in its name"):
            read_named(path)


def test_hdf5_itself_detects_flips_and_truncation_when_the_hash_is_not_asked():
    arrays = sample.rows([0, 1])
    data = store.encode_chunk(arrays, ATTRS)
    silent = 0
    for i in range(0, len(data), 23):
        for damaged in (data[:i], data[:i] + bytes([data[i] ^ 4]) + data[i + 1 :]):
            try:
                read, attrs = store.decode_chunk(damaged)
            except StoreDamaged:
                continue
            same = all(read[k].tobytes() == v.tobytes() for k, v in arrays.items())
            silent += not (same and attrs == ATTRS)
    assert silent == 0
