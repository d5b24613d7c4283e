"""When people are told of a trouble: once when it begins, seldom while it goes on, once when it is over. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Event(StrEnum):
    BEGAN = "began"
    AGAIN = "again"
    OVER = "over"


@dataclass(frozen=True)
class Rule:
    """`patience`: so long it must last before anybody hears of it. `calm`: so long it must be gone to be over.
    `pauses`: between one telling and the next, the last one for all further. `grows`: told again only if there is more
    of it; otherwise told again because it lasts.
    """

    patience: timedelta
    calm: timedelta
    pauses: tuple[timedelta, ...]
    grows: bool = False


@dataclass(frozen=True)
class Episode:
    """A trouble from its beginning to its end. `count`: how much of it there is now, `total`: how much there was in
    all, `told_count`: how much of what is there now people know of.
    """

    since: datetime
    count: int = 0
    total: int = 0
    told_at: datetime | None = None
    told_count: int = 0
    tellings: int = 0
    absent_since: datetime | None = None
    over: bool = False


@dataclass(frozen=True)
class Step:
    """What the episode is now, what is to be told (if anything), and how much is new in that."""

    episode: Episode
    event: Event | None = None
    new: int = 0


def step(before: Episode, count: int, now: datetime, rule: Rule) -> Step:
    """Look at a trouble that is not over: there is `count` of it now, 0 when it is gone."""
    if count <= 0:
        return _absent(before, now, rule)
    episode = replace(
        before,
        count=count,
        total=before.total + max(count - before.count, 0),
        told_count=min(before.told_count, count),
        absent_since=None,
    )
    new = count - episode.told_count
    if episode.told_at is None:
        return (
            _told(episode, Event.BEGAN, new, now) if now - episode.since >= rule.patience else Step(episode)
        )
    pause = rule.pauses[min(episode.tellings, len(rule.pauses)) - 1]
    if now - episode.told_at < pause or (rule.grows and not new):
        return Step(episode)
    return _told(episode, Event.AGAIN, new, now)


def _absent(before: Episode, now: datetime, rule: Rule) -> Step:
    since = before.absent_since or now
    episode = replace(before, count=0, told_count=0, absent_since=since)
    if episode.told_at is None:
        return Step(replace(episode, over=True))
    if now - since < rule.calm:
        return Step(episode)
    return Step(replace(episode, over=True), Event.OVER)


def _told(episode: Episode, event: Event, new: int, now: datetime) -> Step:
    known = replace(episode, told_at=now, told_count=episode.count, tellings=episode.tellings + 1)
    return Step(known, event, new)
