"""Pieces that a site owes its buyers, on the desk: a number below zero never stands there without saying what it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from bridge.catalog.models import Listing, StockLevel
from bridge.connections.models import Connection
from bridge.orders.models import Order
from bridge.orders.sales import Sale
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.previews.planned import why
from bridge.sync.stock.offers import offers
from tests import factories
from tests.admin.conftest import Desk
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/listing/"


@pytest.fixture
def owing(db: None) -> Listing:
    """Three pieces, five of them bought; the site shows what it was told."""
    shop = factories.ShopFactory(store_ids=["store-1"], stock_buffer=1)
    Connection.objects.filter(pk=shop.account_id).update(stock_types=[shop.stock_type])
    item = factories.ProductFactory(connection=shop.account)
    row = factories.LinkedListingFactory(shop=shop, link=item, site_quantity=-2, wanted_quantity=-2)
    StockLevel.objects.create(
        connection=shop.account,
        stock_type=shop.stock_type,
        product_external_id=item.external_id,
        store_id="store-1",
        quantity=3,
    )
    order: Order = factories.OrderFactory(shop=shop, placed_at=timezone.now())
    Sale.objects.update_or_create(
        order=order, listing=row, defaults={"product": item, "needed": 5, "in_flight": 5, "taken": 5}
    )
    return Listing.objects.select_related("binding__product", "shop__account").get(pk=row.pk)


def test_the_list_and_the_page_of_the_product_say_so(desk: Desk, owing: Listing) -> None:
    assert "−2 (owed to buyers) / −2 (owed to buyers)" in words_of(desk.get(LIST, "en"))
    page = words_of(desk.get(f"{LIST}{owing.pk}/change/", "en"))
    assert "more were bought here than there are: 2 owed to buyers" in page


def test_the_reason_in_a_preview_says_so_and_keeps_nothing_back(owing: Listing) -> None:
    offer = offers(owing.shop, [owing])[owing.pk]
    assert why(owing, offer) == ("pieces_in_stock", {"stock": "3", "sold": "5", "owed": "2"})


def test_a_difference_says_so(desk: Desk, owing: Listing) -> None:
    run: Any = Reconciliation.objects.create(shop=owing.shop, state="done", total=1, done=1)
    of = {"subject": "stock", "code": "drift_stock_behind", "repair": "stock", "listing": owing}
    Drift.objects.create(reconciliation=run, shop=owing.shop, title="x", here="2.5", there="-2", **of)
    Drift.objects.create(reconciliation=run, shop=owing.shop, title="y", here="", there="0", **of)
    text = words_of(desk.get("/admin/bridge/drift/", "en"))
    assert "2.5" in text
    assert "−2 (owed to buyers)" in text
