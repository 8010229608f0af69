"""Running directories: completion, quarantine, the determinism alarm, extension, --fresh."""

from __future__ import annotations

import errno
import json
import os
import threading

import numpy as np
import pytest
import store_sample as sample

from phasesim import store
from phasesim.errors import StoreDamaged, StoreIOError, StoreNewer, UsageError
from phasesim.store import manifest, osfs


@pytest.fixture
def run(tmp_path):
    return store.RunDirectory.create(tmp_path / "x.run", sample.MANIFEST)


def commit_all(run, **options):
    return [run.commit(i, sample.rows(c, **options)) for i, c in enumerate(sample.plan())]


def test_the_first_manifest_wins(run):
    other = store.RunDirectory.create(run.path, {"name": "late"})
    assert other.manifest == run.manifest and other.manifest["name"] == "sample"
    assert {"schema", "phasesim", "first_chunk", "carried"} <= set(other.manifest)


def test_committed_chunks_are_found_and_read(run):
    names = commit_all(run)
    assert run.completed() == dict(enumerate(names))
    arrays, attrs = run.read(2)
    assert np.array_equal(arrays["W"], sample.rows(sample.plan()[2])["W"])
    assert attrs == {"chunk": 2, "cell_fingerprint": "f00d"}
    assert run.read(names[1])[1]["chunk"] == 1
    assert run.commit(0, sample.rows(sample.plan()[0])) == names[0]
    for unknown in (9, "../manifest.json"):
        with pytest.raises(UsageError, match="no chunk"):
            run.read(unknown)


