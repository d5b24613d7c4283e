"""The governor as the client uses it: with threads, real time, refusals and deaths."""

from __future__ import annotations

import threading
import time

import pytest
from world import SLOW_MACHINE

from connectors.errors import RateLimited
from connectors.moysklad.limits import Budget, Governor, GovernorState, MemoryStore, Priority

QUICK = Budget(calls=6, window=0.3, parallel=3, jitter=0.01, margin=0.01)


def test_threads_of_many_workers_stay_within_the_budget() -> None:
    governor = Governor(MemoryStore(), QUICK)
    moments: list[float] = []
    running, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal running, most
        for _ in range(6):
            with governor.slot(Priority.STOCK):
                with lock:
                    moments.append(time.time())
                    running += 1
                    most = max(most, running)
                time.sleep(0.005)
                with lock:
                    running -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    moments.sort()
    assert len(moments) == 36
    assert most <= 3
    assert all(late - early > 0.29 for early, late in zip(moments, moments[6:], strict=False))


def test_who_cannot_wait_so_long_is_told_when_to_come_back() -> None:
    store = MemoryStore()
    governor = Governor(store, Budget(calls=1, window=2 * SLOW_MACHINE, parallel=5))
    with governor.slot(Priority.ORDERS):
        began = time.monotonic()
        with (
            pytest.raises(RateLimited) as caught,
            governor.slot(Priority.ORDERS, max_wait=0.5),
        ):
            pytest.fail("let through")
    assert time.monotonic() - began < SLOW_MACHINE, "it did not wait for its turn"
    assert 0.5 < caught.value.retry_after < 2 * SLOW_MACHINE + 1
    assert store.state.tickets == []


def test_a_call_that_fails_gives_its_place_back() -> None:
    store = MemoryStore()
    governor = Governor(store)
    with pytest.raises(KeyError), governor.slot(Priority.ORDERS):
        raise KeyError("broken")
    assert store.state.leases == {}


def test_a_waiter_that_is_interrupted_leaves_the_queue() -> None:
    store = MemoryStore()

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    governor = Governor(store, Budget(calls=1), sleep=interrupted)
    with governor.slot(Priority.ORDERS), pytest.raises(KeyboardInterrupt), governor.slot(Priority.ORDERS):
        pytest.fail("let through")
    assert store.state.tickets == []


def test_what_an_answer_said_reaches_the_state() -> None:
    store = MemoryStore()
    governor = Governor(store)
    with governor.slot(Priority.ORDERS) as slot:
        slot.answered({"X-Lognex-Retry-After": "2000"}, "rate")
    usage = governor.usage()
    assert 1.5 < usage.blocked_seconds <= 2.0
    assert (usage.capacity, usage.in_flight, usage.calls) == (11, 0, 1)
    governor.observe({"X-Lognex-Retry-After": "9000"}, "rate")
    assert governor.usage().blocked_seconds > 8


def test_a_store_that_breaks_after_the_call_does_not_lose_its_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Breaking(MemoryStore):
        broken = False

        def update(self, change):  # type: ignore[no-untyped-def]
            if self.broken:
                raise RuntimeError("the database is away")
            return super().update(change)

    store = Breaking()
    governor = Governor(store)
    with governor.slot(Priority.ORDERS):
        store.broken = True
    assert "could not be updated" in caplog.text


def test_the_state_survives_its_way_through_json() -> None:
    store = MemoryStore()
    governor = Governor(store, Budget(calls=1))
    with governor.slot(Priority.ORDERS, tenant="shop"):
        again = GovernorState.from_json(store.state.to_json())
        assert again == store.state
        assert len(again.leases) == 1
