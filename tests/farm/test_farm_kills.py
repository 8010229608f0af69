"""Workers that die: the others go on, nothing stored is lost, and no bit is another one."""

from __future__ import annotations

import farm_stand_in as stand_in
import pytest

from phasesim.farm._pool import ProcessPool, TaskFailed, WorkerDied


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Names of the chunks, and the final file, of one process that nobody disturbs."""
    run = stand_in.open_run(tmp_path_factory.mktemp("alone"))
    with run.lock():
        for index in range(stand_in.N_CHUNKS):
            run.commit(index, stand_in.rows(index))
        return run.completed(), stand_in.merged(run)


def kill_some(folder, kills, seed, expected):
    run, lost, receipts, killed, alive = stand_in.farm(folder, workers=4, kills=kills, seed=seed)
    assert lost == {} and len(set(killed)) == kills
    first = {receipt["pid"] for receipt in receipts} - set(killed)
    # whoever was not killed works on to the end
    assert first <= set(alive) and len(alive) >= 4 - kills
    with run.lock():
        assert run.completed() == expected[0]
        assert not list(run.path.rglob("*.damaged"))
        assert stand_in.merged(run) == expected[1]


@pytest.mark.parametrize("kills", [1, 2, 3])
def test_killed_workers_cost_nothing_that_is_stored(tmp_path, kills, expected):
    kill_some(tmp_path, kills, kills, expected)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_killed_workers_at_a_hundred_random_times(tmp_path, seed, expected):
    kill_some(tmp_path, 1 + seed % 3, 1000 + seed, expected)


def test_a_chunk_that_kills_its_worker_is_given_up_and_the_others_are_stored(tmp_path, expected):
    run, lost, _, _, _ = stand_in.farm(tmp_path, workers=1, task=stand_in.poisoned)
    assert list(lost) == [7] and "exit code -9" in lost[7]
    with run.lock():
        assert run.completed() == {k: v for k, v in expected[0].items() if k != 7}


def test_a_pool_is_an_executor():
    with ProcessPool(1) as pool:
        assert list(pool.map(divmod, [7, 9], [2, 4])) == [(3, 1), (2, 1)]
        with pytest.raises(TaskFailed, match="ZeroDivisionError"):
            pool.submit(divmod, 1, 0).result()
        # the process that said so lives on
        assert len(pool.pids) == 1
        (pid,) = pool.pids
        assert pool.submit(stand_in.os.getpid).result() == pid
        with pytest.raises(WorkerDied, match="exit code 3"):
            pool.submit(stand_in.os._exit, 3).result()
        assert pool.submit(stand_in.os.getpid).result() != pid
    assert pool.pids == []
    with pytest.raises(RuntimeError):
        pool.submit(print)
