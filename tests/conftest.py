"""What every test shares: the marker for tests that touch SQL, and no skips where CI forbids them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SQL_FIXTURES = {"db", "transactional_db", "bridge", "live_bridge"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`sql` marks itself; measurements run only when asked for by `-m bench`."""
    wants_bench = "bench" in (config.option.markexpr or "")
    kept, dropped = [], []
    for item in items:
        if item.get_closest_marker("django_db") or SQL_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.sql)
        (kept if wants_bench or not item.get_closest_marker("bench") else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With NO_SKIPS a skipped test fails the run, except those against a real shop."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("NO_SKIPS") or reporter is None:
        return
    live = str(Path("tests") / "live")
    hidden = [
        report.nodeid for report in reporter.stats.get("skipped", []) if not report.nodeid.startswith(live)
    ]
    if hidden:
        reporter.write_line("Skipped although NO_SKIPS is set:\n  " + "\n  ".join(hidden), red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
