"""Messages that change one order each on a site: one after another, until the site fails, the job's time is up, or an
order waits for a worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bridge import worktime
from bridge.connections.faults import is_outage
from bridge.connections.models import Vendor
from bridge.domain.errors import DomainError
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.outbox import pauses
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Failed, Outcome, Parked, Untried
from bridge.sync import kinds
from connectors.errors import ConnectorError

State = OutboxMessage.State
PATIENCE = timedelta(seconds=1)
Step = Callable[[Order, OutboxMessage], Outcome]


def one_by_one(messages: Sequence[OutboxMessage], step: Step) -> dict[int, Outcome]:
    """An outcome for each; when the site is away the rest is not tried, nor when an order waits: each of these takes
    calls of its own, and all workers may be at such. `step` may raise DomainError (a person is asked) and
    ConnectorError (of the site)."""
    outcomes: dict[int, Outcome] = {}
    stopped = away = False
    for message in messages:
        stopped = stopped or away or worktime.time_is_up() or (bool(outcomes) and _order_waits())
        if stopped:
            outcomes[message.pk] = Untried()
            continue
        try:
            outcomes[message.pk] = step(order_of(message), message)
        except DomainError as error:
            outcomes[message.pk] = Parked(error.problem)
        except ConnectorError as error:
            outcomes[message.pk] = Failed(error)
            away = is_outage(error)
    return outcomes


def _order_waits() -> bool:
    """Whether an order could go to MoySklad, or news of a site be taken in, and all workers have been busy for a while:
    a free one would have taken it. What is changed on a site here is news itself in a moment.
    """
    now = timezone.now()
    since = now - PATIENCE
    away = Q(connection__paused_until__gt=now)
    # One whose order is in another worker's hands, or in ours, could not be taken.
    busy = OutboxMessage.objects.filter(object_key=OuterRef("object_key"), state=State.IN_FLIGHT)
    due = OutboxMessage.objects.filter(
        ~pauses.held(), ~away, ~Exists(busy), kind=kinds.ORDER, state=State.WAITING, due_at__lte=since
    )
    news = InboxEvent.objects.filter(
        ~away, connection__vendor=Vendor.WOOCOMMERCE, state=InboxEvent.State.WAITING, due_at__lte=since
    )
    return due.exists() or news.exists()


def reconsider(order: Order, *asked: str) -> None:
    """What a person is asked about this order may be so no longer: its parked messages of these kinds go again."""
    shop = order.shop
    waiting = OutboxMessage.objects.filter(
        kind__in=asked, object_key=order.object_key, state=OutboxMessage.State.PARKED
    )
    for kind, connection_id in list(waiting.values_list("kind", "connection_id")):
        enqueue(shop, shop.site if connection_id == shop.site_id else shop.account, kind, order.object_key)


def order_of(message: OutboxMessage) -> Order:
    """The order a message is about, with its document and shop."""
    pk = int(message.object_key.removeprefix("order:"))
    return Order.objects.select_related("binding", "shop__site", "shop__account").get(pk=pk)
