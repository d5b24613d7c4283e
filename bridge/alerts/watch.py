"""Looking through the tables for troubles, a few times a minute, by one process at a time: what is new is stored as
alerts. Pure rules: episodes.py."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from bridge.alerts import announce, digest
from bridge.alerts.episodes import Episode, Event, Rule, step
from bridge.alerts.models import AlertRules, Incident, Kind
from bridge.alerts.present import Facts, Trouble, troubles

logger = logging.getLogger(__name__)

# So many beats lie between two looks.
BEATS = 3
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SELDOM = (2 * HOUR, 6 * HOUR, 24 * HOUR)
MORE_OF_IT = (15 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR)
NOTHING: Facts = {}


def rule_of(kind: str, rules: AlertRules) -> Rule:
    """How patient one is with a trouble of a kind. RETRY_SCALE shortens what no setting says."""
    scale = settings.RETRY_SCALE
    calm = 5 * MINUTE * scale
    match kind:
        case Kind.FAILURE:
            return Rule(timedelta(), calm, tuple(pause * scale for pause in MORE_OF_IT), grows=True)
        case Kind.AWAY:
            return Rule(rules.away_minutes * MINUTE, MINUTE * scale, SELDOM)
        case Kind.BUDGET:
            return Rule(timedelta(), HOUR * scale, SELDOM)
        case Kind.AUTH | Kind.WORKER:
            return Rule(timedelta(), timedelta(), SELDOM)
    return Rule(timedelta(), calm, SELDOM)


def look(now: datetime) -> bool:
    """Look, if it is time to and nobody else does; False otherwise."""
    if not _my_turn(now):
        return False
    rules = AlertRules.now()
    found = troubles(now, rules)
    open_ones = {row.key: row for row in Incident.objects.filter(over_at=None)}
    for key in found.keys() | open_ones.keys():
        _take_further(open_ones.get(key), found.get(key), set(found), now, rules)
    digest.tell(now, rules)
    return True


def _my_turn(now: datetime) -> bool:
    """The row of the rules says when somebody last looked: whoever moves it on is the one who looks."""
    AlertRules.objects.get_or_create(pk=1)
    pause = timedelta(seconds=settings.BEAT_SECONDS * BEATS)
    due = Q(looked_at=None) | Q(looked_at__lte=now - pause)
    return bool(AlertRules.objects.filter(due, pk=1).update(looked_at=now))


def _take_further(
    incident: Incident | None, trouble: Trouble | None, present: set[str], now: datetime, rules: AlertRules
) -> None:
    """One trouble: what it is now is stored together with the alert that tells of it."""
    kind = incident.kind if incident is not None else trouble.kind if trouble is not None else ""
    before = _episode(incident) if incident is not None else Episode(since=now)
    done = step(before, trouble.count if trouble is not None else 0, now, rule_of(kind, rules))
    event = done.event
    if event == Event.OVER and incident is not None and f"auth:{incident.connection_id}" in present:
        event = None  # it answers again, though only to refuse the login: that is told instead
    facts = trouble.facts() if trouble is not None and event is not None else NOTHING
    try:
        with transaction.atomic():
            row = _stored(incident, trouble, done.episode, facts, now)
            if row is not None and event is not None:
                said = {
                    **row.facts,
                    "count": done.episode.count,
                    "new": done.new,
                    "total": done.episode.total,
                }
                announce.of_incident(row, event, {"since": row.since.isoformat(), **said}, now)
    except IntegrityError:  # another process saw it begin at the same moment
        logger.info("%s is told of by another process", trouble.key if trouble is not None else kind)


def _episode(row: Incident) -> Episode:
    return Episode(
        row.since, row.count, row.total, row.told_at, row.told_count, row.tellings, row.absent_since
    )


def _stored(
    row: Incident | None, trouble: Trouble | None, episode: Episode, facts: Facts, now: datetime
) -> Incident | None:
    """The incident as it is now; None when another process took it further meanwhile."""
    fields: dict[str, Any] = {
        "count": episode.count,
        "total": episode.total,
        "told_at": episode.told_at,
        "told_count": episode.told_count,
        "tellings": episode.tellings,
        "absent_since": episode.absent_since,
        "over_at": now if episode.over else None,
    }
    if row is None:
        if trouble is None:
            return None
        return Incident.objects.create(
            key=trouble.key,
            kind=trouble.kind,
            connection_id=trouble.connection_id,
            shop_id=trouble.shop_id,
            since=episode.since,
            facts=dict(facts),
            **fields,
        )
    if facts:
        fields["facts"] = dict(facts)
    if replace(_episode(row), over=episode.over) == episode and not episode.over and not facts:
        return row  # nothing new
    ours = Incident.objects.filter(pk=row.pk, tellings=row.tellings, over_at=None)
    if not ours.update(**fields):
        return None
    for name, value in fields.items():
        setattr(row, name, value)
    return row
