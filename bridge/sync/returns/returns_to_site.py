"""A return in MoySklad becomes a refund on the site: the same goods, no money moved, no stock changed, once.

The refund carries the return's id. So an earlier try is found by it, and the refund is neither taken out of the order's
document nor sent back as another return.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from django.db import transaction

from bridge.catalog.models import Product
from bridge.connections import clients
from bridge.connections.models import StatusMapping
from bridge.domain.errors import DomainError, Problem, Unmappable
from bridge.domain.money import to_text
from bridge.domain.order import Line
from bridge.domain.refunds import Refund as Canonical
from bridge.domain.returned import Returned, refund_of
from bridge.mapping import from_woocommerce, moysklad_money
from bridge.mapping.return_to_woocommerce import refund_body
from bridge.orders import flags
from bridge.orders.after_sale import Return
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome, Parked
from bridge.sync import kinds
from bridge.sync.document.lines import items_of
from bridge.sync.returns.returns_from_moysklad import pending
from bridge.sync.site_orders.order_messages import one_by_one
from bridge.sync.site_orders.orders_from_site import accept
from connectors.errors import ConnectorError, NotFound, OutcomeUnknown
from connectors.woocommerce.client import WooCommerce

FOLLOW = "follow"
REFUNDED = "refunded"


@dataclass
class _Site:
    """An order and its refunds as the site has them now."""

    client: WooCommerce
    order: Order
    wire: dict[str, Any]
    refunds: list[Any]

    @property
    def seen(self) -> list[Canonical]:
        return [from_woocommerce.refund(row, self.order.currency) for row in self.refunds]

    def marked(self, returned: Return) -> str:
        """The id of the refund that carries this return's id, '' for none."""
        return next((one.source_id for one in self.seen if one.origin == returned.external_id), "")


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """Bring the returns of these orders to the site."""
    return one_by_one(messages, lambda order, message: _bring(order, set(message.payload.get(FOLLOW, []))))


def settle(returned: Return) -> None:
    """A person has seen to this return as it is now: nothing more is made of it or asked about it."""
    with transaction.atomic():
        returned.settled = True
        returned.save(update_fields=["settled"])
        _ask(returned, {})


def follow(returned: Return) -> None:
    """A person wants the refund of this changed or removed return made anew, or deleted."""
    _ask(returned, {FOLLOW: [returned.pk]})


def _ask(returned: Return, payload: dict[str, Any]) -> None:
    if returned.order is not None:
        shop = returned.order.shop
        enqueue(shop, shop.site, kinds.RETURN, returned.order.object_key, payload)


def _bring(order: Order, follows: set[int]) -> Outcome:
    """The site is read first: what an earlier try has done already is found there."""
    due = [one for one in order.returns.order_by("moment", "pk") if pending(one) or one.sending]
    if not due:
        return Done("nothing to bring", answered=False)
    client = clients.woocommerce(order.shop.site)
    wire = dict(client.orders.get(int(order.source_id)))
    site = _Site(client, order, wire, list(client.refunds.list(int(order.source_id))))
    problems: list[Problem] = []
    done: list[str] = []
    for returned in due:
        try:
            done += _one(site, returned, follows)
        except DomainError as error:
            problems.append(error.problem)
    _remember(site, changed=bool(done))
    return Parked(problems[0]) if problems else Done("; ".join(done) or "the site says so already")


def _one(site: _Site, returned: Return, follows: set[int]) -> list[str]:
    """Make, make anew or delete the refund of one return; what was done, in words. Raises Unmappable."""
    marked = site.marked(returned)
    if returned.sending and not marked:
        returned.done = None  # the try did not reach the site
    elif marked and returned.done is None:
        returned.done = returned.content
    _save(returned, sending=False)
    if not pending(returned):
        return []
    there = bool(returned.content.get("lines")) and not returned.gone
    if returned.done is None:
        return [_make(site, returned)]
    if not (site.order.shop.follow_returns or returned.pk in follows):
        raise Unmappable("return_changed" if there else "return_removed", document=returned.name)
    if marked:
        _delete(site, marked)
    returned.done = None
    _save(returned, sending=False)
    return [f"refund {marked} deleted", *([_make(site, returned)] if there else [])]


