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
from django.utils import timezone

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
from bridge.orders.after_sale import RelatedDocument, Return
from bridge.orders.models import Order, OrderBinding
from bridge.orders.record_refunds import show_flags
from bridge.outbox.enqueue import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Outcome, Parked
from bridge.sync import kinds, late_calls
from bridge.sync.document.lines import items_of
from bridge.sync.late_calls import wait_for
from bridge.sync.refunds import refund_plans
from bridge.sync.returns.returns_from_moysklad import pending
from bridge.sync.returns.returns_of_refunds import enter, leave, refund_for
from bridge.sync.site_orders.order_messages import one_by_one
from bridge.sync.site_orders.orders_from_site import accept
from connectors.errors import ConnectorError, NotFound, OutcomeUnknown, TransientError
from connectors.woocommerce.client import WooCommerce

REFUNDED = "refunded"
# An order that nobody paid for and that stands so is given no money back.
OWED_NOTHING = frozenset({"pending", "on-hold", "cancelled", "failed"})


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
    return one_by_one(messages, lambda order, _message: _bring(order))


def settle(returned: Return) -> None:
    """A person has seen to this return as it is now: nothing more is made of it or asked about it."""
    with transaction.atomic():
        returned.settled = True
        returned.save(update_fields=["settled"])
        if returned.order is not None:
            show_flags(returned.order)
        _ask(returned)


def follow(returned: Return) -> None:
    """A person wants the refund of this changed or removed return made anew, or deleted, as the return is now."""
    with transaction.atomic():
        returned.agreed = _version(returned)
        returned.save(update_fields=["agreed"])
        _ask(returned)


def _version(returned: Return) -> dict[str, Any]:
    return {"content": returned.content, "gone": returned.gone}


def _ask(returned: Return) -> None:
    if returned.order is not None:
        shop = returned.order.shop
        enqueue(shop, shop.site, kinds.RETURN, returned.order.object_key)


def _bring(order: Order) -> Outcome:
    """The site is read first: what an earlier try has done already is found there."""
    due = [one for one in order.returns.order_by("moment", "pk") if pending(one) or one.sending]
    if not due:
        return Done("nothing to bring", answered=False)
    client = clients.woocommerce(order.shop.site)
    wire = dict(client.orders.get(int(order.source_id)))
    site = _Site(client, order, wire, list(client.refunds.list(int(order.source_id))))
    _take_news(site)
    problems: list[Problem] = []
    done: list[str] = []
    for returned in due:
        try:
            done += _one(site, returned)
        except DomainError as error:
            problems.append(error.problem)
    _remember(site, changed=bool(done))
    return Parked(problems[0]) if problems else Done("; ".join(done) or "the site says so already")


def _take_news(site: _Site) -> None:
    """A refund people made just now may be the one a return is of: it must be known before that is decided."""
    listed = {str(row["id"]) for row in site.refunds}
    if listed - set(site.order.refunds.values_list("source_id", flat=True)):
        accept(site.order.shop, site.wire, read_at=None, sure=True, refunds=site.refunds)


def _one(site: _Site, returned: Return) -> list[str]:
    """Make, make anew or delete the refund of one return; what was done, in words. Raises Unmappable."""
    marked = site.marked(returned)
    if returned.sending and not marked:
        # The site knows no mark by which it would refuse a second refund.
        wait_for(returned.tried_at, late_calls.SITE, why="refund_in_doubt", document=returned.name)
        returned.done = None  # the try did not reach the site
        _guard(site.order, "")
    elif marked and returned.done is None:
        returned.done = returned.content
    _save(returned, sending=False)
    if not pending(returned):
        return []
    there = bool(returned.content.get("lines")) and not returned.gone
    if returned.done is None:
        return [_begin(site, returned)]
    if returned.refund is not None and returned.is_of_people:
        if there:
            raise Unmappable("return_of_refund", document=returned.name, refund=returned.refund.source_id)
        leave(returned)
        return [f"return {returned.name} is gone"]
    if not (site.order.shop.follow_returns or returned.agreed == _version(returned)):
        raise Unmappable("return_changed" if there else "return_removed", document=returned.name)
    if marked:
        _delete(site, marked)
    returned.done = None
    _save(returned, sending=False)
    return [f"refund {marked} deleted", *([_make(site, returned)] if there else [])]


def _begin(site: _Site, returned: Return) -> str:
    """A return the site has not heard of: it may be of a refund made there already, or of an order nobody paid for."""
    made = RelatedDocument.objects.filter(order=site.order, kind="salesreturn")
    ours = refund_plans.key_of_ours(site.order, returned.demand_id, returned.sync_id)
    if ours or made.filter(external_id=returned.external_id).exists():
        returned.delete()
        return f"return {returned.name} was made by us"
    if made.filter(sending=True, external_id="").exists():
        detail = f"return {returned.name} may be ours: the try to make one has had no answer yet"
        raise TransientError(detail, status=409, why="return_in_doubt", names={"document": returned.name})
    order = from_woocommerce.order(site.wire)
    refund = refund_for(returned, _lines(site.order, returned), _items(site.order, order.lines))
    if refund is not None:
        enter(returned, refund)
        return f"return {returned.name} was entered for refund {refund.source_id}"
    if order.paid_at is None and order.status in OWED_NOTHING:
        flags.show(site.order, Problem("return_of_unpaid", {"document": returned.name}))
        returned.settled = True
        returned.save(update_fields=["settled"])
        return f"nobody paid for what came back by {returned.name}"
    return _make(site, returned)


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
    returned.done, returned.tried_at = returned.content, timezone.now()
    _save(returned, sending=True)
    full = refund.total_minor >= order.total_minor - sum(one.total_minor for one in site.seen)
    made = _send(site, returned, body, guarded=full)
    _compare(site.order, returned, refund)
    return f"refund {made}: {to_text(refund.total_minor, currency)} {currency}"


def _send(site: _Site, returned: Return, body: Mapping[str, Any], *, guarded: bool) -> str:
    """A refund of everything that is left makes the order refunded on the site: that is no news for the document."""
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
            _guard(site.order, "")
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
        OrderBinding.objects.filter(order=order).update(expected_status=status)


def _delete(site: _Site, refund_id: str) -> None:
    with suppress(NotFound):
        site.client.refunds.delete(int(site.order.source_id), int(refund_id))
    site.refunds = [row for row in site.refunds if str(row["id"]) != refund_id]


def _remember(site: _Site, *, changed: bool) -> None:
    """Take over what the site has now, read again after our writes: staff may have refunded there meanwhile. A return
    knows its refund from here on."""
    order = site.order
    if changed:
        site.wire = dict(site.client.orders.get(int(order.source_id)))
        site.refunds = list(site.client.refunds.list(int(order.source_id)))
    accept(order.shop, site.wire, read_at=None, sure=True, refunds=site.refunds)
    for returned in order.returns.all():
        if marked := site.marked(returned):
            returned.refund = order.refunds.filter(source_id=marked).first()
            returned.save(update_fields=["refund"])
    show_flags(order)


def _save(returned: Return, *, sending: bool) -> None:
    returned.sending = sending
    returned.save(update_fields=["done", "sending", "tried_at"])


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
