"""The journey of an order, newest first: events that came in, messages queued, tries with their calls, deeds of people.

A page of it is read at a time, from each table only what may stand on that page: a journey of thousands of steps costs
what one of fifty does. Calls stand under the try or event they were made for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.apilog.models import ApiCall
from bridge.dashboard.calls import call_words
from bridge.dashboard.recorded import name_of
from bridge.dashboard.shown import precisely
from bridge.dashboard.words import KINDS, OUTCOMES, TOPICS, word
from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.orders.after_sale import Refund, Return
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.problems import sentence
from bridge.sync import kinds

PAGE = 40
CALLS, CALLS_OF_ONE = 400, 30
"""Calls that are read for a page, and shown under one step."""
MESSAGES, DOCUMENTS = 200, 10
# Events of MoySklad are looked through by their content; only the newest of those that could be on the page.
LOOK_THROUGH = 1000
MARK = "%Y%m%d%H%M%S%f"

OUTCOME_LOOKS = {
    "done": ("check_circle", "success"),
    "parked": ("front_hand", "danger"),
    "failed": ("error", "warning"),
    "crashed": ("bug_report", "danger"),
}


@dataclass
class Step:
    """`calls` were made for it, the earliest first; `said` sums them up."""

    at: datetime
    icon: str
    colour: str
    title: str
    text: str = ""
    url: str = ""
    calls: list[Step] = field(default_factory=list)
    said: str = ""
    calls_of: tuple[str, Any] = ("", None)

    @property
    def when(self) -> str:
        return precisely(self.at)


class Journey(NamedTuple):
    """A page of it. `earlier` marks where the next one begins, '' at its end; `later`: this is not the newest."""

    steps: list[Step]
    earlier: str
    later: bool


def timeline(order: Order, mark: str = "") -> Journey:
    """The steps before the moment that `mark` names, or the newest."""
    before = moment_of(mark)
    binding: OrderBinding | None = getattr(order, "binding", None)
    found = [
        *_events(order, binding, before),
        *_queued(order, before),
        *_discarded(order, before),
        *_tries(order, binding, before),
        *_deeds(order, before),
    ]
    if before is None or order.placed_at < before:
        found.append(Step(order.placed_at, "shopping_cart", "muted", _("Placed on the site")))
    if (at := order.anonymised_at) is not None and (before is None or at < before):
        text = _("The document is left as it is until the order changes on the site.")
        found.append(
            Step(at, "person_off", "muted", _("No personal data is kept of the order any more"), text)
        )
    found.sort(key=lambda step: step.at, reverse=True)
    shown = found
    if len(found) > PAGE:  # of each table one more than a page was read, so all of these are there
        shown = [step for step in found if step.at > found[PAGE].at] or found[: PAGE + 1]
    earlier = shown[-1].at.astimezone(UTC).strftime(MARK) if len(found) > len(shown) else ""
    _with_calls(shown)
    return Journey(shown, earlier, before is not None)


def moment_of(mark: str) -> datetime | None:
    """None for the newest page, and for what is no mark of a page."""
    try:
        return datetime.strptime(mark, MARK).replace(tzinfo=UTC)
    except ValueError:
        return None


def _newest(rows: QuerySet[Any], moment: str, before: datetime | None) -> QuerySet[Any]:
    rows = rows.filter(**{f"{moment}__lt": before}) if before is not None else rows
    return rows.order_by(f"-{moment}", "-pk")[: PAGE + 1]


def events_of(order: Order, binding: OrderBinding | None, before: datetime | None = None) -> list[InboxEvent]:
    """Events of the site that carry this order, and of MoySklad that name one of its documents."""
    own = InboxEvent.objects.filter(connection_id=order.shop.site_id, source_id=order.source_id)
    found = list(_newest(own.defer("body"), "received_at", before))
    ids = [binding.external_id] if binding is not None else []
    ids += order.documents.values_list("external_id", flat=True)[:DOCUMENTS]
    ids += order.returns.values_list("external_id", flat=True)[:DOCUMENTS]
    if named := [Q(body__contains=external_id) for external_id in ids if external_id]:
        found += _look_through(order, reduce(or_, named), before)
    return found


def _look_through(order: Order, wanted: Q, before: datetime | None) -> list[InboxEvent]:
    since = order.first_seen_at - timedelta(days=1)
    rows = InboxEvent.objects.filter(connection_id=order.shop.account_id, received_at__gte=since)
    if before is not None:
        rows = rows.filter(received_at__lt=before)
    newest = rows.order_by("-received_at").values("pk")[:LOOK_THROUGH]
    return list(
        _newest(InboxEvent.objects.filter(wanted, pk__in=newest).defer("body"), "received_at", before)
    )


def _events(order: Order, binding: OrderBinding | None, before: datetime | None) -> Iterator[Step]:
    for event in events_of(order, binding, before):
        failed = event.state == InboxEvent.State.FAILED
        yield Step(
            event.received_at,
            "call_received",
            "danger" if failed else "muted",
            word(TOPICS, event.topic),
            sentence(event.problem, event.problem_params),
            reverse("admin:bridge_inboxevent_change", args=[event.pk]),
            calls_of=("event", event.pk),
        )


def _messages(order: Order) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(object_key=order.object_key)


def _queued(order: Order, before: datetime | None) -> Iterator[Step]:
    for message in _newest(_messages(order), "created_at", before):
        title = _("To be sent: %(what)s") % {"what": word(KINDS, message.kind)}
        yield Step(message.created_at, "schedule_send", "muted", title, "", _page_of(message))


def _discarded(order: Order, before: datetime | None) -> Iterator[Step]:
    rows = _messages(order).filter(state=OutboxMessage.State.DISCARDED, done_at__isnull=False)
    for message in _newest(rows, "done_at", before):
        title = _("Not sent any more: %(what)s") % {"what": word(KINDS, message.kind)}
        yield Step(message.done_at, "block", "muted", title, message.why_discarded, _page_of(message))


def _tries(order: Order, binding: OrderBinding | None, before: datetime | None) -> Iterator[Step]:
    rows = DeliveryAttempt.objects.filter(message__object_key=order.object_key).select_related("message")
    for row in _newest(rows, "finished_at", before):
        icon, colour = OUTCOME_LOOKS.get(row.outcome, ("help", "muted"))
        yield Step(
            row.finished_at,
            icon,
            colour,
            f"{word(KINDS, row.message.kind)}: {word(OUTCOMES, row.outcome).lower()}",
            _answer(row, binding),
            _page_of(row.message),
            calls_of=("try", row.started_at),
        )


def _answer(row: DeliveryAttempt, binding: OrderBinding | None) -> str:
    """The other side's words where something went wrong; a success needs no more than the document's number."""
    if row.outcome == "done":
        number = binding.document_name if binding and row.message.kind == kinds.ORDER else ""
        return _("document %(number)s") % {"number": number} if number else ""
    return sentence(row.problem, row.problem_params) or row.detail


def _deeds(order: Order, before: datetime | None) -> Iterator[Step]:
    """What people did to the order, its messages, refunds and returns."""
    rows: dict[type[Model], Iterable[int]] = {
        Order: [order.pk],
        OutboxMessage: _messages(order).order_by("-pk").values_list("pk", flat=True)[:MESSAGES],
        Refund: order.refunds.values_list("pk", flat=True)[:MESSAGES],
        Return: order.returns.values_list("pk", flat=True)[:MESSAGES],
    }
    wanted = Q(pk=None)
    for model, keys in rows.items():
        ids = [str(key) for key in keys]
        if ids:
            wanted |= Q(content_type=ContentType.objects.get_for_model(model), object_id__in=ids)
    entries = LogEntry.objects.filter(wanted).select_related("user", "content_type")
    for entry in _newest(entries, "action_time", before):
        deed = deeds.read(entry)
        changed = "; ".join(
            f"{value.what}: {value.before or '—'} → {value.after or '—'}" for value in deed.values
        )
        who = name_of(entry.user)
        yield Step(entry.action_time, "person", "info", deed.text, f"{who}. {changed}" if changed else who)


def _page_of(message: OutboxMessage) -> str:
    return reverse("admin:bridge_outboxmessage_change", args=[message.pk])


def _with_calls(steps: Sequence[Step]) -> None:
    """Give the steps of a page the calls that were made for them."""
    by_place = {step.calls_of: step for step in steps if step.calls_of[0]}
    of_tries = [moment for kind, moment in by_place if kind == "try"]
    of_events = [key for kind, key in by_place if kind == "event"]
    for name, wanted in (("delivered_at", of_tries), ("event_id", of_events)):
        if not wanted:
            continue
        rows = ApiCall.objects.filter(**{f"{name}__in": wanted}).select_related("connection")
        for call in rows.defer("request_body", "response_body").order_by("-at", "-pk")[:CALLS]:
            step = by_place.get(("try", call.delivered_at)) or by_place.get(("event", call.event_id))
            if step is not None:
                step.calls.insert(0, _call(call))
    for step in steps:
        if step.calls:
            step.said = _summary(step.calls)
            step.calls = step.calls[-CALLS_OF_ONE:]


def _call(call: ApiCall) -> Step:
    incoming = call.direction == ApiCall.Direction.IN
    return Step(
        call.at,
        "south_west" if incoming else "north_east",
        call_words.colour(call) if call_words.colour(call) != "success" else "muted",
        f"{call_words.system(call)}: {call_words.answer(call)}",
        f"{call.method} {call.path}",
        reverse("admin:bridge_apicall_change", args=[call.pk]),
    )


def _summary(calls: Sequence[Step]) -> str:
    """How many there were, and what the last one that failed was answered with, or the last."""
    telling = next((call for call in reversed(calls) if call.colour != "muted"), calls[-1])
    count = _("calls: %(count)s") % {"count": len(calls)}
    return f"{count} · {telling.title}"
