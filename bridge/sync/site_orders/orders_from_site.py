"""An order event of a site becomes the canonical order, and what must follow is queued in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from bridge.catalog.bindings import make_listings
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain import order as canonical
from bridge.domain.errors import BadPayload, DomainError, Problem
from bridge.domain.fingerprint import fingerprint
from bridge.domain.refunds import Refund as Canonical
from bridge.domain.status import NEVER_SENT
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.inbox.receive import receive
from bridge.mapping import from_woocommerce
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order
from bridge.orders.news import is_no_news
from bridge.orders.record import TRASH, Change, Reading, digest_of, record
from bridge.orders.record_refunds import record_refunds
from bridge.orders.record_sales import START_TOLERANCE, has_document
from bridge.outbox.enqueue import enqueue_all, unfinished
from bridge.sync import kinds
from bridge.sync.document.document_attributes import needs_customer
from bridge.sync.site_orders import site_orders
from bridge.sync.site_orders.order_messages import reconsider
from bridge.sync.stock import sold
from connectors.errors import NotFound


def changed(event: InboxEvent) -> None:
    """The plugin's event: the whole order, or only its id when it was too large to send."""
    data = payload(event)
    _remember_plugin(event.connection.shop, data)
    wire, refunds = data.get("order"), data.get("refunds")
    if isinstance(wire, dict):
        accept(
            event.connection.shop,
            wire,
            read_at=_read_at(data),
            refunds=refunds if isinstance(refunds, list) else None,
        )
    elif data.get("order_id"):
        _read_again(event.connection.shop, str(data["order_id"]))
    else:
        raise BadPayload("payload_not_an_order")


def changed_together(events: Sequence[InboxEvent]) -> set[int]:
    """The plugin's events of different orders of one shop, kept in one transaction: much cheaper than one by one.

    Returns the keys of those that are done. What is not told in full, cannot be read or needs a call is left out; where
    keeping them raises, nothing was kept.
    """
    shop = events[0].connection.shop
    if needs_customer(shop):
        return set()
    seen = dict[int, Seen]()
    for event in events:
        data = payload(event)
        try:
            one = _told_in_full(shop, data)
        except DomainError:
            one = None
        # What follows on one that is left out is told after it.
        if one is None or one.order.source_id != event.source_id:
            break
        if not sold.independent(one.said, [other.said for other in seen.values()]):
            break
        seen[event.pk] = one
        _remember_plugin(shop, data)
    wanted = {pk: one for pk, one in seen.items() if one.order.status not in NEVER_SENT}
    kept = _kept(partial(_keep, shop, list(wanted.values()))) if wanted else []
    unclear = {pk for pk, (_row, change) in zip(wanted, kept, strict=True) if change is Change.TIE}
    return seen.keys() - unclear


def _told_in_full(shop: Shop, data: Mapping[str, Any]) -> Seen | None:
    wire, refunds = data.get("order"), data.get("refunds")
    if not isinstance(wire, dict) or not isinstance(refunds, list):
        return None
    return Seen.of(site_orders.read(shop, wire), wire, refunds, _read_at(data))


def _read_at(data: Mapping[str, Any]) -> datetime | None:
    """The site's clock when the plugin read the order."""
    read_at = data.get("read_at")
    if isinstance(read_at, int | float) and read_at > 0:
        return datetime.fromtimestamp(read_at, UTC)
    return None


def _remember_plugin(shop: Shop, data: Mapping[str, Any]) -> None:
    """Which release of the plugin speaks: an older one cannot write stock under its lock."""
    version = str(data.get("plugin_version") or "")[:20]
    if version and version != shop.plugin_version:
        Shop.objects.filter(pk=shop.pk).update(plugin_version=version)
        shop.plugin_version = version


def core_changed(event: InboxEvent) -> None:
    """A webhook of WooCommerce itself: the order's state when it was delivered, without a precise time."""
    data = payload(event)
    if "code" in data and "id" not in data:
        return  # the order was gone when the delivery ran; its deletion has a webhook of its own
    accept(event.connection.shop, data, read_at=None)


def deleted(event: InboxEvent) -> None:
    """The order is gone for good on the site."""
    data, shop = payload(event), event.connection.shop
    source_id = str(data.get("order_id") or "")
    with transaction.atomic():
        _mark_deleted(shop, source_id)
        sold.deleted(shop, source_id, data)


