"""The call budget under a simulated clock: never over it, nobody starves, orders overtake, little is
wasted.
"""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moysklad.limits_rules import (
    NAP,
    ORDER_WAIT,
    PATIENCE,
    Ask,
    Budget,
    ask,
    brought_forward,
    release,
    withdraw,
)
from connectors.moysklad.limits_state import GovernorState

ORDERS, STATUSES, STOCK, CATALOGUE = range(4)


@dataclass
class Call:
    """One call of the simulation: who wants it from when on, how long it lasts, when it was let through."""

    id: str
    priority: int
    tenant: str = ""
    wanted: float = 0.0
    lasts: float = 0.1
    cost: float = 1.0
    dies: bool = False
    granted: float | None = None

    def wish(self) -> Ask:
        return Ask(self.id, self.priority, self.tenant, self.cost, lease=20.0)


@dataclass
class Simulation:
    """Waiters as the Governor behaves: ask, sleep at most NAP, ask again; one shared state kept as JSON."""

    calls: list[Call]
    budget: Budget = field(default_factory=Budget)
    until: float = 600.0
    state: GovernorState = field(default_factory=GovernorState)
    busiest: int = 0

    def run(self) -> Simulation:
        events: list[tuple[float, int, str, Call]] = []
        for number, call in enumerate(self.calls):
            heapq.heappush(events, (call.wanted, number, "ask", call))
        number = len(self.calls)
        while events and events[0][0] <= self.until:
            now, _number, what, call = heapq.heappop(events)
            number += 1
            if what == "ask":
                self.state, wait = ask(self.state, now, call.wish(), self.budget)
                if wait > 0:
                    heapq.heappush(events, (now + min(wait, NAP), number, "ask", call))
                    continue
                call.granted = now
                if not call.dies:
                    heapq.heappush(events, (now + call.lasts, number, "release", call))
            else:
                self.state = release(self.state, now, call.id, self.budget)
            self.busiest = max(self.busiest, len(self.state.leases))
            if number % 20 == 0:
                self.state = GovernorState.from_json(json.loads(json.dumps(self.state.to_json())))
        return self

    def granted(self) -> list[Call]:
        return sorted(
            (call for call in self.calls if call.granted is not None), key=lambda call: call.granted
        )

    def heaviest_window(self) -> float:
        """The largest cost let through within any `window` seconds."""
        found = self.granted()
        heaviest, low = 0.0, 0
        total = 0.0
        for high, call in enumerate(found):
            total += call.cost
            while found[low].granted <= call.granted - self.budget.window:
                total -= found[low].cost
                low += 1
            heaviest = max(heaviest, total)
            assert high >= low
        return heaviest


def backlog(count: int, priority: int, tenant: str = "", **more: Any) -> list[Call]:
    return [Call(f"{priority}{tenant}{number}", priority, tenant, **more) for number in range(count)]


wishes = st.lists(
    st.builds(
        lambda priority, tenant, wanted, lasts, cost, dies: Call(
            "", priority, tenant, wanted, lasts, cost, dies
        ),
        st.integers(0, 3),
        st.sampled_from(["a", "b", "c"]),
        st.floats(0, 20).map(lambda value: round(value, 3)),
        st.sampled_from([0.01, 0.1, 0.5, 2.0]),
        st.sampled_from([1.0, 1.0, 1.0, 1.25]),
        st.sampled_from([False, False, False, False, True]),
    ),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(wishes, st.integers(1, 45), st.integers(1, 5))
def test_no_window_ever_holds_more_than_the_budget_and_everyone_is_served(
    calls: list[Call], per_window: int, parallel: int
) -> None:
    for number, call in enumerate(calls):
        call.id = str(number)
        call.cost = min(call.cost, float(per_window))
    done = Simulation(calls, Budget(calls=per_window, parallel=parallel), until=3000).run()
    assert done.heaviest_window() <= per_window + 1e-6
    assert done.busiest <= parallel
    assert len(done.granted()) == len(calls), "somebody was never served"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 3), st.sampled_from([0.02, 0.1, 0.3, 0.8]), st.integers(2, 8))
