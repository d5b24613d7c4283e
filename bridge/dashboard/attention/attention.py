"""What waits for a person, grouped by its cause: how much of each, since when, which orders, and what repairs it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from bridge import problems
from bridge.connections.models import Connection, Shop
from bridge.dashboard import shown
from bridge.dashboard.orders.order_states import PREFIX, order_pk
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import KINDS, TOPICS, word
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync.attention.selection import EVENTS, MESSAGES, Narrowed, Selection

# Of each group so many rows are looked at more closely: for the orders named, and for what is to be linked.
SAMPLE = 30
ORDERS_NAMED = 5


@dataclass(frozen=True)
class Group:
    """Rows of one cause. `orders`: how many different orders they are about."""

    selection: Selection
    count: int
    oldest: datetime
    orders: int


def groups(narrowed: Narrowed) -> list[Group]:
    """All groups, the largest first; two queries, whatever their number."""
    messages = narrowed.messages().order_by().values_list("shop_id", "problem")
    events = narrowed.events().order_by().values_list("connection_id", "problem")
    of_messages = messages.annotate(
        n=Count("pk"),
        oldest=Min("created_at"),
        orders=Count("object_key", distinct=True, filter=Q(object_key__startswith=PREFIX)),
    )
    of_events = events.annotate(
        n=Count("pk"),
        oldest=Min("received_at"),
        orders=Count("source_id", distinct=True, filter=~Q(source_id="")),
    )
    found = [
        Group(Selection(source, of, cause, narrowed), n, oldest, orders)
        for source, rows in ((MESSAGES, of_messages), (EVENTS, of_events))
        for of, cause, n, oldest, orders in rows
    ]
    return sorted(found, key=lambda group: (-group.count, group.oldest))


def cards(found: Sequence[Group], narrowed: Narrowed) -> list[dict[str, Any]]:
    """The groups of one page, ready to print."""
    messages, events = _samples(found, narrowed)
    orders = _orders_of_messages(messages)
    of_events = _orders_of_events(events)
    names = dict(Shop.objects.values_list("pk", "name"))
    connections = dict(Connection.objects.values_list("pk", "name"))
    return [
        _card(
            group,
            (messages if group.selection.source == MESSAGES else events)[
                group.selection.of, group.selection.cause
            ],
            orders if group.selection.source == MESSAGES else of_events,
            (names if group.selection.source == MESSAGES else connections).get(group.selection.of, ""),
        )
        for group in found
    ]


Samples = Mapping[tuple[int, str], list[Any]]


def _samples(found: Sequence[Group], narrowed: Narrowed) -> tuple[Samples, Samples]:
    """The first rows of each group, messages and events, in one query each."""
    causes = {
        source: {g.selection.cause for g in found if g.selection.source == source}
        for source in (MESSAGES, EVENTS)
    }
    messages, events = defaultdict(list), defaultdict(list)
    if causes[MESSAGES]:
        sent = narrowed.messages().filter(problem__in=causes[MESSAGES]).select_related("assigned_to")
        for row in _first(sent, "shop_id"):
            messages[row.shop_id, row.problem].append(row)
    if causes[EVENTS]:
        came = (
            narrowed.events().filter(problem__in=causes[EVENTS]).select_related("assigned_to").defer("body")
        )
        for row in _first(came, "connection_id"):
            events[row.connection_id, row.problem].append(row)
    return messages, events


def _first(rows: Any, of: str) -> Any:
    place = Window(RowNumber(), partition_by=[F(of), F("problem")], order_by=F("pk").asc())
    return rows.order_by().annotate(place=place).filter(place__lte=SAMPLE).order_by("pk")


def _orders_of_messages(samples: Samples) -> dict[Any, Order]:
    """By the object key of a message."""
    keys = {pk for rows in samples.values() for row in rows if (pk := order_pk(row.object_key))}
    orders = Order.objects.filter(pk__in=keys).defer("content")
    return {order.object_key: order for order in orders}


def _orders_of_events(samples: Samples) -> dict[Any, Order]:
    """By connection and id on the site."""
    wanted = {
        (row.connection_id, row.source_id) for rows in samples.values() for row in rows if row.source_id
    }
    orders = Order.objects.filter(
        shop__site__in={site for site, _id in wanted}, source_id__in={source for _site, source in wanted}
    ).annotate(site=F("shop__site"))
    return {(order.site, order.source_id): order for order in orders.defer("content")}


def _card(group: Group, sample: list[Any], orders: Mapping[Any, Order], where: str) -> dict[str, Any]:
    selection = group.selection
    keys = dict.fromkeys(
        row.object_key if selection.source == MESSAGES else (row.connection_id, row.source_id)
        for row in sample
    )
    named = [orders[key] for key in keys if key in orders]
    return {
        "selection": selection,
        "cause": said(selection.cause, sample),
        "remedy": problems.remedy(selection.cause),
        "count": group.count,
        "oldest": shown.when(group.oldest),
        "where": where,
        "what": ", ".join(dict.fromkeys(_what(row) for row in sample)),
        "orders": [shown.page_of("order", order.pk, order.number) for order in named[:ORDERS_NAMED]],
        "more_orders": max(group.orders - len(named[:ORDERS_NAMED]), 0),
        "assigned": ", ".join(dict.fromkeys(name_of(row.assigned_to) for row in sample if row.assigned_to)),
        "sample": sample,
        "named": named,
    }


def said(cause: str, sample: Sequence[Any]) -> str:
    """The whole sentence where all rows say the same, else the cause without details."""
    details = [row.problem_params for row in sample]
    if cause and details and all(one == details[0] for one in details):
        return problems.sentence(cause, details[0])
    if cause:
        return problems.cause(cause)
    reason = (
        str(sample[0].get_dead_reason_display()) if sample and isinstance(sample[0], OutboxMessage) else ""
    )
    return reason or _("No reason is known.")


def _what(row: Any) -> str:
    return word(KINDS, row.kind) if isinstance(row, OutboxMessage) else word(TOPICS, row.topic)
