"""A trouble is told of once when it begins, seldom while it goes on, once when it is over: whatever happens."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bridge.alerts.episodes import Episode, Event, Rule, step

START = datetime(2026, 5, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GROWING = Rule(timedelta(), 5 * MINUTE, (15 * MINUTE, 60 * MINUTE), grows=True)
LASTING = Rule(5 * MINUTE, MINUTE, (120 * MINUTE, 360 * MINUTE))


def told(rule: Rule, *looks: tuple[int, int]) -> list[tuple[int, Event, int]]:
    """(minute, count) → what was told: (minute, event, how much of it is new)."""
    episode, said = Episode(since=START), []
    for minute, count in looks:
        done = step(episode, count, START + minute * MINUTE, rule)
        episode = done.episode
        if done.event:
            said.append((minute, done.event, done.new))
        if episode.over:
            break
    return said


def test_the_first_failure_is_told_at_once_and_forty_more_together() -> None:
    looks = [(0, 1), *((minute, 1 + minute) for minute in range(1, 41))]
    assert told(GROWING, *looks) == [(0, Event.BEGAN, 1), (15, Event.AGAIN, 15)]


def test_what_does_not_grow_is_not_repeated() -> None:
    assert told(GROWING, *((minute, 3) for minute in range(0, 600, 10))) == [(0, Event.BEGAN, 3)]


def test_new_failures_after_some_were_repaired_are_new() -> None:
    assert told(GROWING, (0, 10), (5, 2), (20, 7)) == [(0, Event.BEGAN, 10), (20, Event.AGAIN, 5)]


def test_a_short_outage_is_nobodys_trouble() -> None:
    assert told(LASTING, (0, 1), (4, 1), (5, 0)) == []


def test_an_outage_is_told_once_it_lasts_reminded_of_and_ended() -> None:
    looks = [(minute, 1) for minute in range(200)] + [(200, 0), (201, 0)]
    assert told(LASTING, *looks) == [(5, Event.BEGAN, 1), (125, Event.AGAIN, 0), (201, Event.OVER, 0)]


def test_what_comes_back_before_it_counts_as_over_is_the_same_trouble() -> None:
    assert told(GROWING, (0, 2), (1, 0), (3, 2), (4, 0), (9, 0)) == [(0, Event.BEGAN, 2), (9, Event.OVER, 0)]


class Telling(RuleBasedStateMachine):
    """Random troubles, looked at at random moments."""

    @initialize(rule_=st.sampled_from([GROWING, LASTING]))
    def begin(self, rule_: Rule) -> None:
        self.rule = rule_
        self.now, self.episode = START, Episode(since=START)
        self.said: list[tuple[datetime, Event]] = []
        self.appeared = self.count = 0
        self.told_of = 0

    @rule(count=st.integers(0, 50), minutes=st.integers(0, 240))
    def look(self, count: int, minutes: int) -> None:
        self.now += minutes * MINUTE
        if self.episode.over:
            self.begin(self.rule)
            return
        self.appeared += max(count - self.count, 0)
        self.count = count
        done = step(self.episode, count, self.now, self.rule)
        self.episode = done.episode
        if done.event:
            self.said.append((self.now, done.event))
            self.told_of += done.new
        assert done.new >= 0

    @invariant()
    def it_begins_once_and_ends_once(self) -> None:
        events = [event for _at, event in getattr(self, "said", [])]
        assert events.count(Event.BEGAN) <= 1
        assert Event.BEGAN not in events[1:]
        assert Event.OVER not in events[:-1]
        assert events[:1] in ([], [Event.BEGAN])

    @invariant()
    def repeats_keep_their_distance(self) -> None:
        said = [at for at, event in getattr(self, "said", []) if event != Event.OVER]
        pauses = itertools.pairwise(said)
        for place, (earlier, later) in enumerate(pauses):
            assert later - earlier >= self.rule.pauses[min(place, len(self.rule.pauses) - 1)]

    @invariant()
    def nothing_is_told_twice_and_the_sum_is_right(self) -> None:
        if not hasattr(self, "episode"):
            return
        assert self.episode.total == self.appeared
        assert self.told_of <= self.appeared
        if not self.episode.over:
            assert self.episode.told_count <= self.episode.count

    @invariant()
    def patience_comes_first(self) -> None:
        if getattr(self, "said", []):
            assert self.said[0][0] - self.episode.since >= self.rule.patience

    @invariant()
    def an_end_is_told_only_of_what_was_told(self) -> None:
        if hasattr(self, "episode") and self.episode.over:
            assert bool(self.said) == (bool(self.said) and self.said[-1][1] == Event.OVER)


TestTelling = Telling.TestCase
TestTelling.settings = settings(max_examples=200, deadline=None, stateful_step_count=40)
