"""A login that may be of several accounts waits for all of them no longer than it may wait for one."""

from __future__ import annotations

import pytest

from connectors.errors import RateLimited
from connectors.moysklad.limits import Budget, Governor, MemoryStore, Priority
from connectors.moysklad.limits_joint import JointGovernor

BUDGET = Budget(calls=1, parallel=5)


class Time:
    """It passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def governor(self, *beside: Governor) -> Governor:
        if beside:
            found = JointGovernor(MemoryStore(), BUDGET, beside=beside)
            found._clock, found._sleep = self.clock, self.sleep
            return found
        return Governor(MemoryStore(), BUDGET, clock=self.clock, sleep=self.sleep)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def used_up_in_turn(time: Time) -> list[Governor]:
    """Of two accounts, a call each in three seconds: the first is free after about one more, the second after two."""
    accounts = [time.governor(), time.governor()]
    for one in accounts:
        with one.slot(Priority.ORDERS):
            pass
        time.now += 1
    return accounts


def test_the_wait_is_for_all_of_them_together() -> None:
    time = Time()
    joint = time.governor(*used_up_in_turn(time))
    begun = time.now
    with pytest.raises(RateLimited), joint.slot(Priority.ORDERS, max_wait=1.6):
        pytest.fail("let through")
    assert time.now - begun <= 1.6


def test_with_time_enough_it_comes_through_when_the_last_of_them_is_free() -> None:
    time = Time()
    joint = time.governor(*used_up_in_turn(time))
    begun = time.now
    with joint.slot(Priority.ORDERS, max_wait=10):
        assert 1 < time.now - begun < 10
