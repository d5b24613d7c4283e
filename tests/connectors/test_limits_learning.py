"""What the answers' headers teach: blocks in milliseconds, the weight of a call, foreign use, fewer at
once.
"""

from __future__ import annotations

import heapq
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moysklad.limits_learning import DISTRUST, Seen, observe, seen
from connectors.moysklad.limits_rules import Ask, Budget, ask, capacity, parallel_limit, release
from connectors.moysklad.limits_state import GovernorState

BUDGET = Budget()


def burst(state: GovernorState, now: float, remaining: list[float], limit: float = 45) -> GovernorState:
    """So many calls one after another, 10 ms each, answered with these numbers."""
    for number, left in enumerate(remaining):
        moment = now + number * 0.02
        state, wait = ask(state, moment, Ask(f"{now}-{number}", 0), BUDGET)
        assert wait == 0
        state = observe(state, moment + 0.01, Seen(limit=limit, remaining=left), BUDGET, 0.5)
        state = release(state, moment + 0.01, f"{now}-{number}", BUDGET)
    return state


def test_headers_count_in_milliseconds() -> None:
    headers = {
        "X-RateLimit-Limit": "45",
        "X-RateLimit-Remaining": "0",
        "X-Lognex-Retry-TimeInterval": "3000",
        "X-Lognex-Reset": "1840",
        "X-Lognex-Retry-After": "1840",
    }
    assert seen(headers, "rate") == Seen(45, 0, 1.84, 1.84, "rate", window=3.0)


@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "1e12"])
def test_unreadable_headers_are_ignored(value: str) -> None:
    found = seen({"X-Lognex-Retry-After": value, "X-RateLimit-Limit": "x"})
    assert (found.retry_after, found.limit) == (None, None)


def test_a_refusal_blocks_everybody_for_as_long_as_it_says(payload: Any) -> None:
    headers = payload("moysklad/error_429_rate.json")["http"]["headers"]
    state = observe(GovernorState(), 100.0, seen(headers, "rate"), BUDGET, 0.5)
    _state, wait = ask(state, 100.5, Ask("x", 0), BUDGET)
    assert wait == pytest.approx(1.34)
    _state, wait = ask(state, 101.85, Ask("x", 0), BUDGET)
    assert wait == 0


def test_a_refusal_without_a_time_blocks_for_a_window() -> None:
    state = observe(GovernorState(), 100.0, Seen(refused="rate"), BUDGET, 0.5)
    _state, wait = ask(state, 100.0, Ask("x", 0), BUDGET)
    assert wait == pytest.approx(3.0)


def test_the_parallel_refusal_lowers_what_runs_at_once_for_a_while(payload: Any) -> None:
    headers = payload("moysklad/error_429_parallel.json")["http"]["headers"]
    state = GovernorState()
    for number in range(5):
        state, _wait = ask(state, 100.0, Ask(str(number), 0), BUDGET)
    state = observe(state, 100.1, seen(headers, "parallel"), BUDGET, 0.5)
    assert parallel_limit(state, 100.2, BUDGET) == 4
    assert parallel_limit(state, 110.2, BUDGET) == 5
    state = observe(state, 100.3, seen(headers, "parallel"), BUDGET, 0.5)
    assert parallel_limit(state, 100.4, BUDGET) == 3
    assert [parallel_limit(state, now, BUDGET) for now in (110.4, 115.4, 130.0)] == [4, 5, 5]


@given(st.floats(0, 1))
def test_processes_come_back_at_different_moments(chance: float) -> None:
    state = observe(GovernorState(), 100.0, Seen(refused="parallel"), BUDGET, chance)
    _state, wait = ask(state, 100.0, Ask("x", 0), BUDGET)
    assert wait == pytest.approx(0.1 + 0.4 * chance)


@pytest.mark.parametrize(("unit", "calls"), [(1, 45), (2, 22), (3, 15), (4, 11), (5, 9)])
def test_the_weight_of_a_call_is_learned_from_the_answers(unit: int, calls: int) -> None:
    state = burst(GovernorState(), 100.0, [45 - unit * number for number in range(1, 9)])
    assert capacity(state, BUDGET) == calls


def test_answers_out_of_order_teach_the_same() -> None:
    state = GovernorState()
    for moment, answers in ((100.0, [43, 44, 41, 42]), (100.5, [38, 40, 39, 37])):
        for left in answers:
            state, _wait = ask(state, moment, Ask(f"at{left}", 0), BUDGET)
        for left in answers:
            state = observe(state, moment + 0.1, Seen(limit=45, remaining=left), BUDGET, 0.5)
            state = release(state, moment + 0.1, f"at{left}", BUDGET)
    assert capacity(state, BUDGET) == 45


def test_a_server_that_counts_calls_instead_of_units_teaches_the_same() -> None:
    assert capacity(burst(GovernorState(), 100.0, [10, 9, 8, 7, 6, 5, 4, 3], limit=11), BUDGET) == 11


def test_a_window_that_begins_anew_in_between_misleads_nobody() -> None:
    state = burst(GovernorState(), 100.0, [41, 37, 33, 41, 37, 33, 29, 25])
    assert capacity(state, BUDGET) == 11


