"""Mistakes that somebody could make in the store and the run, and the tests that must notice.

Each is (file, text, replacement, tests): the tests, run on a copy of the package in which the
text is replaced, have to fail.
"""

from __future__ import annotations

from typing import NamedTuple


class Bug(NamedTuple):
    """One mistake."""

    file: str
    text: str
    replacement: str
    tests: str


STORE = "tests/store/test_store_"
FAULTS, RUNDIR, FINAL = f"{STORE}faults.py", f"{STORE}rundir.py", f"{STORE}final.py"
RUN = "tests/run/test_run_store.py"
RETRY = "tests/run/test_run_retry.py"
ORDER = f"{FAULTS}::test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_return"
REFUSED = f"{FAULTS}::test_a_refusing_system_is_one_line_and_the_next_run_completes"
FLIPS = f"{STORE}chunks.py::test_one_flipped_bit_at_every_byte_is_detected_by_the_name"
QUARANTINE = f"{RUNDIR}::test_damaged_swapped_and_foreign_chunks_are_quarantined_and_logged"

BUGS = {
    "the bytes are not brought to the disk": Bug(
        "store/durable.py", "        osfs.fsync(fd)\n", "", ORDER
    ),
    "the name is not brought to the disk": Bug(
        "store/durable.py",
        "        # Also when another writer came first: it may not have got as far as this.\n"
        "        osfs.fsync_directory(path.parent)\n",
        "",
        ORDER,
    ),
    "a file appears without its bytes": Bug(
        "store/durable.py",
        "            _store(name, data)\n            created = publish_new(",
        '            _store(name, b"")\n            created = publish_new(',
        f"{FAULTS}::test_the_first_writer_wins_and_replacing_is_explicit",
    ),
    "a short write is taken for a whole one": Bug(
        "store/durable.py",
        "rest = rest[done:]",
        "rest = rest[len(rest) :]",
        f"{FAULTS}::test_short_and_interrupted_writes_change_nothing",
    ),
    "a failed fsync is tried again": Bug(
        "store/durable.py",
        "        osfs.fsync(fd)\n",
        "        try:\n            osfs.fsync(fd)\n        except OSError:\n"
        "            osfs.fsync(fd)\n",
        f"{REFUSED}[fsync]",
    ),
    "what failed stays under its temporary name": Bug(
        "store/durable.py",
        "        with contextlib.suppress(OSError):\n"
        "            osfs.unlink(name)\n        raise\n",
        "        raise\n",
        f"{REFUSED}[fsync]",
    ),
    "an existing file is overwritten": Bug(
        "store/durable.py",
        "        osfs.link(source, target)\n",
        "        osfs.rename(source, target)\n",
        f"{FAULTS}::test_the_first_writer_wins_and_replacing_is_explicit",
    ),
    "the hash covers the beginning only": Bug(
        "store/rows.py",
        "hashlib.sha256(data).hexdigest()",
        "hashlib.sha256(data[:512]).hexdigest()",
        FLIPS,
    ),
    "the hash in the name is not compared": Bug(
        "store/rows.py", "if not path.stem.endswith(", "if False and path.stem.endswith(", FLIPS
    ),
    "the lock is never refused": Bug(
        "store/osfs.py",
        "return lock_descriptor(fd, blocking=False)",
        "return True",
        f"{STORE}locks.py::test_a_refusal_names_host_and_process_and_death_frees_the_lock",
    ),
    "chunks found are not verified": Bug(
        "store/rundir.py",
        "if not verify or self._is_intact(name)]\n            if intact:",
        "]\n            if intact:",
        QUARANTINE,
    ),
    "of two results the first is taken": Bug(
        "store/rundir.py",
        "        if len(names) > 1:",
        "        if len(names) > 99:",
        f"{RUNDIR}::test_two_results_for_one_chunk_raise_the_alarm_and_both_stay",
    ),
    "a chunk of another run is accepted": Bug(
        "store/rundir.py", "if attrs.get(key) != value]", "if key not in attrs]", QUARANTINE
    ),
    "temporary files of chunks stay": Bug(
        "store/rundir.py",
        '            *(self.path / "chunks").glob(f"{TEMPORARY_PREFIX}*"),\n',
        "",
        f"{RUNDIR}::test_only_the_holder_of_the_lock_cleans_and_extends",
    ),
    "two results of one model are not compared": Bug(
        "store/scatter.py",
        "if found.tobytes() != values.tobytes():",
        "if found.size < 0:",
        f"{FINAL}::test_contradicting_rows_raise_the_alarm_and_equal_ones_do_not",
    ),
    "a damaged old file is listed as good": Bug(
        "store/publish.py",
        "if old is not None and (listed is None or old in listed) else []",
        "if old is not None else []",
        f"{FINAL}::test_a_damaged_old_file_does_not_become_accepted_by_being_replaced",
    ),
    "the checksum follows the file": Bug(
        "store/publish.py",
        "    _write_sidecar(final, [new, *keep], source.parent)\n",
        "",
        f"{FINAL}::test_a_refusal_while_replacing_never_leaves_a_file_its_sidecar_disowns",
    ),
    "a directory is put away unchecked": Bug(
        "store/aside.py",
        '    run.need_alone("retire it")\n    open_final(final).close()\n',
        '    run.need_alone("retire it")\n',
        f"{RUNDIR}::test_retiring_needs_an_intact_final_file_and_keeps_the_log",
    ),
    "--fresh moves over what was moved before": Bug(
        "store/aside.py",
        "            n += 1\n",
        "            break\n",
        f"{RUNDIR}::test_setting_aside_moves_everything_and_overwrites_nothing",
    ),
    "a checksum makes a stranger's file one's own": Bug(
        "store/reader.py",
        "        look_once(path)\n    return open_checked(path)\n\n\ndef open_unhashed",
        "    return open_checked(path)\n\n\ndef open_unhashed",
        f"{STORE}elsewhere.py::test_a_crafted_file_with_its_checksum_is_not_opened_here",
    ),
    "a file that no child came through with is noted": Bug(
        "store/elsewhere.py",
        "        check_elsewhere(path)\n        note_known(path)\n",
        "        note_known(path)\n        check_elsewhere(path)\n",
        f"{STORE}elsewhere.py::test_a_crafted_file_with_its_checksum_is_not_opened_here",
    ),
    "data of another file is read": Bug(
        "store/guard.py",
        "if plan.get_external_count():",
        "if False:",
        f"{FINAL}::test_hostile_content_is_refused_unread",
    ),
    "a torn line of the log swallows the next": Bug(
        "store/journal.py",
        '(b"\\n" if torn else b"") + ',
        "",
        f"{RUNDIR}::test_a_torn_log_line_costs_that_line_only",
    ),
    "room on the disk is not looked at": Bug(
        "store/space.py",
        "disk.free < needed",
        "disk.free < 0",
        f"{STORE}space.py::test_a_disk_too_small_for_the_rest_is_refused_in_one_line",
    ),
    "a newer store is read": Bug(
        "store/schema.py",
        "if schema > SCHEMA:",
        "if schema > 10**9:",
        f"{RUNDIR}::test_a_newer_schema_says_who_made_it",
    ),
    "keys follow from the place in the grid": Bug(
        "execute.py",
        "digests = cohort.key_digests[filled]",
        "digests = np.zeros_like(cohort.key_digests[filled])\n        digests[:, 0] = filled",
        "tests/sweep/test_sweep_invariance.py::test_order_of_the_axis",
    ),
    "all seeds begin alike": Bug(
        "execute.py",
        "keys = model_keys(self.plan.sweep.seed, digests, block.replica,",
        "keys = model_keys(self.plan.sweep.seed, digests, 0,",
        "tests/sweep/test_sweep_invariance.py::test_seeds_of_a_cell_share_no_start",
    ),
    "a field is left out of the fingerprint": Bug(
        "fingerprint.py",
        'COSMETIC = ("name",)',
        'COSMETIC = ("name", "batch_size")',
        f"{RUN}::test_another_experiment_is_refused_by_name",
    ),
    "another kind of failure is tried again": Bug(
        "retry.py",
        "            if not infrastructure(error):\n                raise\n",
        "",
        f"{RETRY}::test_a_mistake_of_the_program_is_not_retried",
    ),
    "a failed block is given up at once": Bug(
        "retry.py",
        "range(retries + 1):",
        "range(1):",
        f"{RETRY}::test_a_failure_that_passes_changes_no_bit",
    ),
    "a signal ends the process": Bug(
        "cli/common.py",
        "        stop.set()\n",
        "        os._exit(1)\n",
        "tests/cli/test_cli_signals.py::test_a_signal_ends_the_run_with_75_and_one_line",
    ),
}
