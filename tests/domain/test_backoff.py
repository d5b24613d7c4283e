"""Retries come quickly at first and end after three days; an account is never left alone for over five minutes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.backoff import GIVE_UP_AFTER, outage_until, retry_at

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_the_first_retry_comes_within_seconds() -> None:
    assert retry_at(NOW, 1, NOW) == NOW + timedelta(seconds=5)


def test_three_days_after_the_first_failure_there_is_no_further_try() -> None:
    assert retry_at(NOW, 3, NOW - GIVE_UP_AFTER) is None
    assert retry_at(NOW, 99, NOW - GIVE_UP_AFTER + timedelta(seconds=1)) is not None


@given(st.integers(1, 50))
def test_delays_never_shrink(failures: int) -> None:
    first, second = retry_at(NOW, failures, NOW), retry_at(NOW, failures + 1, NOW)
    assert first is not None
    assert second is not None
    assert second >= first


@given(st.integers(0, 1000))
def test_an_outage_is_looked_at_again_within_five_minutes(failures: int) -> None:
    assert NOW < outage_until(NOW, failures) <= NOW + timedelta(minutes=5)
