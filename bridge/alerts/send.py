"""Bringing alerts to a recipient: what may go now goes in one message; what may not waits for its time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from bridge.alerts.channels import CHANNELS
from bridge.alerts.channels.refused import Refused
from bridge.alerts.letters import letter, trial_letter
from bridge.alerts.models import AlertDelivery, AlertRules, Recipient
from bridge.alerts.pace import GIVE_UP_AFTER, HOUR, REFUSED_PAUSE, may_send
from bridge.domain.backoff import retry_at
from bridge.domain.errors import Problem
from bridge.sync import leased

logger = logging.getLogger(__name__)
State = AlertDelivery.State


def due(now: datetime) -> list[int]:
    """Keys of the recipients for whom something may go now."""
    rows = Recipient.objects.filter(
        leased.idle(), active=True, next_try_at__lte=now, deliveries__state=State.WAITING
    )
    return [row.pk for row in rows.distinct() if ready(row, now)]


def ready(recipient: Recipient, now: datetime) -> list[AlertDelivery]:
    """What may go now. In quiet hours only what is urgent; then everything that gathered goes together."""
    waiting = list(
        AlertDelivery.objects.filter(recipient=recipient, state=State.WAITING).select_related(
            "alert__shop", "alert__connection"
        )
    )
    urgent = [row for row in waiting if row.alert.kind in recipient.urgent]
    if is_quiet(recipient, now):
        waiting = urgent
    if not waiting or not may_send(
        now, _sent(recipient, now), urgent=bool(urgent), scale=settings.RETRY_SCALE
    ):
        return []
    return waiting


def is_quiet(recipient: Recipient, now: datetime) -> bool:
    quiet = recipient.quiet_hours
    return quiet is not None and quiet.over_at(now) is not None


def _sent(recipient: Recipient, now: datetime) -> Sequence[datetime]:
    """When messages went in the last hour; several alerts of one message have one moment."""
    rows = AlertDelivery.objects.filter(recipient=recipient, sent_at__gt=now - HOUR)
    return [moment for moment in rows.values_list("sent_at", flat=True).distinct() if moment is not None]


def send(recipient_id: int, now: datetime | None = None) -> bool:
    """Send a recipient what may go; False when another worker is at it, or it is not their time.

    A worker that dies between sending and noting it is followed by one that sends again: better twice than never.
    """
    now = now or timezone.now()
    rows = Recipient.objects.filter(pk=recipient_id, active=True, next_try_at__lte=now)
    if leased.take(rows) is None:
        return False
    recipient = Recipient.objects.get(pk=recipient_id)
    try:
        _forget_old(recipient, now)
        found = ready(recipient, now)
        if not found:
            return False
        return _bring(recipient, found, now)
    finally:
        leased.ours(recipient).update(running_since=None)


def _bring(recipient: Recipient, found: Sequence[AlertDelivery], now: datetime) -> bool:
    message = letter(recipient, [row.alert for row in found])
    try:
        CHANNELS[recipient.channel](recipient, message, AlertRules.now())
    except Refused as refused:
        _note_refusal(recipient, refused, now)
        return False
    AlertDelivery.objects.filter(pk__in=[row.pk for row in found], state=State.WAITING).update(
        state=State.SENT, sent_at=now
    )
    works(recipient, now)
    return True


def _forget_old(recipient: Recipient, now: datetime) -> None:
    old = AlertDelivery.objects.filter(recipient=recipient, state=State.WAITING)
    old.filter(alert__created_at__lt=now - GIVE_UP_AFTER).update(state=State.GIVEN_UP)


def _note_refusal(recipient: Recipient, refused: Refused, now: datetime) -> None:
    """The channel waits: as long as it asks for, longer and longer, or an hour where only a person helps."""
    failures, failed_at = recipient.failures + 1, recipient.failed_at or now
    scale = settings.RETRY_SCALE
    then = retry_at(now, failures, now, scale) if refused.passing else None
    then = max(then or now + REFUSED_PAUSE * scale, now + timedelta(seconds=refused.retry_after))
    logger.warning("an alert did not reach recipient %s: %s", recipient.pk, refused.problem.code)
    leased.ours(recipient).update(
        failures=failures,
        failed_at=failed_at,
        next_try_at=then,
        problem=refused.problem.code,
        problem_params=dict(refused.problem.params),
    )


def works(recipient: Recipient, now: datetime) -> None:
    """The channel took a message: nothing of earlier failures counts any more."""
    Recipient.objects.filter(pk=recipient.pk).update(
        next_try_at=now, failures=0, failed_at=None, problem="", problem_params={}
    )


def try_out(recipient: Recipient) -> Problem | None:
    """Send a test at once, whatever the hour; None when it went, else why not."""
    try:
        CHANNELS[recipient.channel](recipient, trial_letter(recipient), AlertRules.now())
    except Refused as refused:
        return refused.problem
    works(recipient, timezone.now())
    return None
