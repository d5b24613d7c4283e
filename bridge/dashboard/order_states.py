"""Where an order stands, in one word a shop assistant understands; worked out without a query a row."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.orders.flags import Flag
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage

State = OutboxMessage.State
ATTENTION = (State.PARKED, State.DEAD)
ON_THE_WAY = (State.WAITING, State.IN_FLIGHT)
PREFIX = "order:"


class Standing(NamedTuple):
    code: str
    label: str | Promise
    colour: str


SENT = Standing("sent", _("in MoySklad"), "success")
WAITING = Standing("waiting", _("waiting to be sent"), "info")
NEEDS_YOU = Standing("needs_you", _("needs you"), "danger")
LEFT = Standing("left", _("removed in MoySklad"), "muted")
NOT_SENT = Standing("not_sent", _("is not sent"), "muted")
# Beside any of the others: both sides do not agree on something, or staff should know something.
FLAGGED = Standing("differs", _("has remarks"), "warning")
ALL = (NEEDS_YOU, WAITING, SENT, NOT_SENT, LEFT)


def with_standing(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what `standing` needs."""
    mine = OutboxMessage.objects.filter(
        object_key=Concat(Value(PREFIX), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    )
    return orders.select_related("binding", "shop").annotate(
        needs_you=Exists(mine.filter(state__in=ATTENTION)),
        on_the_way=Exists(mine.filter(state__in=ON_THE_WAY)),
        flagged=Exists(Flag.objects.filter(order=OuterRef("pk"))),
    )


def standing(order: Any) -> Standing:
    """The standing of an order that `with_standing` read."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    if order.needs_you:
        return NEEDS_YOU
    if order.on_the_way:
        return WAITING
    if binding is None or not (binding.external_id or binding.gone):
        return NOT_SENT
    return LEFT if binding.gone else SENT


def narrow(orders: QuerySet[Order], code: str) -> QuerySet[Order]:
    """Only orders with this standing, or flagged ones.

    Open messages are few, so their orders are looked up, not the other way.
    """
    if code == FLAGGED.code:
        return orders.filter(Exists(Flag.objects.filter(order=OuterRef("pk"))))
    attention, way = _orders_of(ATTENTION), _orders_of(ON_THE_WAY)
    if code == NEEDS_YOU.code:
        return orders.filter(pk__in=attention)
    if code == WAITING.code:
        return orders.filter(pk__in=way).exclude(pk__in=attention)
    calm = orders.exclude(pk__in=attention).exclude(pk__in=way)
    has_document = ~Q(binding__external_id="") & Q(binding__isnull=False)
    if code == SENT.code:
        return calm.filter(has_document, binding__gone=OrderBinding.Gone.NO)
    if code == LEFT.code:
        return calm.filter(binding__isnull=False).exclude(binding__gone=OrderBinding.Gone.NO)
    return calm.filter(
        Q(binding__isnull=True) | Q(binding__external_id="", binding__gone=OrderBinding.Gone.NO)
    )


def order_pk(object_key: str) -> int | None:
    """The order an outgoing message is about; None when it is about something else."""
    number = object_key.removeprefix(PREFIX)
    return int(number) if object_key.startswith(PREFIX) and number.isdecimal() else None


def _orders_of(states: tuple[str, ...]) -> Any:
    return (
        OutboxMessage.objects.filter(state__in=states, object_key__startswith=PREFIX)
        .annotate(order_pk=Cast(Substr("object_key", len(PREFIX) + 1), BigIntegerField()))
        .values("order_pk")
    )