def test_a_backlog_of_any_kind_uses_nine_tenths_of_the_budget(
    priority: int, lasts: float, workers: int
) -> None:
    """As real workers do: each asks for its next call when the last one is done."""
    budget = Budget()
    state, now, served = GovernorState(), 0.0, 0
    events = [(0.0, number) for number in range(workers)]
    asking = {number: f"{number}-0" for number in range(workers)}
    busy: dict[int, bool] = {}
    serial = 0
    while events:
        now, worker = heapq.heappop(events)
        if now > 90:
            break
        if busy.pop(worker, False):
            state = release(state, now, asking[worker], budget)
            serial += 1
            asking[worker] = f"{worker}-{serial}"
        state, wait = ask(state, now, Ask(asking[worker], priority), budget)
        if wait > 0:
            heapq.heappush(events, (now + min(wait, NAP), worker))
        else:
            served += 1
            busy[worker] = True
            heapq.heappush(events, (now + lasts, worker))
    possible = min(90 / budget.window * budget.calls, workers / lasts * 90)
    assert served >= 0.9 * possible


def test_an_order_overtakes_a_long_queue_of_stock_calls() -> None:
    waiting = backlog(150, STOCK)  # more than processes can hold at once; the rest waits in tables
    order = Call("order", ORDERS, wanted=20.0)
    Simulation([*waiting, order], until=24).run()
    assert order.granted is not None
    assert order.granted - order.wanted <= ORDER_WAIT + 0.01


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 40), st.sampled_from([STATUSES, STOCK, CATALOGUE]), st.integers(20, 60))
def test_an_order_waits_at_most_a_moment_whatever_else_waits(
    moment: float, priority: int, count: int
) -> None:
    order = Call("order", ORDERS, wanted=moment)
    Simulation([*backlog(count, priority), order], until=60).run()
    assert order.granted is not None
    assert order.granted - moment <= ORDER_WAIT + 0.01


def test_priorities_are_served_in_their_order() -> None:
    calls = [call for kind in (CATALOGUE, STOCK, STATUSES, ORDERS) for call in backlog(6, kind)]
    done = Simulation(calls, until=30).run()
    # The first ones found the budget free; from then on the order of the kinds holds.
    kinds = [call.priority for call in done.granted()][4:]
    assert kinds == sorted(kinds)


def test_a_flood_of_orders_does_not_starve_the_catalogue() -> None:
    flood = [Call(f"o{number}", ORDERS, wanted=number * 0.25) for number in range(800)]
    patient = Call("catalogue", CATALOGUE, wanted=1.0)
    Simulation([*flood, patient], until=300).run()
    assert patient.granted is not None
    assert patient.granted - patient.wanted <= PATIENCE + ORDER_WAIT + NAP


def test_shops_of_one_account_take_turns() -> None:
    big, small = backlog(60, STOCK, "big"), backlog(10, STOCK, "small", wanted=0.5)
    done = Simulation([*big, *small], until=120).run()
    after = [call.tenant for call in done.granted() if call.granted > 0.5][:20]
    assert after.count("small") == 10


def test_within_one_shop_first_come_first_served() -> None:
    calls = [Call(f"{number:02}", STOCK, "a", wanted=number * 0.01) for number in range(30)]
    done = Simulation(calls, until=60).run()
    assert [call.id for call in done.granted()] == sorted(call.id for call in calls)


def test_one_call_of_the_window_is_kept_for_an_order() -> None:
    state, budget = GovernorState(), Budget(parallel=50)
    waits = []
    for number in range(12):
        state, wait = ask(state, 0.0, Ask(f"s{number}", STOCK), budget)
        waits.append(wait)
    assert [wait == 0 for wait in waits] == [True] * 10 + [False] * 2
    state, wait = ask(state, 0.5, Ask("order", ORDERS), budget)
    assert wait == 0


def test_an_extended_report_weighs_five_quarters() -> None:
    state, budget = GovernorState(), Budget(parallel=50)
    for number in range(8):
        state, wait = ask(state, 0.0, Ask(f"r{number}", ORDERS, cost=1.25), budget)
        assert wait == 0
    state, wait = ask(state, 0.0, Ask("r8", ORDERS, cost=1.25), budget)
    assert wait > 0, "8 x 1.25 = 10 are used, 11 is the budget"


def test_the_place_of_a_killed_process_becomes_free() -> None:
    dead = [Call(f"dead{number}", ORDERS, dies=True) for number in range(5)]
    late = Call("late", ORDERS, wanted=1.0)
    Simulation([*dead, late], until=60).run()
    assert late.granted is not None
    assert 19 <= late.granted <= 22, "the lease of the dead ends after 20 s"


