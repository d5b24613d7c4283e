"""What the pages of rows handled once more have in common (sync/once_more.py): how far they are, what came of them."""

from __future__ import annotations

from typing import Any

from bridge.dashboard.long_work_page import Progress
from bridge.sync.models import ReplayRun, RetryRun

Run = ReplayRun | RetryRun


def progress(run: Run) -> Progress:
    return Progress(run.done, run.total, run.state == run.State.DONE)


def figures(run: Run, went: str, failed: tuple[str, str], later: tuple[str, str]) -> list[dict[str, Any]]:
    """What went well, what did not, what goes by itself: the name of each, and what is said where there is some."""
    by_itself = max(run.done - run.went - run.failed, 0)
    rows = ((went, run.went, ""), (failed[0], run.failed, failed[1]), (later[0], by_itself, later[1]))
    return [{"name": name, "value": value, "note": note if value else ""} for name, value, note in rows]