def core_deleted(event: InboxEvent) -> None:
    """WooCommerce sends order.deleted when an order goes to the trash, with nothing but its id."""
    order_id = str(payload(event).get("id") or "")
    try:
        _read_again(event.connection.shop, order_id)
    except NotFound:
        _mark_deleted(event.connection.shop, order_id)


def polled(event: InboxEvent) -> None:
    """An order found by looking; it may have waited here since, so a tie is settled by looking again."""
    accept(event.connection.shop, payload(event), read_at=None)


def note_polled(shop: Shop, wire: dict[str, Any]) -> bool:
    """Store an order that polling found, unless it is the one we know already; True when it was news."""
    try:
        order = site_orders.read(shop, wire)
    except BadPayload:  # the inbox sets it aside with its reason; the orders after it must not wait
        source_id = str(wire.get("id") or "")
    else:
        source_id = order.source_id
        known = Order.objects.filter(shop=shop, source_id=source_id, order_key=order.order_key).first()
        if known is not None and (known.modified_at > order.modified_at or known.digest == digest_of(order)):
            return False
    digest = fingerprint(wire)
    stored = receive(shop.site, "site.order", f"poll:{digest}", json.dumps(wire), source_id=source_id)
    return stored is not None


def accept(
    shop: Shop,
    wire: dict[str, Any],
    *,
    read_at: datetime | None,
    sure: bool = False,
    again: bool = False,
    refunds: list[dict[str, Any]] | None = None,
    history: bool = False,
) -> Order | None:
    """Record an order as the site shows it and queue what follows; None for one that never leaves the site.

    `sure` and `again` as `record` takes them: what may be older than ours is read anew, and the second reading stands.
    `refunds` is the site's list of them in full, where the caller has it; else they are read when there is news.
    With `history` nothing follows for an order without a document: its caller decides on that.
    """
    order = site_orders.read(shop, wire)
    if order.status in NEVER_SENT:
        return None
    listed = _refunds(shop, order) if refunds is None else refunds
    seen = Seen.of(order, wire, listed, read_at)
    keep = partial(_keep, shop, [seen], sure=sure, again=again, history=history)
    [(row, change)] = _kept(keep)
    if change is Change.TIE:
        try:
            _read_again(shop, order.source_id, again=sure, history=history)
        except NotFound:
            if not Order.objects.filter(pk=row.pk, status=TRASH).exists():
                raise
        row.refresh_from_db()
    return row


def answered(order: Order, wire: Mapping[str, Any], refunds: list[Any] | None = None) -> None:
    """The site just said how this order stands: kept, and `order` has it."""
    accept(order.shop, dict(wire), read_at=None, sure=True, refunds=refunds)
    order.refresh_from_db()


class Listed(NamedTuple):
    """The refunds a site lists; of those that cannot be read what is wrong with them, by id."""

    seen: list[Canonical]
    unread: dict[str, Problem]

    def __bool__(self) -> bool:
        return bool(self.seen or self.unread)

    @classmethod
    def read(cls, rows: list[Any], currency: str) -> Listed:
        """One that cannot be read stops neither the others nor its order."""
        found = cls([], {})
        for row in rows:
            try:
                found.seen.append(from_woocommerce.refund(row, currency))
            except DomainError as error:
                source_id = str(row.get("id") or "?") if isinstance(row, dict) else "?"
                found.unread[source_id] = error.problem
        return found


class Seen(NamedTuple):
    """An order as its site showed it: what it took for it, its refunds where they are listed, and when it was read."""

    order: canonical.Order
    said: sold.Told
    refunds: Listed | None
    read_at: datetime | None

    @classmethod
    def of(
        cls,
        order: canonical.Order,
        wire: Mapping[str, Any],
        refunds: list[Any] | None,
        read_at: datetime | None,
    ) -> Seen:
        listed = Listed.read(refunds, order.currency) if refunds is not None else None
        return cls(order, sold.Told.by(wire), listed, read_at)


def _kept(keep: Callable[[], list[tuple[Order, Change]]]) -> list[tuple[Order, Change]]:
    try:
        return keep()
    except IntegrityError:  # two events of a new order at once: the other one was first
        return keep()


