"""A document's state changed: what it means for the site, and whose word counts when the site changed too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.connections.book import book_of
from bridge.connections.models import Connection, DirectoryEntry, Shop
from bridge.domain.errors import Problem
from bridge.domain.status import CLOSED, DEFAULT_BY_STATE_TYPE, Side, decides
from bridge.orders import flags
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from connectors.errors import ConnectorError, OutcomeUnknown

CONFLICT = "status_conflict"


def state_changed(account: Connection, binding: OrderBinding) -> None:
    """Queue what the site must learn. `binding` has the new state; the caller saves it."""
    order = binding.order
    status = status_for(order.shop, binding.state_id)
    if order.status == status:
        return
    if _site_has_news(binding) and settle(binding, status) is Side.SITE:
        return  # the order's own message puts the site's state into the document
    if _site_has_news(binding):
        binding.site_status = order.status  # the site's change is overruled: it is not sent
    if status:
        enqueue(order.shop, order.shop.site, kinds.STATUS, order.object_key, {"status": ""})


def settle(binding: OrderBinding, status: str) -> Side:
    """Both sides changed in between: who decides, shown on the order's page. `status`: what MoySklad's state means."""
    order = binding.order
    state = _state(order.shop, binding.state_id)
    side = decides(
        order.status,
        paid=order.canonical.paid_at is not None,
        closes=status in CLOSED,
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

    Noted before the call, and taken back only where it was surely not carried out.
    """
    before = binding.site_status if binding else ""
    _note(binding, status)
    try:
        yield
    except OutcomeUnknown:
        raise
    except ConnectorError:
        _note(binding, before)
        raise


def _note(binding: OrderBinding | None, status: str) -> None:
    if binding is not None:
        OrderBinding.objects.filter(pk=binding.pk).update(site_status=status)


def _site_has_news(binding: OrderBinding) -> bool:
    """The site changed the status, and the document has not heard of it."""
    return bool(binding.site_status) and binding.order.status != binding.site_status


def _state(shop: Shop, state_id: str) -> DirectoryEntry | None:
    return book_of(shop).entry(DirectoryEntry.Kind.STATE, state_id)
