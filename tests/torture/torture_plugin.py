"""`pytest -m slow` that goes on where it was interrupted: what passed already is left out.

And at the end the table of what was tried. Registered by tests/conftest.py.
"""

from __future__ import annotations

import pytest
import torture_ledger


class Torture:
    """Hooks of a run of the slow tests."""

    def __init__(self, config: pytest.Config) -> None:
        # with xdist, what is recorded is recorded once: by the process that starts the others
        self.records = not hasattr(config, "workerinput")

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        passed = torture_ledger.passed()
        done = [item for item in items if item.nodeid in passed]
        if done:
            config.hook.pytest_deselected(items=done)
            items[:] = [item for item in items if item.nodeid not in passed]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.records and report.when == "call" and report.passed:
            torture_ledger.note_passed(report.nodeid)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        # that nothing is left to do is no failure
        if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and torture_ledger.passed():
            session.exitstatus = pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if table := torture_ledger.table():
            terminalreporter.section("torture")
            terminalreporter.write_line(table)
