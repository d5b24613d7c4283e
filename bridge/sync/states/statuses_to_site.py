"""A state changed in MoySklad becomes the order's status on the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bridge.connections import clients
from bridge.connections.models import DirectoryEntry
from bridge.domain.errors import Problem
from bridge.domain.status import CLOSED, LEFT_TO_PEOPLE, Side
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.mapping import from_moysklad
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome, Parked
from bridge.sync.document.order_document import state_for
from bridge.sync.site_orders.order_messages import one_by_one
from bridge.sync.site_orders.orders_from_site import answered
from bridge.sync.states import observed, status_news
from bridge.sync.stock.news import documents_changed
from connectors.moysklad.limits import Priority


def hinted(events: Sequence[InboxEvent]) -> set[int]:
    """Webhooks of an account named some documents: those of ours are read again, all in one call; the body is never
    believed."""
    account = events[0].connection
    documents_changed(account)  # whoever's order it is, it may reserve
    ids = {
        ref
        for event in events
        for kind, ref in from_moysklad.named(payload(event))
        if kind == "customerorder"
    }
    ours = set(observed.of(account, ids).values_list("external_id", flat=True))
    if ours:
        observed.look(clients.moysklad(account, Priority.STATUSES), account, sorted(ours))
    return {event.pk for event in events}


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Set on the site what each document's state means now."""
    return one_by_one(messages, _set_status)


def _set_status(order: Order, message: OutboxMessage) -> Outcome:
    """The site is read first: what changed there meanwhile may overrule MoySklad (domain/status.py)."""
    ordered = str(message.payload.get("status") or "")  # by a person, a payment or a shipment
    status = ordered or status_news.status_now(order)
    before, expected = order.status if ordered else _known(order), _expected(order)
    doubtful = message.outcome_unknown or expected  # an earlier try may have changed what we know of the site
    if not doubtful and status in ("", order.status):
        return Done("nothing to change on the site", answered=False)
    site = clients.woocommerce(order.shop.site)
    answered(order, site.orders.get(int(order.source_id)))
    status_news.heard(order)
    if status in ("", order.status):
        return Done("the site says so already")
    if ordered and order.status in CLOSED and status not in CLOSED:
        return Done(f"an order that is {order.status} is not taken up again")
    if order.status in LEFT_TO_PEOPLE:
        if not ordered and _is_of_the_site(order):
            return Done("the document's state is the one for the site's status")
        return Parked(Problem("status_left_to_people", _both(order, status)))
    binding: OrderBinding | None = getattr(order, "binding", None)
    theirs = binding is not None and order.status not in (before, expected)
    if binding is not None and theirs and status_news.settle(binding, status) is Side.SITE:
        return Done("the site's own change counts")
    with status_news.reflects(None if _sets_state(message, binding) else binding, status):
        wire = site.orders.update(int(order.source_id), {"status": status})
    answered(order, wire)
    status_news.heard(order)
    return Done(f"the order on the site is {status}")


def _is_of_the_site(order: Order) -> bool:
    """Whether the document's state says what the site does; a bridge that was restored from a backup, and has forgotten
    that it wrote it, takes it for people's."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    return binding is not None and binding.state_id == state_for(order.shop, order.status)


def _known(order: Order) -> str:
    """The status of the site that the document has heard of: what the site said since is its own word."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    return (binding.site_status if binding is not None else "") or order.status


def _expected(order: Order) -> str:
    binding: OrderBinding | None = getattr(order, "binding", None)
    return binding.expected_status if binding is not None else ""


def _sets_state(message: OutboxMessage, binding: OrderBinding | None) -> bool:
    """A status that follows from a payment or a shipment brings its own state, unless staff gave another since."""
    state = message.payload.get("state")
    return bool(state and message.payload.get("status")) and binding is not None and state == binding.state_id


def _both(order: Order, status: str) -> dict[str, str]:
    binding: OrderBinding | None = getattr(order, "binding", None)
    state = DirectoryEntry.objects.filter(
        connection=order.shop.account,
        kind=DirectoryEntry.Kind.STATE,
        external_id=binding.state_id if binding else "",
    ).first()
    name = state.name if state else "?"
    return {"document": binding.document_name if binding else "?", "state": name, "site": order.status}
