"""What MoySklad allows a user, and how much of it the calls that its stand-in has counted took, by its clock."""

from __future__ import annotations

import time
from typing import Any

BUDGET, WINDOW, WORKERS = 11, 3.0, 8
# For a world in which these are kept: eight workers beside the web process, the stand-in's limiter on.
LIMITED: dict[str, Any] = {
    "limiter": True,
    "latency_ms": 30,
    "env": {"MOYSKLAD_CALLS": str(BUDGET), "WORKERS": str(WORKERS), "LEASE_SECONDS": "360"},
}

Call = dict[str, Any]


def fresh(world: Any, *, idle: bool = True) -> None:
    """A quiet bridge (unless a pause keeps it from that), a window nothing has used, and figures from here on."""
    if idle:
        world.quiet()
    time.sleep(WINDOW + 0.2)
    world.box.moysklad.reset_stats()


LATE = 0.1
"""Seconds by which a thread of the stand-in may note a call later than another on a busy machine. Its limiter, which
counts by itself, allows none."""


def within(calls: list[Call], budget: int = BUDGET) -> None:
    """Never more than the budget in any three seconds, and MoySklad refused nothing."""
    assert [call for call in calls if call["status"] == 429] == []
    assert busiest(calls, WINDOW - LATE) <= budget


def busiest(calls: list[Call], seconds: float = WINDOW) -> int:
    """The most calls of any so many seconds."""
    return max(_counts(calls, seconds), default=0)


def share_used(calls: list[Call], until: float) -> float:
    """How much of the budget was in use on average, from the first window's end until then: the calls of the last
    window, at every moment.
    """
    moments = sorted(call["at"] for call in calls)
    return _in_use(moments, moments[0] + WINDOW, until)


def _in_use(moments: list[float], begin: float, end: float) -> float:
    held = sum(max(0.0, min(one + WINDOW, end) - max(one, begin)) for one in moments)
    return held / (end - begin) / BUDGET


def puts(calls: list[Call]) -> dict[str, int]:
    """By kind of entity (`/entity/webhook`), the most PUTs of any minute."""
    kinds: dict[str, list[Call]] = {}
    for call in calls:
        if call["method"] == "PUT":
            kinds.setdefault("/".join(call["path"].split("/")[:3]), []).append(call)
    return {kind: busiest(some, 60.0) for kind, some in kinds.items()}


def _counts(calls: list[Call], seconds: float) -> list[int]:
    moments = sorted(call["at"] for call in calls)
    return [sum(1 for other in moments if start <= other < start + seconds) for start in moments]
