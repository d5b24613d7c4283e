"""Events handled once more, at work: a portion is put back into the inbox, what came of it is counted, and so on."""

from __future__ import annotations

from bridge.inbox import process
from bridge.sync import once_more
from bridge.sync.models import ReplayRun
from bridge.sync.replays.selection import from_json


def portion(run: ReplayRun) -> float:
    """One stretch of work; returns the seconds to wait before going on."""
    chosen = from_json(run.chosen).rows(run.shop)
    return once_more.portion(run, once_more.Rows(chosen, process.replay_all, process.what_came_of))
