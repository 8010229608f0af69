"""Final files: bytes that depend on rows only, named dimensions, checked before being read."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import store_sample as sample
from hypothesis import given, settings
from hypothesis import strategies as st

from phasesim import store
from phasesim.errors import StoreDamaged, StoreIOError, StoreNewer, UsageError
from phasesim.store import osfs, tiling
from phasesim.store.durable import sha256_file
from phasesim.store.guard import check_content


def write(path, parts, layout=None, **options) -> str:
    return store.write_final(path, layout or sample.layout(), parts, **options)


def cut(order, pieces) -> list[store.ArrayPart]:
    chosen = np.array_split(np.asarray(order), pieces)
    return [store.ArrayPart(f"p{i}", sample.rows(c)) for i, c in enumerate(chosen) if len(c)]


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(18)), pieces=st.integers(1, 7), band=st.sampled_from([1, 64]))
def test_the_file_does_not_depend_on_order_or_pieces(order, pieces, band, tmp_path_factory):
    folder = tmp_path_factory.mktemp("order")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiling, "BAND_BYTES", band * 33)
        assert write(folder / "a.h5", cut(order, pieces)) == write(
            folder / "b.h5", cut(range(18), 1)
        )


def test_the_file_is_the_same_from_another_process(tmp_path):
    code = (
        "import sys, store_sample as s, phasesim.store as p; from pathlib import Path; "
        "print(p.write_final(Path(sys.argv[1]), s.layout(), [p.ArrayPart('a', s.rows())]))"
    )
    path = os.pathsep.join([str(Path(__file__).parent), os.getcwd(), *filter(None, sys.path)])
    env = {**os.environ, "PYTHONHASHSEED": "5", "PYTHONPATH": path}
    command = [sys.executable, "-c", code, str(tmp_path / "b.h5")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    assert done.stdout.strip() == write(tmp_path / "a.h5", cut(range(18), 3))


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "x.h5"
    texts = {"config_toml": "é" * 40_000, "config_json": "{}"}
    sha = write(path, cut(range(18), 4), attrs={"name": "é", "n": 1}, texts=texts)
    assert store.sidecar_path(path).read_text() == f"{sha}  x.h5\n"
    with store.open_final(path) as final:
        assert final.attrs["name"] == "é" and final.attrs["schema"] == store.SCHEMA
        assert final.texts == texts and final.config_toml == texts["config_toml"]
        assert [(a.name, a.path) for a in final.axes] == [
            ("density", "distribution.density"),
            ("name", "model.name"),
        ]
        assert final.axes[0].values.tolist() == sample.DENSITY.tolist()
        assert final.axes[1].values.tolist() == sample.MODELS.tolist()
        assert final.n_seeds == 3 and final.names() == ["W", "loss", "status"]
        assert final.dims("W") == ("density", "name", "seed", "hidden", "feature")
        assert np.array_equal(final.read("W").reshape(18, 2, 3), sample.rows()["W"])
        assert np.array_equal(final.read("loss", (0, 1)), final.read("loss")[0, 1])
        assert write(tmp_path / "y.h5", final.parts(), final.layout,
                     attrs=final.attrs, texts=final.texts) == sha  # fmt: skip
        with pytest.raises(StoreDamaged):
            final.read("nothing")


def test_the_file_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    order = []
    for name in ("write", "fsync", "close", "link", "rename", "fsync_directory"):
        true_call = getattr(osfs, name)

        def traced(*args, _name=name, _call=true_call, **kwargs):
            if order[-1:] != [_name]:
                order.append(_name)
            return _call(*args, **kwargs)

        monkeypatch.setattr(osfs, name, traced)
    write(tmp_path / "x.h5", cut(range(18), 2))
    stored = ["write", "fsync", "close"]
    assert order == [*stored, *stored, "rename", "fsync_directory", "link", "fsync_directory"]


def test_no_object_remembers_when_it_was_made(tmp_path):
    write(tmp_path / "x.h5", cut(range(18), 1), texts={"config_toml": "a = 1"})
    chunk = io.BytesIO(store.encode_chunk(sample.rows(), {}))
    for source in (tmp_path / "x.h5", chunk):
        with h5py.File(source, mode="r") as file:
            for data in file.values():
                assert not data.id.get_create_plist().get_obj_track_times()


def test_dimensions_have_scales_and_status_its_meanings(tmp_path):
    write(tmp_path / "x.h5", cut(range(17), 1))
    with h5py.File(tmp_path / "x.h5", mode="r") as file:
        for name, data in file.items():
            if not data.is_scale:
                assert all(len(dim) == 1 for dim in data.dims), name
            assert data.fletcher32 and data.chunks
        assert [d[0].name for d in file["W"].dims] == [
            *("/density", "/name", "/seed", "/hidden", "/feature")
        ]
        assert file["W"].compression == "gzip" and file["W"].shuffle
        assert np.isnan(file["W"].fillvalue) and np.isnan(file["W"][2, 1, 2]).all()
        assert file["status"][2, 1, 2] == 0 and file["status"].dtype == np.uint8
        meanings = file["status"].attrs["flag_meanings"].decode().split()
        assert meanings[file["status"][0, 0, 0]] == "ok"
        assert file["status"].attrs["flag_values"].tolist() == list(range(8))
        assert file["density"].attrs["path"] == b"distribution.density"


def test_xarray_sees_named_dimensions_and_coordinates(tmp_path):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    write(tmp_path / "x.h5", cut(range(18), 1), texts={"config_toml": "a = 1"})
    with xarray.open_dataset(tmp_path / "x.h5", engine="h5netcdf") as data:
        assert data["W"].dims == ("density", "name", "seed", "hidden", "feature")
        assert set(data.coords) == {*data["W"].dims, "hash_byte"}
        assert data["density"].values.tolist() == sample.DENSITY.tolist()
        assert data["density"].attrs["path"] in (b"distribution.density", "distribution.density")
        assert np.array_equal(data["W"].values.reshape(18, 2, 3), sample.rows()["W"])


def test_a_file_without_axes_and_one_of_many_seeds(tmp_path):
    layout = store.Layout(
        axes=(),
        n_seeds=3,
        fields={"loss": store.Field()},
        coords={},
        cell_hash=sample.cell_hashes()[:1],
    )
    rows = {k: v for k, v in sample.rows(range(3)).items() if k in ("cell_hash", "seed", "loss")}
    write(tmp_path / "x.h5", [store.ArrayPart("p", rows)], layout)
    with store.open_final(tmp_path / "x.h5") as final:
        assert np.array_equal(final.read("loss"), rows["loss"])
        (again,) = store.iter_rows(final.parts())
        assert all(np.array_equal(again[k], rows[k]) for k in rows)


@given(
    grid=st.lists(st.integers(1, 9), min_size=1, max_size=4).map(tuple),
    shape=st.lists(st.integers(1, 5), max_size=2).map(tuple),
    band=st.integers(1, 4000),
    chunk=st.integers(1, 300),
)
def test_bands_cover_the_grid_once_and_no_chunk_crosses_one(grid, shape, band, chunk):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiling, "CHUNK_BYTES", chunk)
        plan = tiling.tile(grid, 7, band)
        chunks = plan.chunk_shape(shape, 4)
    seen = np.zeros(grid, int)
    numbers = np.arange(seen.size).reshape(grid)
    for piece in plan.bands():
        seen[piece.selection] += 1
        assert numbers[piece.selection].ravel().tolist() == list(range(piece.start, piece.stop))
        assert (piece.stop - piece.start) * 7 <= band or piece.stop - piece.start == 1
        for part, size, whole in zip(piece.selection, chunks, grid, strict=False):
            assert part.start % size == 0 and (part.stop % size == 0 or part.stop == whole)
    assert (seen == 1).all()
    assert all(1 <= c <= s for c, s in zip(chunks, (*grid, *shape), strict=True))


def test_repeated_cells_of_a_grid_all_get_their_rows(tmp_path):
    density = np.array([0.5, 0.1, 0.5])
    parts = [store.ArrayPart("p", sample.rows(range(12), density=density))]
    write(tmp_path / "x.h5", parts, sample.layout(density))
    with store.open_final(tmp_path / "x.h5") as final:
        loss = final.read("loss")
    assert np.array_equal(loss[0], loss[2]) and not np.isnan(loss).any()


def test_contradicting_rows_raise_the_alarm_and_equal_ones_do_not(tmp_path):
    twice = [*cut(range(18), 2), *cut(range(5), 1)]
    assert write(tmp_path / "a.h5", twice) == write(tmp_path / "b.h5", cut(range(18), 1))
    other = sample.rows([4, 5])
    other["W"][1, 0, 0] += 1
    with pytest.raises(StoreDamaged, match="two results, in p0 and in odd"):
        write(tmp_path / "c.h5", [*twice, store.ArrayPart("odd", other)])
    within = {k: np.concatenate([v, other[k][1:]]) for k, v in sample.rows().items()}
    with pytest.raises(StoreDamaged, match="two results"):
        write(tmp_path / "c.h5", [store.ArrayPart("one", within)])
    assert not (tmp_path / "c.h5").exists()


@pytest.mark.parametrize("first", [True, False])
def test_rows_lost_to_infrastructure_give_way_to_results(tmp_path, first):
    lost = sample.rows([0, 17])
    lost["status"][:] = 5
    parts = cut(range(17), 2)
    parts.insert(0 if first else 2, store.ArrayPart("lost", lost))
    write(tmp_path / "x.h5", parts)
    with store.open_final(tmp_path / "x.h5") as final:
        assert final.read("status")[0, 0, 0] == 1 and final.read("status")[2, 1, 2] == 5
        assert np.isnan(final.read("W")[2, 1, 2]).all()


@pytest.mark.parametrize(
    "change",
    [
        {"W": np.zeros((2, 3, 3), np.float32)},
        {"W": np.zeros((2, 2, 3))},
        {"cell_hash": np.zeros((2, 32), np.uint8)},
        {"seed": np.array([0, 3], np.uint32)},
    ],
)
def test_rows_that_do_not_belong_are_refused(tmp_path, change):
    with pytest.raises(StoreDamaged, match="odd"):
        write(tmp_path / "x.h5", [store.ArrayPart("odd", {**sample.rows([0, 1]), **change})])
    assert not list(tmp_path.iterdir())


def test_a_layout_that_contradicts_itself_is_refused():
    good = sample.layout()
    for change in (
        {"n_seeds": 0},
        {"cell_hash": good.cell_hash[:-1]},
        {"coords": {"hidden": np.arange(2)}},
        {"coords": {**good.coords, "density": np.arange(2)}},
        {"fields": {"W": store.Field(dtype="float16")}},
        {"coords": {**good.coords, "step": np.zeros(0)}},
    ):
        with pytest.raises((ValueError, TypeError)):
            store.Layout(**{**good.__dict__, **change})
    assert store.axis_names(["a.name", "b.name", "loss"], ["x"]) == ["name", "b_name", "loss_axis"]


def test_an_existing_file_is_replaced_only_on_request(tmp_path):
    path = tmp_path / "x.h5"
    one = write(path, cut(range(17), 1))
    store.sidecar_path(path).unlink()
    assert write(path, cut(range(17), 1)) == one and store.sidecar_path(path).exists()
    with pytest.raises(UsageError, match="other content"):
        write(path, cut(range(18), 1))
    assert write(path, cut(range(18), 1), replace=True) != one
    assert len(store.sidecar_path(path).read_text().splitlines()) == 1


def test_a_refusal_while_replacing_never_leaves_a_file_its_sidecar_disowns(tmp_path, monkeypatch):
    path = tmp_path / "x.h5"
    seen = set()
    old = write(path, cut(range(17), 1))
    true_rename = osfs.rename
    for at in range(4):
        calls = []

        def rename(source, target, at=at, calls=calls):
            calls.append(target)
            if len(calls) - 1 == at:
                raise OSError(errno.EIO, "Input/output error")
            true_rename(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(osfs, "rename", rename)
            if at < 3:
                with pytest.raises(StoreIOError):
                    write(path, cut(range(18), 1), replace=True)
            else:
                write(path, cut(range(18), 1), replace=True)
        store.open_final(path).close()
        seen.add(sha256_file(path))
        if at < 3:
            assert write(path, cut(range(17), 1), replace=True) == old
    assert len(seen) == 2 and len(store.sidecar_path(path).read_text().splitlines()) == 1


def test_a_damaged_old_file_does_not_become_accepted_by_being_replaced(tmp_path, monkeypatch):
    path = tmp_path / "x.h5"
    write(path, cut(range(17), 1))
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    true_rename = osfs.rename

    def rename(source, target):
        if target == path:
            raise OSError(errno.EIO, "Input/output error")
        true_rename(source, target)

    monkeypatch.setattr(osfs, "rename", rename)
    with pytest.raises(StoreIOError):
        write(path, cut(range(18), 1), replace=True)
    with pytest.raises(StoreDamaged, match="recorded SHA-256"):
        store.open_final(path)


def test_every_damaged_byte_and_length_of_a_final_file_is_refused(tmp_path):
    path = tmp_path / "x.h5"
    write(path, cut(range(18), 1))
    data = path.read_bytes()
    for i in range(0, len(data), 211):
        for damaged in (data[:i], data[:i] + bytes([data[i] ^ 16]) + data[i + 1 :]):
            path.write_bytes(damaged)
            with pytest.raises(StoreDamaged):
                store.open_final(path)


def test_a_missing_sidecar_is_one_warning(tmp_path):
    path = tmp_path / "x.h5"
    write(path, cut(range(18), 1))
    store.sidecar_path(path).unlink()
    with pytest.warns(UserWarning, match="not verified") as caught:
        store.open_final(path).close()
    assert len(caught) == 1
    store.open_final(path, verify=False).close()


def test_a_newer_file_says_who_made_it(tmp_path, monkeypatch):
    monkeypatch.setattr("phasesim.store.final.SCHEMA", 7)
    write(tmp_path / "x.h5", cut(range(18), 1), attrs={"phasesim": "9.9"})
    with pytest.raises(StoreNewer, match=r"made by phasesim 9\.9"):
        store.open_final(tmp_path / "x.h5")


def hostile(path: Path, kind: str, secret: Path) -> None:
    with h5py.File(path, mode="x", libver=("v110", "v110")) as file:
        if kind == "external link":
            file["W"] = h5py.ExternalLink(str(secret), "/W")
        elif kind == "soft link":
            file["W"] = h5py.SoftLink("/elsewhere")
        elif kind == "external storage":
            file.create_dataset("W", shape=(9,), dtype="u1", external=[(str(secret), 0, 9)])
        elif kind == "virtual":
            view = h5py.VirtualLayout(shape=(9,), dtype="u1")
            view[:] = h5py.VirtualSource(str(secret), "W", shape=(9,))
            file.create_virtual_dataset("W", view)
        elif kind == "4 TB":
            file.create_dataset("W", shape=(10**12,), dtype="f4", chunks=(10**6,))
        elif kind == "300 MB of nothing":
            file.create_dataset("W", shape=(3 * 10**8,), dtype="u1", chunks=(10**6,))
        elif kind == "objects":
            file.create_dataset("W", data=np.array(["x"], dtype=object), dtype=h5py.string_dtype())
        elif kind == "references":
            file.create_dataset("W", data=file.ref, dtype=h5py.ref_dtype)
        elif kind == "group":
            file.create_group("W")
        elif kind == "filter":
            file.create_dataset("W", data=np.zeros(9), chunks=(9,), compression="lzf")
        elif kind == "text attribute":
            file.attrs["note"] = "of variable length"
        elif kind == "reference attribute":
            file.attrs.create("there", file.ref, dtype=h5py.ref_dtype)


@pytest.mark.parametrize(
    "kind",
    [
        *("external link", "soft link", "external storage", "virtual", "4 TB", "objects", "group"),
        *("references", "filter", "text attribute", "reference attribute", "300 MB of nothing"),
    ],
)
def test_hostile_content_is_refused_unread(tmp_path, kind):
    secret = tmp_path / "secret"
    secret.write_bytes(b"canary123")
    path = tmp_path / "x.h5"
    hostile(path, kind, secret)
    with h5py.File(path, mode="r") as file, pytest.raises(StoreDamaged, match="refused") as caught:
        check_content(file, path)
    assert "canary" not in str(caught.value)
    with pytest.raises(StoreDamaged, match="refused"):
        store.open_final(path, verify=False)
    assert secret.read_bytes() == b"canary123"


def test_what_is_not_a_file_of_ours_is_one_line(tmp_path):
    with h5py.File(tmp_path / "old.h5", mode="x") as file:
        file["W"] = 1
    with h5py.File(tmp_path / "empty.h5", mode="x", libver=("v110", "v110")):
        pass
    (tmp_path / "text.h5").write_text("hello")
    (tmp_path / "zero.h5").write_bytes(b"")
    for name in ("old.h5", "text.h5", "zero.h5", "empty.h5"):
        with pytest.raises((StoreDamaged, StoreNewer), match=name):
            store.open_final(tmp_path / name, verify=False)
    os.mkfifo(tmp_path / "fifo.h5")
    (tmp_path / "dir.h5").mkdir()
    for name in ("fifo.h5", "dir.h5", "absent.h5"):
        with pytest.raises(StoreIOError, match=name):
            store.open_final(tmp_path / name)