@pytest.mark.parametrize(
    "remaining",
    [
        [44, 43, 42, 41, 40, 39, 38],  # too few
        [37, 33, 25, 21, 13, 9, 5, 1],  # others with the same token call in between
        [41, 36, 32, 28, 23, 19, 15, 11],  # others call something heavier
        [45, 45, 45, 45, 45, 45, 45, 45],  # nothing is counted
    ],
)
def test_answers_that_have_another_explanation_prove_nothing(remaining: list[float]) -> None:
    state = GovernorState()
    for number, left in enumerate(remaining):
        moment = 100 + number * 0.02
        state, _wait = ask(state, moment, Ask(str(number), 0), BUDGET)
        state.foreign_cost = 0.0  # what is noticed of the others must not slow this test down
        state = observe(state, moment + 0.01, Seen(limit=45, remaining=left), BUDGET, 0.5)
        state = release(state, moment + 0.01, str(number), BUDGET)
        state.foreign_cost = 0.0
    assert (state.learned_calls, capacity(state, BUDGET)) == (0, 11)


def test_after_a_refusal_no_larger_budget_is_believed_for_a_while() -> None:
    state = burst(GovernorState(), 100.0, [44, 43, 42, 41, 40, 39, 38, 37])
    state = observe(state, 101.0, Seen(45, 0, 1.0, 1.0, "rate"), BUDGET, 0.5)
    assert capacity(state, BUDGET) == 11
    state = burst(state, 200.0, [44, 43, 42, 41, 40, 39, 38, 37])
    assert capacity(state, BUDGET) == 11
    state = burst(state, 101.0 + DISTRUST + 10, [44, 43, 42, 41, 40, 39, 38, 37])
    assert capacity(state, BUDGET) == 45


def test_learning_can_be_switched_off() -> None:
    fixed = Budget(learn=False)
    assert capacity(burst(GovernorState(), 100.0, [44, 43, 42, 41, 40, 39, 38, 37]), fixed) == 11


def test_an_extended_report_weighs_five_units_when_a_call_weighs_one() -> None:
    state = burst(GovernorState(), 100.0, [44, 43, 42, 41, 40, 39, 38, 37])
    state, _wait = ask(state, 110.0, Ask("report", 0, cost=1.25), BUDGET)
    assert state.grants[-1].cost == 5


def test_calls_of_others_with_the_same_token_are_counted_as_taken() -> None:
    state, _wait = ask(GovernorState(), 100.0, Ask("mine", 0), BUDGET)
    state = observe(state, 100.1, Seen(limit=45, remaining=45 - 8 * 4), BUDGET, 0.5)
    free = 0
    for number in range(11):
        state, wait = ask(state, 100.2, Ask(f"n{number}", 0), Budget(parallel=50))
        free += wait == 0
    assert free == 3


def test_nothing_left_on_the_server_blocks_until_the_window_ends() -> None:
    state, _wait = ask(GovernorState(), 100.0, Ask("mine", 0), BUDGET)
    state = observe(state, 100.1, Seen(limit=45, remaining=1), BUDGET, 0.5)
    state = release(state, 100.1, "mine", BUDGET)
    state, wait = ask(state, 100.2, Ask("next", 0), BUDGET)
    assert 2.5 < wait <= 3.1
    _state, wait = ask(state, 103.3, Ask("next", 0), BUDGET)
    assert wait == 0


@settings(max_examples=60, deadline=None)
@given(
    weight=st.sampled_from([1, 2, 3, 4, 5]),
    latency=st.sampled_from([0.02, 0.1, 0.25]),
    offset=st.floats(0, 3),
    fixed=st.booleans(),
    jitter=st.lists(st.floats(0, 0.1), min_size=50, max_size=50),
)
def test_a_server_of_any_weight_is_never_asked_too_often_and_used_to_nine_tenths(
    weight: int, latency: float, offset: float, fixed: bool, jitter: list[float]
) -> None:
    """A server with 45 units per 3 s, its window sliding or fixed, answers; four workers have endless
    work.
    """
    arrivals: list[float] = []
    state, refused, serial = GovernorState(), 0, 4
    events: list[tuple[float, int, str, str, Seen | None]] = [
        (100.0, number, "ask", str(number), None) for number in range(4)
    ]
    while events[0][0] < 160:
        now, number, what, call, answer = heapq.heappop(events)
        if what == "arrive":
            begin = now - 3 if not fixed else offset + 3 * ((now - offset) // 3)
            used = weight * sum(begin < moment <= now for moment in arrivals)
            if used + weight > 45:
                refused += 1
                ends = offset + 3 * ((now - offset) // 3 + 1)
                left = ends - now if fixed else arrivals[-(45 // weight)] + 3 - now
                answer = Seen(45, max(0, 45 - used), left, left, "rate")
            else:
                arrivals.append(now)
                answer = Seen(45, 45 - used - weight)
            heapq.heappush(events, (now + latency / 2, number, "answer", call, answer))
            continue
        if what == "answer":
            assert answer is not None
            state = observe(state, now, answer, BUDGET, 0.5)
            state = release(state, now, call, BUDGET)
            serial += 1
            call = str(serial)
        state, wait = ask(state, now, Ask(call, 1), BUDGET)
        if wait > 0:
            heapq.heappush(events, (now + min(wait, 1.0), number, "ask", call, None))
        else:
            heapq.heappush(events, (now + latency / 2 + jitter[int(call) % 50], number, "arrive", call, None))
    assert refused <= (0 if weight <= 4 else 4), "one refusal a worker may teach a heavier weight"
    possible = min(20 * (45 // weight), 4 / (latency + 0.06) * 60)
    assert len(arrivals) >= 0.9 * possible
