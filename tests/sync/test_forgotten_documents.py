"""A document of ours that was forgotten with a backup, found again in some state: whose word is news for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from factories import (
    PLACED,
    BindingFactory,
    EntryFactory,
    MappingFactory,
    OrderFactory,
    ShopFactory,
    canonical_order,
)
from stock_box import StockBox, box, stock

from bridge.connections.models import DirectoryEntry, StatusMapping
from bridge.orders.flags import Flag
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import kinds
from bridge.sync.orders import forgotten_documents

__all__ = ["box", "stock"]

pytestmark = pytest.mark.django_db

TO_STATE = {"processing": "state-new", "on-hold": "state-waits", "cancelled": "state-cancelled"}
TO_SITE = {"state-packed": "processing"}


def found(status: str, state: str, *, paid: bool = False, shipped: bool = False) -> OrderBinding:
    shop = ShopFactory()
    for name in ("state-waits", "state-packed", "state-called"):
        EntryFactory(
            connection=shop.account, kind=DirectoryEntry.Kind.STATE, external_id=name, detail="Regular"
        )
    for site_status, state_id in TO_STATE.items():
        MappingFactory(shop=shop, site_status=site_status, state_id=state_id)
    for state_id, site_status in TO_SITE.items():
        MappingFactory(
            shop=shop,
            site_status=site_status,
            state_id=state_id,
            direction=StatusMapping.Direction.TO_SITE,
        )
    seen = replace(canonical_order("700"), status=status, paid_at=PLACED if paid else None)
    order = OrderFactory(shop=shop, source_id="700", seen=seen)
    shipped_minor = order.total_minor if shipped else 0
    binding: OrderBinding = BindingFactory(order=order, state_id=state, shipped_minor=shipped_minor)
    return binding


SITE, MOYSKLAD, NOBODY = "the site's", "MoySklad's", "nobody's"


@pytest.mark.parametrize(
    ("status", "state", "more", "whose"),
    [
        ("processing", "state-new", {}, NOBODY),
        ("processing", "state-packed", {}, NOBODY),  # staff's, and it means the same
        ("processing", "state-called", {}, NOBODY),  # staff's, and means nothing to the site
        ("processing", "state-waits", {}, SITE),  # it stands for what the site said before
        ("processing", "", {}, SITE),
        ("on-hold", "state-packed", {}, MOYSKLAD),
        ("on-hold", "state-packed", {"paid": True}, SITE),
        ("cancelled", "state-new", {}, SITE),
        ("cancelled", "state-called", {}, SITE),
        ("cancelled", "state-packed", {}, SITE),
        ("cancelled", "state-cancelled", {}, NOBODY),
        ("cancelled", "state-done", {}, SITE),
        ("cancelled", "state-done", {"shipped": True}, MOYSKLAD),
        ("failed", "state-cancelled", {}, NOBODY),
        ("refunded", "state-new", {}, SITE),
        ("refunded", "state-cancelled", {}, NOBODY),
        (
            "refunded",
            "state-done",
            {"shipped": True},
            NOBODY,
        ),  # goods that have left are returned, not cancelled
        ("completed", "state-new", {}, NOBODY),  # the owner chose no state for it
        ("completed", "state-done", {}, NOBODY),
        ("processing", "state-done", {}, MOYSKLAD),
        ("processing", "state-cancelled", {"paid": True}, MOYSKLAD),
        ("pending", "state-new", {}, NOBODY),
    ],
)
def test_whose_word_is_news(status: str, state: str, more: dict[str, bool], whose: str) -> None:
    binding = found(status, state, **more)
    reflected = forgotten_documents.reflected(binding)
    asked = [row.kind for row in OutboxMessage.objects.all()]
    assert (reflected, asked) == {
        SITE: ("", []),
        MOYSKLAD: (status, [kinds.STATUS]),
        NOBODY: (status, []),
    }[whose]


def test_staff_see_where_both_sides_say_something() -> None:
    forgotten_documents.reflected(found("processing", "state-done"))
    assert Flag.objects.get().code == "status_conflict"


def test_an_order_heard_of_late_and_over_already_is_looked_for_and_not_made(stock: StockBox) -> None:
    sku = stock.item(stock=10)
    earlier = (timezone.now() - timedelta(minutes=30)).isoformat()
    late = stock.box.store.place_order({sku: 1}, status="cancelled", created=earlier)["id"]
    early = stock.box.store.place_order({sku: 1}, status="cancelled")["id"]
    for order in (late, early):
        stock.hear(stock.event(order))
    waiting = OutboxMessage.objects.filter(kind=kinds.ORDER).values_list("object_key", flat=True)
    assert list(waiting) == [Order.objects.get(source_id=str(late)).object_key]
    stock.box.moysklad.reset_stats()
    stock.all()
    assert stock.box.moysklad.documents() == []
    asked = [call["method"] for call in stock.box.moysklad.calls() if "customerorder" in call["path"]]
    assert asked == ["GET"]
