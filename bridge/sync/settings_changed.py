"""What follows when a person changes a setting: parked orders go on, pauses end, stock is counted anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from bridge.connections.faults import AWAY
from bridge.connections.models import (
    AttributeMapping,
    Connection,
    DirectoryEntry,
    GoodsRule,
    OrderRule,
    Shop,
)
from bridge.connections.vendor_codes import LOGIN
from bridge.domain.fields import DESCRIPTION
from bridge.inbox.models import InboxEvent
from bridge.outbox import pauses
from bridge.outbox.enqueue import release
from bridge.outbox.models import OutboxMessage, Pause
from bridge.sync import flows
from bridge.sync.fields import every_listing
from bridge.sync.fields.owners import Owners
from bridge.sync.models import Watermark
from bridge.sync.stock import news as stock_news
from bridge.wake import DELIVER, PROCESS_INBOX, wake

WAITING_FOR = tuple(sorted(AWAY | LOGIN))
PORTION = 20

# Setting → what stays parked without it.
NEEDED = {
    "organization_id": "organization_missing",
    "store_ids": "store_missing",
    "shipping_service_id": "shipping_service_missing",
    "expense_item_id": "expense_item_missing",
    "create_buyers": "buyer_not_found",
    "common_buyer_id": "buyer_not_found",
}
# The same of settings that are rows.
NEEDED_ROWS: dict[type[Model], tuple[str, ...]] = {
    OrderRule: ("organization_missing", "store_missing"),
    AttributeMapping: ("attribute_required_missing",),
}
# What the account's webhooks depend on.
HEARD = (
    "accept_returns",
    "send_refunds",
    "mark_paid",
    "status_when_paid",
    "status_when_partly_shipped",
    "status_when_shipped",
    "write_goods",
    "stock_type",
    "reserve",
)
# What the numbers on the site are made with.
COUNTED = (
    "write_goods",
    "store_ids",
    "stock_type",
    "stock_buffer",
    "last_pieces",
    "stock_share",
    "decimal_quantities",
    "backorders",
)
# What prices and texts on the site are made with.
SHOWN = (
    "write_goods",
    "owned_fields",
    "price_type_id",
    "sale_price_type_id",
    "sale_from_attribute_id",
    "sale_to_attribute_id",
    "price_rounding",
    "min_margin",
)
# What decides which stock is read, and what orders take of it: the whole report reckons both anew.
RECKONED = ("store_ids", "stock_type", "reserve", "send_statuses", "started_at")
# Which flows an interval is for.
PACED = {
    "orders_interval": ("orders",),
    "statuses_interval": ("statuses", "returns", "progress"),
    "stock_interval": ("stock", "goods_changes"),
}
START_FLOWS = ("subscriptions", "catalogue", "site_catalogue", "stock_full")


def credentials_changed(connection: Connection) -> None:
    """The pause was for the old login: try again at once with the new one."""
    now = timezone.now()
    with transaction.atomic():
        Connection.objects.filter(pk=connection.pk).update(
            failures=0, paused_until=None, pause_problem="", pause_params={}
        )
        messages = OutboxMessage.objects.filter(
            connection=connection, state=OutboxMessage.State.WAITING, problem__in=WAITING_FOR
        )
        events = InboxEvent.objects.filter(
            connection=connection, state=InboxEvent.State.WAITING, problem__in=WAITING_FOR
        )
        first = list(messages.values_list("pk", flat=True)[:PORTION])
        messages.update(due_at=now)
        for pk in first:  # the rest is found by the beat
            wake(DELIVER, pk)
        if events.update(due_at=now):
            wake(PROCESS_INBOX)
        for flow in Watermark.objects.filter(connection=connection, problem__in=WAITING_FOR):
            flows.run_soon(connection, flow.flow)
    connection.refresh_from_db(fields=["failures", "paused_until", "pause_problem", "pause_params"])


def shop_added(shop: Shop, table: Mapping[str, flows.Flow]) -> None:
    """A new shop: what the account has only one of needs no choosing, and its flows begin."""
    kind = DirectoryEntry.Kind
    shop.home_url = shop.home_url or shop.site.base_url
    shop.organization_id = shop.organization_id or _only(shop.account, kind.ORGANIZATION)
    store = _only(shop.account, kind.STORE)
    shop.store_ids = shop.store_ids or ([store] if store else [])
    shop.save()
    flows.ensure(table)
    for connection in (shop.account, shop.site):
        for flow in START_FLOWS:
            flows.run_soon(connection, flow)


def held(shop: Shop) -> Shop:
    """The shop as it is stored now; nobody else changes it until the transaction ends."""
    return Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)


def store(shop: Shop, columns: Iterable[str]) -> None:
    """Write these columns. All others are taken as they are stored: the bridge and other people may have written them
    since the shop was read.
    """
    shop.save(update_fields=columns)
    shop.refresh_from_db()


def shop_changed(before: Shop, shop: Shop) -> int:
    """Act on what differs between the saved shop and what it was; returns how many parked orders were let go."""
    with transaction.atomic():
        gained = [
            problem
            for field, problem in NEEDED.items()
            if getattr(shop, field) and getattr(shop, field) != getattr(before, field)
        ]
        released = release(shop, *gained) if gained else 0
        if _differ(before, shop, RECKONED):
            flows.run_soon(shop.account, "stock_full")
        if _differ(before, shop, COUNTED):
            stock_news.listings_changed(shop, None)
        if _differ(before, shop, SHOWN):
            _show_anew(shop)
        if _differ(before, shop, HEARD):
            flows.run_soon(shop.account, "subscriptions")
        if before.sku_field != shop.sku_field:
            flows.run_soon(shop.account, "catalogue")
        _run_earlier(before, shop)
    return released


def replace_rows(shop: Shop, present: QuerySet[Any], rows: Sequence[Any]) -> int:
    """Put these rows in the place of the shop's present ones; returns how many parked orders that let go.

    They are written anew and not one after another, because two of them may have swapped their values.
    """
    for row in rows:
        row.shop = shop
    with transaction.atomic():
        if [_values(row) for row in present] == [_values(row) for row in rows]:
            return 0
        present.delete()
        present.model.objects.bulk_create(rows)
        if present.model is GoodsRule:
            stock_news.listings_changed(shop, None)
            _show_anew(shop)
        if present.model is Pause:
            pauses.changed(shop)
        problems = NEEDED_ROWS.get(present.model, ())
        return release(shop, *problems) if problems and rows else 0


def _differ(before: Shop, shop: Shop, fields: Sequence[str]) -> bool:
    return any(getattr(before, field) != getattr(shop, field) for field in fields)


def _show_anew(shop: Shop) -> None:
    """Fields are worked out anew; texts that were not compared before are read from the site first."""
    every_listing.ask(shop)
    if DESCRIPTION in Owners(shop).any:
        flows.run_soon(shop.site, "site_catalogue")


def _values(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if not field.primary_key}


def _run_earlier(before: Shop, shop: Shop) -> None:
    """A shorter interval counts from now, not after the longer one has passed."""
    for interval, paced in PACED.items():
        if getattr(shop, interval) < getattr(before, interval):
            for flow in paced:
                flows.run_soon(shop.site if flow == "orders" else shop.account, flow)


def _only(account: Connection, kind: str) -> str:
    ids = DirectoryEntry.objects.filter(connection=account, kind=kind).values_list("external_id", flat=True)
    return ids[0] if len(ids) == 1 else ""
