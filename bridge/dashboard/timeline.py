"""The journey of an order, newest first: events that came in, messages queued, each try and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.dashboard.shown import precisely
from bridge.dashboard.words import KINDS, OUTCOMES, TOPICS, word
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.problems import sentence
from bridge.sync import kinds

MESSAGES, ATTEMPTS, EVENTS, DOCUMENTS = 30, 60, 30, 10
# Events are looked through by their content; only the newest of each system, so that a page stays quick.
LOOK_THROUGH = 2000

OUTCOME_LOOKS = {
    "done": ("check_circle", "success"),
    "parked": ("front_hand", "danger"),
    "failed": ("error", "warning"),
    "crashed": ("bug_report", "danger"),
}


class Step(NamedTuple):
    at: datetime
    icon: str
    colour: str
    title: str
    text: str = ""
    url: str = ""

    @property
    def when(self) -> str:
        return precisely(self.at)


def timeline(order: Order) -> list[Step]:
    """At most 120 steps of an order's journey."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    steps = [*_events(order, binding), *_messages(order, binding)]
    return sorted(steps, key=lambda step: step.at, reverse=True)


def events_of(order: Order, binding: OrderBinding | None) -> list[InboxEvent]:
    """Events of the site that carry this order, and of MoySklad that name one of its documents."""
    since = order.first_seen_at - timedelta(days=1)
    own = InboxEvent.objects.filter(connection_id=order.shop.site_id, source_id=order.source_id)
    found = list(own.defer("body").order_by("-pk")[:EVENTS])
    ids = [binding.external_id] if binding is not None else []
    ids += order.documents.values_list("external_id", flat=True)[:DOCUMENTS]
    ids += order.returns.values_list("external_id", flat=True)[:DOCUMENTS]
    if named := [Q(body__contains=external_id) for external_id in ids if external_id]:
        found += _look_through(order.shop.account_id, since, reduce(or_, named))
    return found


def _look_through(connection_id: int, since: datetime, wanted: Q) -> list[InboxEvent]:
    newest = InboxEvent.objects.filter(connection_id=connection_id, received_at__gte=since).order_by("-pk")
    ids = newest.values("pk")[:LOOK_THROUGH]
    rows = InboxEvent.objects.filter(wanted, pk__in=ids).defer("body").order_by("-pk")
    return list(rows[:EVENTS])


def _events(order: Order, binding: OrderBinding | None) -> Iterator[Step]:
    for event in events_of(order, binding):
        failed = event.state == InboxEvent.State.FAILED
        yield Step(
            event.received_at,
            "call_received",
            "danger" if failed else "muted",
            word(TOPICS, event.topic),
            sentence(event.problem, event.problem_params),
            reverse("admin:bridge_inboxevent_change", args=[event.pk]),
        )


def _messages(order: Order, binding: OrderBinding | None) -> Iterator[Step]:
    messages = list(OutboxMessage.objects.filter(object_key=order.object_key).order_by("-pk")[:MESSAGES])
    for message in messages:
        url = reverse("admin:bridge_outboxmessage_change", args=[message.pk])
        yield Step(message.created_at, "schedule_send", "muted", _queued(message), "", url)
        if message.state == OutboxMessage.State.DISCARDED and message.done_at:
            yield Step(message.done_at, "block", "muted", _("Not sent any more: %(what)s") % _what(message))
    rows = DeliveryAttempt.objects.filter(message__in=messages).select_related("message").order_by("-pk")
    for row in rows[:ATTEMPTS]:
        icon, colour = OUTCOME_LOOKS.get(row.outcome, ("help", "muted"))
        title = f"{word(KINDS, row.message.kind)}: {word(OUTCOMES, row.outcome).lower()}"
        url = reverse("admin:bridge_outboxmessage_change", args=[row.message_id])
        yield Step(row.finished_at, icon, colour, title, _answer(row, binding), url)


def _what(message: OutboxMessage) -> dict[str, str]:
    return {"what": word(KINDS, message.kind)}


def _queued(message: OutboxMessage) -> str:
    return _("To be sent: %(what)s") % _what(message)


def _answer(row: DeliveryAttempt, binding: OrderBinding | None) -> str:
    """The other side's words where something went wrong; a success needs no more than the document's number."""
    if row.outcome == "done":
        number = binding.document_name if binding and row.message.kind == kinds.ORDER else ""
        return _("document %(number)s") % {"number": number} if number else ""
    return sentence(row.problem, row.problem_params) or row.detail
