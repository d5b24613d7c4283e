"""An order event of a site becomes the canonical order, and what must follow is queued in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from bridge.catalog.bindings import make_listings
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain import order as canonical
from bridge.domain.errors import BadPayload, DomainError
from bridge.domain.fingerprint import fingerprint
from bridge.domain.refunds import Refund as Canonical
from bridge.domain.status import NEVER_SENT
from bridge.inbox.models import InboxEvent
from bridge.inbox.process import payload
from bridge.inbox.receive import receive
from bridge.mapping import from_woocommerce
from bridge.orders.after_sale import Refund
from bridge.orders.models import Order
from bridge.orders.record import TRASH, Change, digest_of, record
from bridge.orders.record_refunds import record_refunds
from bridge.orders.record_sales import START_TOLERANCE, has_document
from bridge.outbox.enqueue import enqueue
from bridge.sync import kinds
from bridge.sync.site_orders import site_orders
from bridge.sync.site_orders.order_messages import reconsider
from bridge.sync.stock import sold
from connectors.errors import NotFound


def changed(event: InboxEvent) -> None:
    """The plugin's event: the whole order, or only its id when it was too large to send."""
    data = payload(event)
    _remember_plugin(event.connection.shop, data)
    wire, refunds = data.get("order"), data.get("refunds")
    read_at = data.get("read_at")
    moment = (
        datetime.fromtimestamp(read_at, UTC) if isinstance(read_at, int | float) and read_at > 0 else None
    )
    if isinstance(wire, dict):
        accept(
            event.connection.shop,
            wire,
            read_at=moment,
            refunds=refunds if isinstance(refunds, list) else None,
        )
    elif data.get("order_id"):
        _read_again(event.connection.shop, str(data["order_id"]))
    else:
        raise BadPayload("payload_not_an_order")


def _remember_plugin(shop: Shop, data: Mapping[str, Any]) -> None:
    """Which release of the plugin speaks: an older one cannot write stock under its lock."""
    version = str(data.get("plugin_version") or "")[:20]
    if version and version != shop.plugin_version:
        Shop.objects.filter(pk=shop.pk).update(plugin_version=version)


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
    seen = Listed.read(listed, order.currency) if listed is not None else None
    said = sold.Told.by(wire)
    keep = partial(_keep, shop, order, seen, said, read_at=read_at, sure=sure, again=again, history=history)
    try:
        row, change = keep()
    except IntegrityError:  # two events of a new order at once: the other one was first
        row, change = keep()
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
    unread: dict[str, str]

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
                found.unread[source_id] = " ".join(error.problem.params.values())
        return found


def _keep(
    shop: Shop,
    order: canonical.Order,
    refunds: Listed | None,
    said: sold.Told,
    *,
    read_at: datetime | None,
    sure: bool,
    again: bool,
    history: bool,
) -> tuple[Order, Change]:
    with transaction.atomic():
        row, change = record(shop, order, read_at=read_at, sure=sure, again=again)
        news = change in (Change.NEW, Change.CHANGED)
        # An order that is new here and has no refunds on the site has none to compare.
        listed = refunds if refunds or change is not Change.NEW else None
        if listed is not None and (news or change is Change.SAME) and record_refunds(row, *listed):
            news = True
            reconsider(row, kinds.REFUND, kinds.RETURN)
        if news and (not history or has_document(row)):
            follow_up(row, order)
        sold.told(row, said, is_news=news)
    return row, change


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


def follow_up(row: Order, order: canonical.Order) -> None:
    """Queue the order for MoySklad if its status was chosen for sending or it has a document already."""
    make_listings(
        row.shop, {(one.product_id, one.variation_id): one for one in order.lines if one.product_id}
    )
    if wants_document(row):
        enqueue(row.shop, row.shop.account, kinds.ORDER, row.object_key)


def wants_document(row: Order) -> bool:
    if row.requested:
        return True
    recent = row.placed_at >= row.shop.started_at - START_TOLERANCE
    return (recent and row.status in row.shop.send_statuses) or has_document(row)


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
        if wants_document(row):
            enqueue(shop, shop.account, kinds.ORDER, row.object_key)