def _keep(
    shop: Shop, seen: Sequence[Seen], *, sure: bool = False, again: bool = False, history: bool = False
) -> list[tuple[Order, Change]]:
    """Different orders of a shop, in one transaction with all that follows from them."""
    with transaction.atomic():
        kept = record(shop, [Reading(one.order, one.read_at) for one in seen], sure=sure, again=again)
        prefetch_related_objects([row for row, _change in kept], "binding")
        by_key = sorted(zip(seen, kept, strict=True), key=lambda pair: pair[1][0].pk)
        heard = [
            sold.Heard(row, one.said, _is_news(row, change, one.refunds)) for one, (row, change) in by_key
        ]
        fresh = [
            (row, one.order)
            for (row, _said, is_news), (one, _) in zip(heard, by_key, strict=True)
            if is_news and (not history or has_document(row))
        ]
        _list(shop, [order for _row, order in fresh])
        sold.told(shop, heard)
        _queue(shop, [row for row, _order in fresh], {row.pk for row, change in kept if change is Change.NEW})
    return kept


def _is_news(row: Order, change: Change, refunds: Listed | None) -> bool:
    """Whether an order that was recorded is another than before; its refunds are kept with it."""
    news = change in (Change.NEW, Change.CHANGED)
    # An order that is new here and has no refunds on the site has none to compare.
    listed = refunds if refunds or change is not Change.NEW else None
    if listed is not None and (news or change is Change.SAME) and record_refunds(row, *listed):
        reconsider(row, kinds.REFUND, kinds.RETURN)
        return True
    return news


def _refunds(shop: Shop, order: canonical.Order) -> list[Any] | None:
    """The refunds in full when the order names others than we know (1 call to the site), else None."""
    known = Refund.objects.filter(
        order__shop=shop,
        order__source_id=order.source_id,
        order__order_key=order.order_key,
        deleted_at=None,
    )
    if set(known.values_list("source_id", flat=True)) == set(order.refund_ids):
        return None
    return list(clients.woocommerce(shop.site).refunds.list(int(order.source_id)))


def _list(shop: Shop, orders: Sequence[canonical.Order]) -> None:
    lines = [line for order in orders for line in order.lines if line.product_id]
    make_listings(shop, {(line.product_id, line.variation_id): line for line in lines})


def _queue(shop: Shop, orders: Sequence[Order], new: Container[int] = ()) -> None:
    """For MoySklad: those whose status was chosen for sending, or which have a document, may get one just now, or have
    a person asked about them. One heard of late for the first time may have one, though its status is not sent now."""
    wanted = {
        order.object_key
        for order in orders
        if wants_document(order) or (order.pk in new and _of_our_time(order) and is_no_news(order.placed_at))
    }
    left = {order.object_key for order in orders} - wanted
    left = unfinished(kinds.ORDER, left) if left else left
    enqueue_all(shop, shop.account, kinds.ORDER, wanted | left)


def wants_document(row: Order) -> bool:
    if row.requested:
        return True
    return (_of_our_time(row) and row.status in row.shop.send_statuses) or has_document(row)


def _of_our_time(row: Order) -> bool:
    """Placed since we work for the shop."""
    return row.placed_at >= row.shop.started_at - START_TOLERANCE


def _read_again(shop: Shop, source_id: str, *, again: bool = False, history: bool = False) -> None:
    """The site itself says how the order stands now."""
    if not source_id.isdecimal():
        raise BadPayload("payload_field_malformed", field="id")
    wire = clients.woocommerce(shop.site).orders.get(int(source_id))
    accept(shop, dict(wire), read_at=None, sure=True, again=again, history=history)


def _mark_deleted(shop: Shop, source_id: str) -> None:
    """The order keeps its last content here; its status becomes the trash, which the owner may have mapped.

    Of several with this id (a restored site) the site had only the newest.
    """
    with transaction.atomic():
        rows = Order.objects.select_for_update().filter(shop=shop, source_id=source_id)
        row = rows.order_by("-placed_at", "-pk").first()
        if row is None or row.status == TRASH:
            return
        row.status = TRASH
        row.content = {**row.content, "status": TRASH}
        row.save(update_fields=["status", "content"])
        sold.held([row])
        _queue(shop, [row])
