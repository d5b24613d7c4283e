"""However much happens, a recipient is written to seldom."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bridge.alerts.pace import AN_HOUR, BETWEEN, HOUR, URGENT_AN_HOUR, may_send

NOW = datetime(2026, 5, 14, 12, tzinfo=UTC)
STEPS = st.lists(st.tuples(st.integers(1, 900), st.booleans()), max_size=200)


def test_the_first_message_goes_at_once() -> None:
    assert may_send(NOW, [], urgent=False)


def test_a_second_one_waits_for_a_minute() -> None:
    assert not may_send(NOW + timedelta(seconds=59), [NOW], urgent=True)
    assert may_send(NOW + timedelta(seconds=60), [NOW], urgent=False)


def test_after_the_messages_of_an_hour_only_urgent_ones_go() -> None:
    sent = [NOW - timedelta(minutes=2 * n + 1) for n in range(AN_HOUR)]
    assert not may_send(NOW, sent, urgent=False)
    assert may_send(NOW, sent, urgent=True)


@given(STEPS)
def test_no_hour_has_more_messages_than_it_may(steps: list[tuple[int, bool]]) -> None:
    now, sent = NOW, list[datetime]()
    for seconds, urgent in steps:
        now += timedelta(seconds=seconds)
        if may_send(now, sent, urgent=urgent):
            sent.append(now)
    for moment in sent:
        assert sum(moment <= other < moment + HOUR for other in sent) <= URGENT_AN_HOUR
    assert all(later - earlier >= BETWEEN for earlier, later in itertools.pairwise(sent))
