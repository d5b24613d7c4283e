"""Where an order stands, in one word a shop assistant understands; worked out without a query a row."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Substr
from django.db.models.lookups import IsNull
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.dashboard.orders.key_set import KeyAmong
from bridge.orders.flags import Flag
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import Hold, OutboxMessage

State = OutboxMessage.State
ATTENTION = (State.PARKED, State.DEAD)
ON_THE_WAY = (State.WAITING, State.IN_FLIGHT)
PREFIX = "order:"
AT_MOST = 20_000
"""Open messages, holds, flags and removed documents that the list of orders is narrowed by."""


class Standing(NamedTuple):
    code: str
    label: str | Promise
    colour: str


SENT = Standing("sent", _("in MoySklad"), "success")
WAITING = Standing("waiting", _("waiting to be sent"), "info")
NEEDS_YOU = Standing("needs_you", _("needs you"), "danger")
HELD = Standing("held", _("held back"), "warning")
LEFT = Standing("left", _("removed in MoySklad"), "muted")
NOT_SENT = Standing("not_sent", _("is not sent"), "muted")
# Beside any of the others: both sides do not agree on something, or staff should know something.
FLAGGED = Standing("differs", _("has remarks"), "warning")
ALL = (NEEDS_YOU, HELD, WAITING, SENT, NOT_SENT, LEFT)
BY_KEYS = frozenset(one.code for one in (NEEDS_YOU, HELD, WAITING, LEFT, FLAGGED))
"""Of which there are few: `narrow` looks them up by their keys."""


def with_standing(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what `standing` needs."""
    key = Concat(Value(PREFIX), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    mine = OutboxMessage.objects.filter(object_key=key)
    return orders.select_related("binding", "shop").annotate(
        needs_you=any_of(mine.filter(state__in=ATTENTION)),
        on_the_way=any_of(mine.filter(state__in=ON_THE_WAY)),
        held=any_of(Hold.objects.filter(object_key=key)),
        flagged=any_of(Flag.objects.filter(order=OuterRef("pk"))),
    )


def any_of(rows: QuerySet[Any], column: str = "pk") -> IsNull:
    """Whether there is such a row, looked up for each order that is shown: of an EXISTS PostgreSQL would rather read
    the whole table once, as if all orders were shown. A `column` that the index has spares reading the row.
    """
    return IsNull(Subquery(rows.order_by().values(column)[:1]), False)


def standing(order: Any) -> Standing:
    """The standing of an order that `with_standing` read."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    if order.needs_you:
        return NEEDS_YOU
    if order.held:
        return HELD
    if order.on_the_way:
        return WAITING
    if binding is None or not (binding.external_id or binding.gone):
        return NOT_SENT
    return LEFT if binding.gone else SENT


def narrow(orders: QuerySet[Order], code: str) -> Any:
    """Only orders with this standing, or flagged ones.

    What is open is little, so its orders are looked up, not the other way; by their keys, not by the question for them:
    PostgreSQL would rather look at all orders, the newest first.
    """
    if code == FLAGGED.code:
        return orders.filter(KeyAmong(flagged_orders(Flag.objects.all())))
    rows: Any = with_standing(orders)
    needs_you = _keys(orders_of(ATTENTION))
    if code == NEEDS_YOU.code:
        return rows.filter(KeyAmong(needs_you))
    held = _keys(orders_held()) - needs_you
    if code == HELD.code:
        return rows.filter(KeyAmong(held))
    on_the_way = _keys(orders_of(ON_THE_WAY)) - needs_you - held
    if code == WAITING.code:
        return rows.filter(KeyAmong(on_the_way))
    busy = needs_you | held | on_the_way
    if code == LEFT.code:
        return rows.filter(KeyAmong(_newest_keys(_removed()) - busy))
    # Nearly all orders are calm: the few others are left out.
    rows = rows.filter(~KeyAmong(busy)) if busy else rows
    documents = OrderBinding.objects.filter(order=OuterRef("pk"))
    if code == SENT.code:
        return rows.filter(Exists(documents.filter(gone=OrderBinding.Gone.NO).exclude(external_id="")))
    not_made = documents.filter(external_id="", gone=OrderBinding.Gone.NO)
    return rows.filter(~Q(any_of(documents, "order")) | Q(any_of(not_made, "order")))


def order_pk(object_key: str) -> int | None:
    """The order an outgoing message is about; None when it is about something else."""
    number = object_key.removeprefix(PREFIX)
    return int(number) if object_key.startswith(PREFIX) and number.isdecimal() else None


def orders_of(states: tuple[str, ...]) -> Any:
    """The keys of orders with a message in one of these states."""
    return _orders(OutboxMessage.objects.filter(state__in=states))


def orders_held() -> Any:
    """The keys of orders that are held back."""
    return _orders(Hold.objects.all())


def _orders(rows: QuerySet[Any]) -> Any:
    """The orders among the objects of these rows."""
    number = Cast(Substr("object_key", len(PREFIX) + 1), BigIntegerField())
    return rows.filter(object_key__startswith=PREFIX).annotate(order_pk=number).values("order_pk")


def flagged_orders(flags: QuerySet[Flag]) -> set[int]:
    """The keys of the orders these flags are on."""
    return _newest_keys(flags.values("order"))


def _keys(rows: Any) -> set[int]:
    """Of more than anybody works through the newest."""
    return set(rows.order_by("-pk").values_list("order_pk", flat=True)[:AT_MOST])


def _newest_keys(rows: Any) -> set[int]:
    return set(rows.order_by("-order").values_list("order", flat=True)[:AT_MOST])


def _removed() -> Any:
    return OrderBinding.objects.exclude(gone=OrderBinding.Gone.NO).values("order")
