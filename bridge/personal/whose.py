"""Everything that is known of a customer, found by an e-mail or a phone: their orders, and what hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from bridge.apilog.models import ApiCall
from bridge.domain import phones
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import FINISHED
from bridge.orders import search
from bridge.orders.after_sale import Refund, Return
from bridge.orders.contacts import BuyerContacts
from bridge.orders.flags import Flag
from bridge.orders.models import CustomerBinding, Order, OrderBinding
from bridge.outbox.models import DeliveryAttempt, OutboxMessage
from bridge.sync.models import Drift

# What is on its way to MoySklad or the site still needs its data.
BUSY = ("waiting", "in_flight", "parked")


@dataclass(frozen=True)
class Found:
    """`orders` of the customer; `busy` are those of them with something still to be sent, which are left alone."""

    asked: str
    orders: list[Order]
    busy: list[Order]

    @property
    def keys(self) -> list[int]:
        return [order.pk for order in self.orders]

    def messages(self) -> QuerySet[OutboxMessage]:
        return OutboxMessage.objects.filter(object_key__in=[order.object_key for order in self.orders])

    def attempts(self) -> QuerySet[DeliveryAttempt]:
        return DeliveryAttempt.objects.filter(message__in=self.messages())

    def events(self) -> QuerySet[InboxEvent]:
        ways = Q(pk__in=())
        for order in self.orders:
            ways |= Q(connection=order.shop.site_id, source_id=order.source_id)
        # Said of all of them, so that SQLite too looks in the index of those that are about an order.
        return InboxEvent.objects.filter(ways).exclude(source_id="")

    def finished_events(self) -> QuerySet[InboxEvent]:
        return self.events().filter(state__in=FINISHED)

    def calls(self) -> QuerySet[ApiCall]:
        """Those the log ties to their events and messages; in others their data is masked."""
        return ApiCall.objects.filter(self._of_events() | self._of_messages())

    def calls_by_tie(self) -> list[QuerySet[ApiCall]]:
        """The same apart: each is looked up in its index, while both at once are looked for in the whole log."""
        return [ApiCall.objects.filter(tie) for tie in (self._of_events(), self._of_messages())]

    def _of_events(self) -> Q:
        return Q(event__in=self.events().values("pk"))

    def _of_messages(self) -> Q:
        return Q(message__in=self.messages().values("pk"))

    def bindings(self) -> QuerySet[OrderBinding]:
        return OrderBinding.objects.filter(order__in=self.keys)

    def refunds(self) -> QuerySet[Refund]:
        return Refund.objects.filter(order__in=self.keys)

    def returns(self) -> QuerySet[Return]:
        return Return.objects.filter(order__in=self.keys)

    def flags(self) -> QuerySet[Flag]:
        return Flag.objects.filter(order__in=self.keys)

    def drifts(self) -> QuerySet[Drift]:
        return Drift.objects.filter(order__in=self.keys)

    def history(self) -> QuerySet[LogEntry]:
        kind = ContentType.objects.get_for_model(Order)
        return LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in self.keys])

    def known_again(self) -> QuerySet[CustomerBinding]:
        """How they are known again as a counterparty."""
        Key = CustomerBinding.Key
        ways = Q(pk__in=())
        for order in self.orders:
            who = order.canonical.customer
            values = {
                Key.SITE: [who.source_id],
                Key.EMAIL: [who.email, who.email.strip().lower()],
                Key.PHONE: [who.phone, phones.normal(who.phone, who.country)],
                Key.INN: [who.inn],
            }
            for key, said in values.items():
                ways |= Q(connection=order.shop.account_id, key=key, value__in=[one for one in said if one])
        return CustomerBinding.objects.filter(ways)

    def contacts(self) -> list[BuyerContacts]:
        """Of a counterparty that stands for these customers alone: the common buyer of a shop says nothing of them."""
        agents = set(self.known_again().values_list("external_id", flat=True))
        agents |= set(self.bindings().exclude(agent_id="").values_list("agent_id", flat=True))
        rows = BuyerContacts.objects.filter(
            connection__in={order.shop.account_id for order in self.orders}, external_id__in=agents
        )
        said = {
            text.lower()
            for order in self.orders
            for text in (order.email, order.canonical.customer.phone)
            if text
        }
        return [row for row in rows if any(one in str(row.written).lower() for one in said)]


def of(asked: str) -> Found:
    """Of an e-mail address or a whole phone number, in any spelling; nobody for anything else."""
    text = asked.strip()
    orders = Order.objects.select_related("shop").order_by("pk")
    if "@" in text:
        found = list(orders.filter(email=text.lower()))
    elif len(digits := search.backwards(text)) >= search.LOCAL_PHONE:
        found = list(orders.filter(phone_backwards=digits))
    else:
        found = []
    keys = OutboxMessage.objects.filter(
        object_key__in=[order.object_key for order in found], state__in=BUSY
    ).values_list("object_key", flat=True)
    waiting = set(keys) | _with_new_events(found)
    return Found(
        text,
        [order for order in found if order.object_key not in waiting],
        [order for order in found if order.object_key in waiting],
    )


def _with_new_events(orders: list[Order]) -> set[str]:
    """Orders of whom something has come in that nobody has read yet."""
    ways = Q(pk__in=())
    for order in orders:
        ways |= Q(connection=order.shop.site_id, source_id=order.source_id)
    rows: Any = InboxEvent.objects.filter(ways).exclude(state__in=FINISHED)
    new = set(rows.values_list("connection_id", "source_id"))
    return {order.object_key for order in orders if (order.shop.site_id, order.source_id) in new}
