"""A portion of a run, by its step: worked out, or written (sync/leased.py runs it)."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q

from bridge.outbox import pauses
from bridge.sync import kinds, leased
from bridge.sync.models import GoodsRun
from bridge.sync.previews import comparing, undoing, writing
from bridge.sync.previews.planned import Planner

Step = GoodsRun.Step
WRITES = (kinds.STOCK, kinds.FIELDS)


def kept_in() -> Q:
    """Runs that would write to goods of a shop that sends none of it just now."""
    return Q(pauses.of_shop(*WRITES), step=Step.WRITING)


def portion(run: GoodsRun) -> float:
    """Page after page until time is up, or there is nothing to do; returns the seconds to wait before going on."""
    time_is_up = leased.stopwatch()
    if run.step == Step.COMPARING:
        more = _comparing(run)
        while more():
            if time_is_up():
                return 0
        if run.step == Step.COMPARING:
            return 0
    if run.step == Step.WRITING:
        leased.require_answering(run.shop.site)
        while not pauses.is_on(run.shop, *WRITES):
            if (wait := writing.page(run)) is not None:
                return wait
            if time_is_up():
                return 0
        return 0
    if run.step == Step.READY:  # it waits for its owner
        leased.pause(run)
    return 0


def _comparing(run: GoodsRun) -> Callable[[], bool]:
    if run.kind == GoodsRun.Kind.UNDO:
        return lambda: run.step == Step.COMPARING and undoing.page(run)
    comparing.require_read(run.shop)
    planner = Planner(run)
    return lambda: comparing.page(run, planner)