def test_threads_commit_at_once(run):
    work = [threading.Thread(target=commit_all, args=(run,)) for _ in range(4)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert len(run.completed()) == len(list((run.path / "chunks").iterdir())) == 4


def test_damaged_swapped_and_foreign_chunks_are_quarantined_and_logged(run, tmp_path):
    names = commit_all(run)
    folder = run.path / "chunks"
    data = (folder / names[0]).read_bytes()
    (folder / names[0]).write_bytes(data[:-1])
    (folder / names[1]).rename(folder / names[1].replace("c000001", "c000007"))
    other = store.RunDirectory.create(tmp_path / "y.run", {"cell_fingerprint": "beef"})
    foreign = other.commit(5, sample.rows([0]))
    (other.path / "chunks" / foreign).rename(folder / foreign)
    assert set(run.completed(verify=False)) == {0, 2, 3, 5, 7}
    # a reader changes nothing in what may be somebody else's
    before = sorted(folder.iterdir())
    with pytest.warns(UserWarning, match="left out") as caught:
        assert set(run.completed()) == {2, 3}
    assert len(caught) == 3 and sorted(folder.iterdir()) == before and not run.read_log()
    run.lock()
    with pytest.warns(UserWarning, match="to be computed anew") as caught:
        assert set(run.completed()) == {2, 3}
    assert len(caught) == 3
    reasons = [line["reason"] for line in run.read_log()]
    assert len(reasons) == 3
    assert "hash in its name" in reasons[0]
    assert "cell_fingerprint is beef" in reasons[1] and "chunk is 1" in reasons[2]
    assert len(list(folder.glob("*.damaged"))) == 3
    # Computed again, and damaged again: the old evidence stays.
    assert run.commit(0, sample.rows(sample.plan()[0])) == names[0]
    (folder / names[0]).write_bytes(data[:99])
    with pytest.warns(UserWarning, match=r"kept as c000000-\w+\.h5\.\d*\.?damaged"):
        assert run.commit(0, sample.rows(sample.plan()[0])) == names[0]
    assert (folder / names[0]).read_bytes() == data
    assert len(list(folder.glob("*.damaged"))) == 4


def test_two_results_for_one_chunk_raise_the_alarm_and_both_stay(run):
    commit_all(run)
    rows = sample.rows(sample.plan()[1])
    rows["W"][0, 0, 0] = np.nextafter(rows["W"][0, 0, 0], np.float32(9))
    with pytest.raises(StoreDamaged, match=r"two results, c000001-\w+.h5 and c000001-\w+.h5"):
        run.commit(1, rows, {"versions": "jax 0.99"})
    for verify in (True, False):
        with pytest.raises(StoreDamaged, match=r"versions: (None|jax 0.99) against") as caught:
            run.completed(verify=verify)
        assert caught.value.exit_code == 65
    assert len(list((run.path / "chunks").iterdir())) == 5


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_put_aside_like_a_damaged_chunk(run, make):
    commit_all(run)
    name = run.completed()[1]
    (run.path / "chunks" / name).unlink()
    make(run.path / "chunks" / name)
    run.lock()
    with pytest.warns(UserWarning, match="not a regular file; kept as"):
        assert set(run.completed()) == {0, 2, 3}
    assert run.commit(1, sample.rows(sample.plan()[1])) == name


def test_a_damaged_double_raises_no_alarm(run):
    run.lock()
    name = run.commit(0, sample.rows([0]))
    twin = run.path / "chunks" / ("c000000-" + "0" * 16 + ".h5")
    twin.write_bytes(b"rot")
    with pytest.warns(UserWarning, match="damaged"):
        assert run.commit(0, sample.rows([0])) == name
    assert run.completed() == {0: name}


def test_a_newer_schema_says_who_made_it(run):
    path = run.path / "manifest.json"
    path.write_bytes(manifest.encode({**run.manifest, "schema": 99, "phasesim": "9.9"}))
    with pytest.raises(StoreNewer, match=r"made by phasesim 9.9 \(schema 99\), this is"):
        store.RunDirectory.open(run.path)


@pytest.mark.parametrize("spoil", [b"", b"[]", b"{}", b'{"schema": "1"}', b"\xff"])
def test_a_broken_manifest_is_damage(run, spoil):
    (run.path / "manifest.json").write_bytes(spoil)
    with pytest.raises(StoreDamaged):
        store.RunDirectory.open(run.path)


def test_a_manifest_changed_by_hand_or_naming_other_paths_is_damage(run):
    path = run.path / "manifest.json"
    path.write_text(path.read_text().replace("sample", "simple"))
    with pytest.raises(StoreDamaged, match="not what was written"):
        store.RunDirectory.open(run.path)
    path.write_bytes(manifest.encode({**run.manifest, "carried": ["../../etc/passwd"]}))
    with pytest.raises(StoreDamaged):
        store.RunDirectory.open(run.path)


def test_what_is_not_a_running_directory_is_refused(tmp_path, run):
    with pytest.raises(UsageError, match="not a running directory"):
        store.RunDirectory.open(tmp_path / "nothing.run")
    (tmp_path / "link.run").symlink_to(run.path)
    with pytest.raises(UsageError, match="symbolic link"):
        store.RunDirectory.create(tmp_path / "link.run", {})


def test_a_torn_log_line_costs_that_line_only(run):
    run.log("one", n=1)
    with run.log_file.open("ab") as file:
        file.write(b'{"event": "torn')
    run.log("two", path=run.path)
    assert [line["event"] for line in run.read_log()] == ["one", "two"]
    assert json.loads(run.log_file.read_text().splitlines()[0])["time"].endswith("+00:00")


def test_only_the_holder_of_the_lock_cleans_and_extends(run):
    (run.path / "chunks" / ".tmp-1-a").write_bytes(b"left")
    for action in (run.clean_temporaries, lambda: run.supersede({})):
        with pytest.raises(UsageError, match="locked exclusively"):
            action()
    with run.lock():
        assert run.clean_temporaries() == 1
    with pytest.raises(UsageError, match="locked exclusively"):
        run.clean_temporaries()


def test_a_running_sweep_grows_and_keeps_its_rows(run, tmp_path):
    kept = [run.commit(i, sample.rows(c)) for i, c in enumerate(sample.plan()[:3])]
    wide = np.array([3.0, *sample.DENSITY])
    with run.lock():
        with pytest.raises(UsageError, match="cannot carry over"):
            run.supersede({}, ["c000000-" + "0" * 16 + ".h5"])
        run.supersede({"name": "wide", "cell_fingerprint": "f00d"})
        assert run.manifest["carried"] == kept and run.manifest["first_chunk"] == 3
        assert run.completed() == {}
        seen = {(r.tobytes(), int(s)) for p in store.iter_rows(run.parts(), ["loss"])
                for r, s in zip(p["cell_hash"], p["seed"], strict=True)}  # fmt: skip
        everything = sample.rows(density=wide)
        keys = zip(everything["cell_hash"], everything["seed"], strict=True)
        todo = [i for i, (r, s) in enumerate(keys) if (r.tobytes(), int(s)) not in seen]
        assert len(todo) == len(everything["seed"]) - sum(map(len, sample.plan()[:3]))
        name = run.commit(0, sample.rows(todo, density=wide))
        assert name.startswith("c000003-") and run.completed() == {0: name}
        grown = store.write_final(tmp_path / "x.h5", sample.layout(wide), run.parts())
    whole = store.write_final(
        tmp_path / "whole.h5", sample.layout(wide), [store.ArrayPart("all", everything)]
    )
    assert grown == whole


def test_a_finished_sweep_grows_in_seeds_and_size_and_rot_in_its_rows_is_noticed(tmp_path):
    final = tmp_path / "x.h5"
    sample.sweep(final)
    run = store.RunDirectory.create(store.run_path(final), {"name": "more"}, base=final)
    (base,) = run.manifest["carried"]
    new = [i for i in range(30) if i % 5 >= 3]
    with run.lock():
        run.commit(0, sample.rows(new, n_seeds=5))
        layout = sample.layout(n_seeds=5, sizes=(2, 4))
        with pytest.raises(UsageError, match="exists with other content"):
            store.write_final(final, layout, run.parts(), workdir=run.path)
        store.write_final(final, layout, run.parts(), workdir=run.path, replace=True)
        # The adopted file has its own name: replacing the final file left it alone.
        assert run.carried() == [base]
        path = run.path / "chunks" / base
        path.write_bytes(path.read_bytes()[:-3])
        with pytest.warns(UserWarning, match="recorded SHA-256"):
            assert run.carried() == []
        assert run.read_log()[-1]["file"] == base
    with store.open_final(final) as grown:
        weights = grown.read("W")
        assert weights.shape == (3, 2, 5, 2, 4) and np.isnan(weights[..., 3]).all()
        want = sample.rows(n_seeds=5)["W"].reshape(3, 2, 5, 2, 3)
        assert np.array_equal(weights[..., :3], want)


def test_a_damaged_final_file_is_not_adopted(tmp_path):
    final = tmp_path / "x.h5"
    sample.sweep(final)
    final.write_bytes(final.read_bytes()[:-1] + b"x")
    with pytest.raises(StoreDamaged, match="recorded SHA-256"):
        store.RunDirectory.create(store.run_path(final), {}, base=final)
    assert not (store.run_path(final) / "manifest.json").exists()


def test_setting_aside_moves_everything_and_overwrites_nothing(tmp_path):
    final = tmp_path / "x.h5"
    contents = []
    for n in (1, 2):
        sample.sweep(final)
        store.RunDirectory.create(store.run_path(final), {"n": n})
        contents.append(final.read_bytes())
        moved = store.set_aside(final)
        assert {p.name for p in moved} == {
            *(f"x.run.{n}.old", f"x.h5.{n}.old", f"x.h5.{n}.old.sha256", f"x.log.jsonl.{n}.old")
        }
        store.open_final(tmp_path / f"x.h5.{n}.old").close()
    assert store.set_aside(final) == []
    assert [(tmp_path / f"x.h5.{n}.old").read_bytes() for n in (1, 2)] == contents


def refuse_moving(patch, path):
    true_rename = osfs.rename

    def rename(source, target):
        if source == path:
            raise OSError(errno.EIO, "Input/output error")
        true_rename(source, target)

    patch.setattr(osfs, "rename", rename)


def test_retiring_needs_an_intact_final_file_and_keeps_the_log(tmp_path, monkeypatch):
    final = tmp_path / "x.h5"
    sample.sweep(final)
    log = store.log_path(final)
    assert json.loads(log.read_text().splitlines()[0])["event"] == "start"
    run = store.RunDirectory.create(store.run_path(final), {})
    run.log("again")
    with pytest.raises(UsageError, match="locked exclusively"):
        store.retire(run, final)
    with run.lock():
        good = final.read_bytes()
        final.write_bytes(good + b"x")
        with pytest.raises(StoreDamaged):
            store.retire(run, final)
        assert run.path.is_dir()
        final.write_bytes(good)
        with monkeypatch.context() as patch, pytest.raises(StoreIOError, match="cannot delete"):
            refuse_moving(patch, run.path)
            store.retire(run, final)
        store.retire(run, final)
    assert [json.loads(x)["event"] for x in log.read_text().splitlines()] == ["start", "again"]
    assert not run.path.exists() and not list(tmp_path.glob("*.retired"))
