"""Storing an alert and whom it goes to, in one transaction; nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from bridge.alerts.episodes import Event
from bridge.alerts.models import Alert, AlertDelivery, Incident, Kind, Recipient
from bridge.connections.models import Shop

_WANTED = {Event.AGAIN: Kind.AGAIN, Event.OVER: Kind.OVER}


def of_incident(incident: Incident, event: Event, facts: Mapping[str, Any], now: datetime) -> Alert | None:
    """Tell of an incident; None when somebody else has. In the transaction that stores how far the incident is."""
    subject = Kind(incident.kind)
    fields = {
        "kind": _WANTED.get(event, subject),
        "subject": subject,
        "event": event.value,
        "incident": incident,
        "shop_id": incident.shop_id,
        "connection_id": incident.connection_id,
        "facts": dict(facts),
        "created_at": now,
    }
    told = None
    if event != Event.BEGAN:  # who never heard of its beginning needs no end
        told = AlertDelivery.objects.filter(alert__incident=incident).values_list("recipient_id", flat=True)
    return _store(f"{incident.pk}:{event.value}:{incident.tellings}", fields, told)


def of_week(shop: Shop, key: str, facts: Mapping[str, Any], now: datetime) -> Alert | None:
    """The summary of a shop's week; None when it is there already."""
    fields = {
        "kind": Kind.DIGEST,
        "subject": Kind.DIGEST,
        "shop": shop,
        "facts": dict(facts),
        "created_at": now,
    }
    return _store(key, fields)


@transaction.atomic
def _store(key: str, fields: Mapping[str, Any], only: QuerySet[Any, int] | None = None) -> Alert | None:
    alert, made = Alert.objects.get_or_create(key=key, defaults=fields)
    if not made:
        return None
    rows = recipients(alert)
    if only is not None:
        rows = rows.filter(pk__in=only)
    wanted = [row for row in rows if alert.kind in row.kinds]
    AlertDelivery.objects.bulk_create([AlertDelivery(alert=alert, recipient=row) for row in wanted])
    return alert


def recipients(alert: Alert) -> QuerySet[Recipient]:
    """Those whose shops it concerns."""
    rows = Recipient.objects.filter(active=True)
    concerned = _shops(alert)
    if concerned is None:
        return rows
    return rows.filter(Q(shops=None) | Q(shops__in=concerned)).distinct()


def _shops(alert: Alert) -> Sequence[int] | None:
    """Keys of the shops an alert concerns; None for all of them."""
    if alert.shop_id:
        return [alert.shop_id]
    if alert.connection_id is None:
        return None
    of = Q(site=alert.connection_id) | Q(account=alert.connection_id)
    return list(Shop.objects.filter(of).values_list("pk", flat=True)) or None