def _make(site: _Site, returned: Return) -> str:
    order, currency = from_woocommerce.order(site.wire), site.order.currency
    refund = refund_of(
        order,
        site.seen,
        _lines(site.order, returned),
        _items(site.order, order.lines),
        service=site.order.shop.shipping_service_id,
        moment=returned.moment,
    )
    reason = f"Возврат {returned.name} в МойСклад"
    body = refund_body(refund, site.wire, currency, mark=returned.external_id, reason=reason)
    returned.done = returned.content
    _save(returned, sending=True)
    full = refund.total_minor >= order.total_minor - sum(one.total_minor for one in site.seen)
    made = _send(site, returned, body, guarded=full)
    _compare(site.order, returned, refund)
    return f"refund {made}: {to_text(refund.total_minor, currency)} {currency}"


def _send(site: _Site, returned: Return, body: Mapping[str, Any], *, guarded: bool) -> str:
    """A refund of everything that is left makes the order refunded on the site: that is no news for the document."""
    binding: OrderBinding = site.order.binding
    before = binding.site_status
    if guarded:
        _guard(site.order, REFUNDED)
    try:
        made = site.client.refunds.create(int(site.order.source_id), body)
    except OutcomeUnknown:
        raise  # it may have been done: what was noted must stay
    except ConnectorError:
        returned.done = None
        _save(returned, sending=False)
        if guarded:
            _guard(site.order, before)
        raise
    site.refunds.insert(0, made)
    _save(returned, sending=False)
    return str(made["id"])


def _guard(order: Order, status: str) -> None:
    """The document's state reflects this already, unless the owner chose a state of its own for refunded orders."""
    chosen = StatusMapping.objects.filter(
        shop=order.shop, direction=StatusMapping.Direction.TO_STATE, site_status=REFUNDED
    )
    if not chosen.exists():
        OrderBinding.objects.filter(order=order).update(site_status=status)


def _delete(site: _Site, refund_id: str) -> None:
    with suppress(NotFound):
        site.client.refunds.delete(int(site.order.source_id), int(refund_id))
    site.refunds = [row for row in site.refunds if str(row["id"]) != refund_id]


def _remember(site: _Site, *, changed: bool) -> None:
    """Take over what the site has now; a return knows its refund from here on."""
    order = site.order
    wire = dict(site.client.orders.get(int(order.source_id))) if changed else site.wire
    accept(order.shop, wire, read_at=None, sure=True, refunds=site.refunds)
    for returned in order.returns.all():
        marked = site.marked(returned)
        returned.refund = order.refunds.filter(source_id=marked).first() if marked else None
        returned.save(update_fields=["refund"])


def _save(returned: Return, *, sending: bool) -> None:
    returned.sending = sending
    returned.save(update_fields=["done", "sending"])


def _lines(order: Order, returned: Return) -> list[Returned]:
    rows = returned.content["lines"]
    products = Product.objects.filter(
        connection=order.shop.account_id, external_id__in={row["item"] for row in rows}
    )
    names = dict(products.values_list("external_id", "name"))
    return [
        Returned(
            row["item"],
            names.get(row["item"], "?"),
            Decimal(str(row["quantity"])),
            moysklad_money.from_wire(row["sum"], order.currency),
        )
        for row in rows
    ]


def _items(order: Order, lines: Sequence[Line]) -> dict[str, str]:
    """The goods of the order's lines by line id; those without a link (any more) cannot come back."""
    found: dict[str, str] = {}
    for line in lines:
        with suppress(Unmappable):
            found |= {key: item.external_id for key, item in items_of(order.shop, [line]).items()}
    return found


def _compare(order: Order, returned: Return, refund: Canonical) -> None:
    """Prices that staff changed in MoySklad, or a discount there: both figures are shown."""
    pieces = sum(ceil(line.quantity) for line in refund.lines)
    if abs(refund.total_minor - returned.sum_minor) <= pieces:
        return
    amounts = {"local": refund.total_minor, "remote": returned.sum_minor}
    shown = {key: to_text(minor, order.currency) for key, minor in amounts.items()}
    params = {"document": returned.name, "currency": order.currency, **shown}
    flags.show(order, Problem("return_amount_differs", params))
