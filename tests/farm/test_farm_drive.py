"""Handing out tasks: retries, refusals, stops; with an executor of threads."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor

import pytest

from phasesim.errors import Stopped
from phasesim.farm._drive import RETRIES, Refused, drive


def receipt(index):
    return {"index": index, "models": 1}


def driven(task, chunks=range(6), *, stored=lambda index: False, stop=None, pool=None):
    received = []
    with pool or ThreadPoolExecutor(3) as threads:
        lost = drive(threads, task, chunks, receive=received.append, stored=stored, stop=stop)
    return sorted(r["index"] for r in received), lost


def test_every_chunk_is_handed_out_once():
    calls = Counter()

    def task(index):
        calls[index] += 1
        return receipt(index)

    assert driven(task) == ([0, 1, 2, 3, 4, 5], {})
    assert set(calls.values()) == {1}


@pytest.mark.parametrize("failures", [1, RETRIES, RETRIES + 1])
@pytest.mark.parametrize("how", ["raises", "loses", "is cancelled"])
def test_a_failed_chunk_is_tried_again_and_in_the_end_given_up(failures, how):
    left = Counter({2: failures})

    def task(index):
        if left[index] > 0:
            left[index] -= 1
            if how == "loses":
                return {"index": index, "lost": ["density=1"], "reason": "RuntimeError: gone"}
            raise CancelledError if how == "is cancelled" else RuntimeError("gone")
        return receipt(index)

    done, lost = driven(task)
    if failures <= RETRIES:
        assert (done, lost) == ([0, 1, 2, 3, 4, 5], {})
    else:
        assert done == [0, 1, 3, 4, 5] and list(lost) == [2]
        assert how == "is cancelled" or "gone" in lost[2]


def test_a_chunk_that_was_stored_before_its_worker_died_is_not_done_again():
    calls = Counter()

    def task(index):
        calls[index] += 1
        raise RuntimeError("died")

    assert driven(task, stored=lambda index: True) == ([], {})
    assert set(calls.values()) == {1}


def test_an_error_of_the_user_ends_all_with_its_code():
    with pytest.raises(Refused, match="no room") as caught:
        driven(lambda index: {"index": index, "error": "no room", "exit_code": 74})
    assert caught.value.exit_code == 74


def test_a_stop_leaves_what_is_queued():
    stop, begun = threading.Event(), []

    def task(index):
        begun.append(index)
        stop.set()
        # long enough that a thousand are not over before anyone can look
        time.sleep(0.01)
        return receipt(index)

    with pytest.raises(Stopped):
        driven(task, range(1000), stop=stop)
    assert len(begun) < 1000


class Broken(Executor):
    """A pool that takes nothing any more."""

    def submit(self, fn, /, *args, **kwargs):
        raise RuntimeError("cannot schedule new futures")


def test_a_broken_pool_loses_all_chunks_and_says_why():
    done, lost = driven(receipt, pool=Broken())
    assert done == [] and set(lost) == set(range(6)) and "cannot schedule" in lost[0]
