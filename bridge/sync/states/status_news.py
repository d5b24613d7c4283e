"""A document's state changed: what it means for the site, and whose word counts when the site changed too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.connections.book import book_of
from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.domain.errors import Problem
from bridge.domain.status import DEFAULT_BY_STATE_TYPE, Side, decides
from bridge.orders import flags
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.document.order_document import reflect
from connectors.errors import ConnectorError, OutcomeUnknown

CONFLICT = "status_conflict"


def state_changed(account: Connection, binding: OrderBinding) -> None:
    """Queue what the site must learn. `binding` has the new state; the caller saves it."""
    order = binding.order
    status = status_for(order.shop, binding.state_id)
    if order.status == status:
        # A try that may have given it another one is taken back.
        if binding.expected_status not in ("", status):
            ask(order)
        return
    if _site_has_news(binding):
        if settle(binding, status) is Side.SITE:
            return  # the order's own message puts the site's state into the document
        reflect(binding, order.status)  # the site's change is overruled: it is not sent
    if status:
        ask(order)


def settle(binding: OrderBinding, status: str) -> Side:
    """Both sides changed in between: who decides, shown on the order's page.

    `status`: what MoySklad's state means, '' for nothing.
    """
    order = binding.order
    state = _state(order.shop, binding.state_id)
    side = decides(
        order.status,
        means=status,
        paid=order.canonical.paid_at is not None,
        shipped=binding.shipped_minor > 0,
    )
    params = {"state": state.name if state else "?", "status": order.status, "side": side.value}
    flags.show(order, Problem(CONFLICT, params))
    return side


def status_for(shop: Shop, state_id: str) -> str:
    """The site status a state means: the owner's mapping, else by the state's type, else '' (nothing to do)."""
    mapped = book_of(shop).status_of_state.get(state_id)
    if mapped is not None:
        return mapped
    entry = _state(shop, state_id)
    return DEFAULT_BY_STATE_TYPE.get(entry.detail, "") if entry is not None else ""


def status_now(order: Order) -> str:
    """What the state of the order's document means for the site."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    return status_for(order.shop, binding.state_id) if binding is not None else ""


@contextmanager
def reflects(binding: OrderBinding | None, status: str) -> Iterator[None]:
    """Around a call that gives the site's order this status: the document's state reflects it, so it is no news there.

    Noted before the call, and taken back only where it was surely not carried out; until the site is heard of again
    both words count, the one it had and the one it may have now.
    """
    expect(binding, status)
    try:
        yield
    except OutcomeUnknown:
        raise
    except ConnectorError:
        expect(binding, "")
        raise


def expect(binding: OrderBinding | None, status: str) -> None:
    """Note which status a call is about to ask the site for, '' for none any more."""
    if binding is not None:
        OrderBinding.objects.filter(pk=binding.pk).update(expected_status=status)


def heard(order: Order) -> None:
    """The site itself just told the status: what was expected of it is there, or its call was in vain."""
    waiting = OrderBinding.objects.filter(order=order).exclude(expected_status="")
    waiting.filter(expected_status=order.status).update(site_status=order.status)
    waiting.update(expected_status="")


def ask(order: Order) -> None:
    """The site is to learn what the document's state means, when the order's turn comes."""
    enqueue(order.shop, order.shop.site, kinds.STATUS, order.object_key, {"status": ""})


def _site_has_news(binding: OrderBinding) -> bool:
    """The site changed the status, and the document has not heard of it."""
    known = (binding.site_status, binding.expected_status)
    return bool(binding.site_status) and binding.order.status not in known


def _state(shop: Shop, state_id: str) -> DirectoryEntry | None:
    return book_of(shop).entry(DirectoryEntry.Kind.STATE, state_id)
