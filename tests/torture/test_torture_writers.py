"""Two writers: the second is refused within 2 s and told whom to wait for, the first unharmed."""

from __future__ import annotations

import os
import socket
import threading
import time

import pytest
import torture_trainer
from torture_sweep import RUN, Tortured, one_error_line
from torture_zygote import Zygote

#: a block of the first writer takes so long that the second finds it at work
SLOW = 0.05


@pytest.fixture(scope="module", params=["TRUE", "FALSE"])
def writers(request, tmp_path_factory):
    """Two zygotes, with HDF5's own locks on or off, and which."""
    env = {"HDF5_USE_FILE_LOCKING": request.param}
    with Zygote(**env) as one, Zygote(**env) as other:
        yield Tortured(one, tmp_path_factory.mktemp("writers"), 12), other, request.param


def second_writer(writers, case):
    """Start a second command while the first one writes."""
    sweep, other, _ = writers
    delay, words, *_ = case
    folder, ended = sweep.begin(f"{delay}-{len(words)}-{time.monotonic_ns()}"), []
    slow = {"env": {torture_trainer.SLOWER: str(SLOW)}}
    first = threading.Thread(target=lambda: ended.append(sweep.run(folder, **slow)))
    first.start()
    holder = folder / "x.run" / "lock"
    while not holder.exists() and first.is_alive():
        time.sleep(0.001)
    time.sleep(delay)
    before = time.monotonic()
    refused = other.run(folder, *words)
    seconds = time.monotonic() - before
    working = first.is_alive()
    first.join()
    assert ended[0].code == 0, ended[0]
    assert (folder / "x.h5").read_bytes() == sweep.expected
    if not working:
        return "the first was done already"
    assert refused.code == 2 and one_error_line(refused) and seconds < 2, refused
    assert f"on host {socket.gethostname()}" in refused.stderr or "process" in refused.stderr
    return "refused"


def test_a_second_writer_is_refused(writers):
    assert second_writer(writers, (0.05, RUN)) == "refused"
    assert second_writer(writers, (0.2, (*RUN, "--fresh"))) == "refused"


@pytest.mark.slow
def test_second_writers_at_many_times(writers, ledger):
    commands = [RUN, (*RUN, "--fresh"), ("merge", "x.h5")]
    cases = [[round(0.02 * n, 2), list(commands[n % 3]), writers[2]] for n in range(25)]
    outcomes = ledger.each(cases, lambda case: second_writer(writers, case))
    assert outcomes["refused"] >= 0.8 * sum(outcomes.values())


def test_the_first_is_free_of_a_second_that_was_killed(writers):
    sweep, other, _ = writers
    folder = sweep.begin("killed")
    # at a link: chunks, among others, come to be by those
    ended = other.run(folder, *RUN, fault={"operation": "link", "at": 5})
    assert ended.code < 0 and (folder / "x.run" / "lock").exists()
    assert os.listdir(folder / "x.run" / "chunks")
    sweep.finish(folder)