def test_a_waiter_that_died_blocks_nobody_for_long() -> None:
    state, budget = GovernorState(), Budget(calls=1)
    state, _wait = ask(state, 0.0, Ask("first", ORDERS), budget)
    state, _wait = ask(state, 0.0, Ask("dead", ORDERS), budget)
    state = release(state, 0.1, "first", budget)
    living = Call("living", ORDERS, wanted=0.2)
    done = Simulation([living], budget, until=30, state=state).run()
    assert done.granted()[0].granted <= 3.2 + NAP


def test_who_gives_up_leaves_the_queue() -> None:
    state, budget = GovernorState(), Budget(calls=1)
    state, _wait = ask(state, 0.0, Ask("first", ORDERS), budget)
    state, _wait = ask(state, 0.0, Ask("second", ORDERS), budget)
    state = withdraw(state, 0.1, "second", budget)
    assert state.tickets == []


def test_the_wait_is_foretold_even_behind_a_long_queue() -> None:
    state, budget = GovernorState(), Budget()
    for number in range(110):
        state, wait = ask(state, 0.0, Ask(str(number), ORDERS), Budget(parallel=1000))
    assert 9 * budget.window <= wait <= 11 * budget.window


@pytest.mark.parametrize("jump", [-300.0, 300.0])
def test_a_clock_that_jumps_leaves_no_long_wait(jump: float) -> None:
    state, budget = GovernorState(), Budget()
    for number in range(11):
        state, _wait = ask(state, 1000.0, Ask(str(number), ORDERS), Budget(parallel=50))
    state.blocked_until = 1003.0
    for number in range(11):
        state = release(state, 1000.1, str(number), budget)
    after = Call("after", ORDERS, wanted=1000.0 + jump)
    Simulation([after], budget, until=2000, state=state).run()
    assert after.granted is not None
    assert after.granted - after.wanted <= 301


def test_blocks_and_places_of_a_clock_that_was_ahead_end_as_early_as_if_it_had_been_right() -> None:
    state, budget = GovernorState(), Budget()
    for number in range(5):
        state, _wait = ask(state, 1300.0, Ask(str(number), ORDERS, lease=20.0), budget)  # and die
    state.blocked_until, state.parallel_until = 1303.0, 1310.0
    after = Call("after", ORDERS, wanted=1000.0)
    state = brought_forward(state, 1000.0, 300.0)
    assert (state.blocked_until, state.parallel_until) == (1003.0, 1010.0)
    Simulation([after], budget, until=2000, state=state).run()
    assert after.granted is not None
    assert 1019 <= after.granted <= 1022, "the places of the dead end 20 s after they were taken"


def test_calls_of_others_that_were_seen_by_a_clock_ahead_are_forgotten_in_time() -> None:
    state, after = (
        GovernorState(foreign_cost=11.0, foreign_until=1302.0),
        Call("after", ORDERS, wanted=1000.0),
    )
    Simulation([after], until=2000, state=brought_forward(state, 1000.0, 300.0)).run()
    assert after.granted is not None
    assert after.granted <= 1003


def test_what_was_served_by_a_clock_ahead_is_soon_let_in_again() -> None:
    catalogue = Call("catalogue", CATALOGUE, wanted=1005.0)
    orders = [Call(f"order{n}", ORDERS, wanted=1000.0 + n / 5) for n in range(600)]
    state = GovernorState(served_at={str(CATALOGUE): 1300.0})
    Simulation([*orders, catalogue], until=1120, state=brought_forward(state, 1000.0, 300.0)).run()
    assert catalogue.granted is not None
    assert catalogue.granted <= catalogue.wanted + PATIENCE + 3


def test_what_ends_anyhow_is_not_brought_forward() -> None:
    state = GovernorState(blocked_until=990.0)
    assert brought_forward(state, 1000.0, 300.0).blocked_until == 990.0


def test_asking_changes_nothing_of_the_state_it_was_given() -> None:
    state, budget = GovernorState(), Budget()
    before = json.dumps(state.to_json())
    ask(state, 1.0, Ask("x", ORDERS), budget)
    assert json.dumps(state.to_json()) == before


@pytest.mark.parametrize("record", [None, {}, {"grants": [{"other": 1}]}, {"tickets": 5}])
def test_a_record_of_another_version_is_an_empty_state(record: Any) -> None:
    assert GovernorState.from_json(record) == GovernorState()
