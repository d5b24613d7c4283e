"""A reading too long for one job: done in portions, each remembering where the next one goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from bridge.sync import flows, leased
from bridge.sync.models import Watermark
from bridge.worktime import CLOCK_STEP

Place = Any  # JSON; None at the beginning of a step
Step = Callable[[Watermark, datetime, Place], Iterator[Place]]


def go_on(watermark: Watermark, steps: Mapping[str, Step]) -> bool:
    """Work through the steps in their order, or a portion of them; True when the pass is complete.

    A step gets the moment the pass began and its last place; it yields its place each time it has stored more. One
    done in one go yields nothing, and none yields at its end, which is no place to go on from. A step that knows how
    much there is says so in the watermark's `total`, and counts what it has read in `done`: both are kept with each
    place, for people to see.
    Unfinished work asks for the flow again at once. A step may meet the same rows twice, after an error or a
    killed worker, never none of them.
    """
    names = list(steps)
    cursor = watermark.cursor
    # One that began by a clock that was set since says nothing of what it has seen (bridge/clock.py).
    ahead = cursor and datetime.fromisoformat(cursor["began"]) > timezone.now() + CLOCK_STEP
    if cursor.get("step") not in steps or ahead:
        cursor = {"step": names[0], "began": timezone.now().isoformat(), "place": None}
        watermark.done = watermark.total = 0
    began = datetime.fromisoformat(cursor["began"])
    time_is_up = leased.stopwatch()
    for name in names[names.index(cursor["step"]) :]:
        place = cursor["place"] if cursor["step"] == name else None
        for reached in steps[name](watermark, began, place):
            if not _keep(watermark, {"step": name, "began": cursor["began"], "place": reached}):
                return False
            if time_is_up():
                flows.run_soon(watermark.connection, watermark.flow)
                return False
    _keep(watermark, {})
    return True


def along(place: Place, start: tuple[str, int]) -> tuple[str, int]:
    """Where a walk along a date goes on: a moment and how much of it is done; `start` at the beginning of a step."""
    return (str(place[0]), int(place[1])) if place else start


def forget(watermark: Watermark) -> None:
    """The next pass begins anew."""
    if watermark.cursor:
        _keep(watermark, {})


def _keep(watermark: Watermark, cursor: dict[str, Any]) -> bool:
    """Remember the place; False when another worker took this flow over because we were too slow."""
    watermark.cursor = cursor
    ours = Watermark.objects.filter(pk=watermark.pk, running_since=watermark.running_since)
    return bool(ours.update(cursor=cursor, done=watermark.done, total=watermark.total))
