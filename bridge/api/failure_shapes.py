"""How messages that wait for a person look in answers, and which of them a request means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from bridge import problems
from bridge.api.cases import AssignSerializer, DiscardSerializer, SnoozeSerializer
from bridge.api.filters import ASSIGNED, LARGEST_KEY
from bridge.api.shapes import (
    Day,
    NamedSerializer,
    ProblemSerializer,
    Shape,
    WordSerializer,
    moment,
    number,
    problem,
    shop,
    text,
    word,
)
from bridge.dashboard.attention.attention import Group
from bridge.dashboard.orders.order_states import order_pk
from bridge.dashboard.recorded import name_of
from bridge.dashboard.words import KINDS, OUTCOMES
from bridge.dashboard.words import word as called
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync.attention.selection import EVENTS, MESSAGES, Narrowed, Selection


class OrderOfSerializer(Shape):
    id = number()
    number = text()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An order with an item nobody linked",
            {
                "id": 77,
                "shop": {"id": 1, "name": "site"},
                "kind": {"code": "order", "label": "Order → MoySklad"},
                "order": {"id": 640, "number": "5001"},
                "state": {"code": "parked", "label": "needs you"},
                "given_up": "",
                "problem": {
                    "code": "unlinked_lines",
                    "message": "These items are not linked with MoySklad: Mug (MUG-0001).",
                    "remedy": "Link each of them.",
                },
                "tries": 1,
                "queued_at": "2026-05-14T09:30:00Z",
                "assigned_to": None,
                "put_off_until": None,
            },
        )
    ]
)
class FailureSerializer(Shape):
    """A message that waits for a person. `given_up`: why it is dead, where no problem says it."""

    id = number()
    shop = NamedSerializer()
    kind = WordSerializer()
    order = OrderOfSerializer(allow_null=True)
    state = WordSerializer()
    given_up = text()
    problem = ProblemSerializer(allow_null=True)
    tries = number()
    queued_at = moment()
    assigned_to = NamedSerializer(allow_null=True)
    put_off_until = moment(allow_null=True)


class TrySerializer(Shape):
    """`answer`: what the bridge or the other side said."""

    ended_at = moment()
    outcome = WordSerializer()
    answer = text()


class WholeFailureSerializer(FailureSerializer):
    """With its tries, newest first, 50 at most."""

    deliveries = TrySerializer(many=True)


class NarrowedSerializer(Shape):
    """What a cause is narrowed to, as on the page “Needs attention”; left out: not narrowed."""

    shop = number(required=False, allow_null=True, min_value=1, max_value=LARGEST_KEY)
    assigned = serializers.RegexField(ASSIGNED, required=False, help_text="A person's id, or nobody.")
    since = Day(required=False, allow_null=True, help_text="Came on this day or later.")
    until = Day(required=False, allow_null=True, help_text="Came on this day or earlier.")
    put_off = serializers.BooleanField(
        default=False, help_text="Those that are put off, instead of all others."
    )


class SelectionSerializer(NarrowedSerializer):
    """All that waits for one cause: `source`, `of` and `cause` as /failures/causes/ names them."""

    source = serializers.ChoiceField(choices=[MESSAGES, EVENTS])  # type: ignore[assignment]
    of = number(min_value=1, max_value=LARGEST_KEY)
    cause = serializers.CharField(allow_blank=True, max_length=60)


class CauseSerializer(Shape):
    """Everything of one cause. `source`: messages of the shop, or events of the connection, with the id `of`."""

    source = serializers.ChoiceField(choices=[MESSAGES, EVENTS])  # type: ignore[assignment]
    of = number()
    where = text(help_text="The shop's or the connection's name.")
    cause = text()
    message = text()
    remedy = text()
    repaired_by = text(help_text="What kind of step repairs it: link_item, choose_state, fix_settings, …")
    count = number()
    orders = number()
    oldest_at = moment()


class EstimateSerializer(Shape):
    """What trying them again would take, about: calls to MoySklad and seconds."""

    count = number()
    calls = number()
    seconds = number()


class DiscardCauseSerializer(SelectionSerializer, DiscardSerializer):
    pass


class AssignCauseSerializer(SelectionSerializer, AssignSerializer):
    pass


class SnoozeCauseSerializer(SelectionSerializer, SnoozeSerializer):
    pass


def narrowed(given: Mapping[str, Any]) -> Narrowed:
    return Narrowed(
        shop=given.get("shop"),
        assigned=given.get("assigned") or "",
        put_off=bool(given.get("put_off")),
        since=given.get("since"),
        until=given.get("until"),
    )


def selection(given: Mapping[str, Any]) -> Selection:
    return Selection(given["source"], given["of"], given["cause"], narrowed(given))


def failure(row: OutboxMessage, orders: Mapping[int, Order]) -> dict[str, Any]:
    order = orders.get(order_pk(row.object_key) or 0)
    person = row.assigned_to
    return {
        "id": row.pk,
        "shop": shop(row.shop),
        "kind": word(row.kind, called(KINDS, row.kind)),
        "order": {"id": order.pk, "number": order.number} if order is not None else None,
        "state": word(row.state, row.get_state_display()),
        "given_up": str(row.get_dead_reason_display()),
        "problem": problem(row.problem, row.problem_params),
        "tries": row.attempts,
        "queued_at": row.created_at,
        "assigned_to": {"id": person.pk, "name": name_of(person)} if person is not None else None,
        "put_off_until": row.snoozed_until,
    }


def whole_failure(row: OutboxMessage, orders: Mapping[int, Order]) -> dict[str, Any]:
    tries = row.deliveries.order_by("-started_at", "-pk")[:50]
    return {
        **failure(row, orders),
        "deliveries": [
            {
                "ended_at": one.finished_at,
                "outcome": word(one.outcome, called(OUTCOMES, one.outcome)),
                "answer": problems.sentence(one.problem, one.problem_params) or one.detail,
            }
            for one in tries
        ],
    }


def cause(group: Group, where: str) -> dict[str, Any]:
    meant = group.selection
    return {
        "source": meant.source,
        "of": meant.of,
        "where": where,
        "cause": meant.cause,
        "message": problems.cause(meant.cause) if meant.cause else "",
        "remedy": problems.remedy(meant.cause),
        "repaired_by": problems.entry(meant.cause).kind.value,
        "count": group.count,
        "orders": group.orders,
        "oldest_at": group.oldest,
    }


def orders_of(rows: list[OutboxMessage]) -> dict[int, Order]:
    """The orders these are about, in one query."""
    keys = {pk for row in rows if (pk := order_pk(row.object_key))}
    return Order.objects.only("pk", "number").in_bulk(keys)
