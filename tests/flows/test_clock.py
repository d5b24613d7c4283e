"""The clock of the bridge's machine is set: what was put off under the wrong one does not wait for it to come round."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from chaos.bridge import StormBridge, faketime
from django.utils import timezone
from world import SLOW_MACHINE

from bridge.inbox.models import InboxEvent
from bridge.sync.models import Heartbeat, Watermark
from bridge.worktime import CLOCK_STEP

pytestmark = pytest.mark.skipif(
    faketime() is None, reason="libfaketime is missing (Debian's package of this name)"
)
WORLD = {"made_by": StormBridge, "env": {"HEARTBEAT_TIMEOUT": "90"}}
AHEAD = 300
assert SLOW_MACHINE < AHEAD, "what waits for the clock to come round is not taken for slow"


@pytest.fixture(autouse=True)
def right(world: Any) -> Iterator[None]:
    yield
    world.bridge.set_clock(0)


def jump(world: Any, seconds: int) -> None:
    world.bridge.set_clock(seconds)
    time.sleep(1.5)  # whoever asks for the time from now on looks at the clock anew

    def beats_by_it() -> bool:
        off = Heartbeat.objects.get().at - timezone.now() - timedelta(seconds=seconds)
        return abs(off) < CLOCK_STEP

    world.until(beats_by_it, "a beat is noted by the new time")


def test_what_waits_by_a_clock_that_was_ahead_goes_on_when_it_is_set_right(world: Any) -> None:
    world.quiet()
    jump(world, AHEAD)
    world.box.moysklad.faults.add("status", path="entity", status=503, count=None)
    order = world.box.store.place_order({"S-00001": 1})
    message = world.message(order["id"], state="waiting", problem="away")
    assert (message.due_at - message.created_at).total_seconds() < AHEAD
    jump(world, 0)
    world.box.moysklad.faults.clear()
    world.until(lambda: world.documents(order["id"]), "the order arrives")
    world.quiet()
    assert len(world.documents(order["id"])) == 1


def test_a_pause_that_moysklad_asked_for_by_a_clock_ahead_is_over_when_it_is_set_right(world: Any) -> None:
    """The account's budget remembers until when no call may be made; nothing else would wait that long."""
    world.quiet()
    jump(world, AHEAD)
    refusals = world.box.moysklad.stats()["rate_refused"]
    world.box.moysklad.faults.add("status", path="entity", status=429, ms=5_000, count=1)
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.box.moysklad.stats()["rate_refused"] > refusals, "MoySklad asks for a pause")
    jump(world, 0)
    world.until(lambda: world.documents(order["id"]), "the order arrives")
    world.quiet()


def test_flows_go_on_at_their_times_when_the_clock_is_set_back(world: Any) -> None:
    world.quiet()
    jump(world, AHEAD)
    world.run_flow("statuses")
    before = Watermark.objects.get(flow="statuses").next_due_at
    jump(world, 0)

    def earlier() -> bool:
        return bool((before - Watermark.objects.get(flow="statuses").next_due_at).total_seconds() > AHEAD / 2)

    world.until(earlier, "the next look is as far away as before")


@pytest.mark.parametrize("seconds", [AHEAD, -AHEAD])
def test_events_are_taken_in_and_no_worker_is_killed_when_the_clock_jumps(world: Any, seconds: int) -> None:
    world.quiet()
    jump(world, seconds)
    order = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(order["id"]), "the order arrives")
    jump(world, 0)
    later = world.box.store.place_order({"S-00001": 1})
    world.until(lambda: world.documents(later["id"]), "the next one too")
    world.quiet()
    assert not InboxEvent.objects.filter(state="waiting").exists()
    assert "no beat came back" not in world.bridge.log_tail("worker.log", 200)
