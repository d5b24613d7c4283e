"""Linking goods by hand: choosing among the account's products, releasing what waited, taking a link away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge.catalog.models import Listing, StockLevel
from bridge.connections.models import Connection, Shop
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

LIST = "/admin/bridge/listing/"


def save(desk: Desk, listing: Listing, product: Any) -> Any:
    return desk.post(f"{LIST}{listing.pk}/change/", {"product": product.pk if product else ""})


def found(desk: Desk, listing: Listing, term: str = "") -> list[str]:
    response = desk.client.get(f"{LIST}{listing.pk}/products/", {"term": term})
    return [row["text"] for row in response.json()["results"]]


def test_linking_releases_what_waited_for_it(desk: Desk, rows: Rows) -> None:
    listing = Listing.objects.get(match="missing")
    product = factories.ProductFactory(connection=rows.shop.account)
    said = desk.said(save(desk, listing, product))
    assert "Заказов, которые ждали этой связи и теперь отправляются: 1." in said
    listing.refresh_from_db()
    assert (listing.match, listing.binding.product, listing.binding.origin) == ("linked", product, "person")
    rows.parked.refresh_from_db()
    assert rows.parked.state == "waiting"


def test_saving_without_a_choice_changes_nothing(desk: Desk, rows: Rows) -> None:
    listing = Listing.objects.get(match="linked")
    desk.said(save(desk, listing, listing.binding.product))
    listing.refresh_from_db()
    assert listing.binding.origin == "sku"


def test_an_empty_choice_takes_the_link_away(desk: Desk, rows: Rows) -> None:
    listing = Listing.objects.get(match="linked")
    desk.said(save(desk, listing, None))
    listing = Listing.objects.get(pk=listing.pk)
    assert (listing.match, hasattr(listing, "binding")) == ("missing", False)


def test_nothing_else_of_an_item_is_edited(desk: Desk, rows: Rows) -> None:
    listing = Listing.objects.get(match="missing")
    before = Listing.objects.values().get(pk=listing.pk)
    desk.post(f"{LIST}{listing.pk}/change/", {"product": "", "name": "x", "sku": "x", "match": "linked"})
    assert Listing.objects.values().get(pk=listing.pk) == before


def test_only_products_of_the_shops_account_can_be_chosen(desk: Desk, rows: Rows) -> None:
    listing = Listing.objects.get(match="missing")
    foreign = factories.ProductFactory()
    service = factories.ProductFactory(connection=rows.shop.account, kind="service")
    gone = factories.ProductFactory(connection=rows.shop.account, present=False)
    offered = found(desk, listing)
    for product in (foreign, service, gone):
        assert str(product) not in offered
        assert save(desk, listing, product).status_code == 200  # the form comes back with the mistake
    assert Listing.objects.get(pk=listing.pk).match == "missing"


def test_products_with_the_same_sku_come_first_and_every_word_counts(desk: Desk, rows: Rows) -> None:
    listing = factories.ListingFactory(shop=rows.shop, sku="Z-9")
    factories.ProductFactory(connection=rows.shop.account, name="Ваза белая", article="A-1")
    factories.ProductFactory(connection=rows.shop.account, name="Ваза синяя", article="Z-9")
    assert found(desk, listing)[0] == "Ваза синяя (Z-9)"
    assert found(desk, listing, "ваза Z-9") == found(desk, listing, "z-9") == ["Ваза синяя (Z-9)"]


def test_long_lists_come_in_pages(desk: Desk, rows: Rows) -> None:
    listing = Listing.objects.get(match="missing")
    factories.ProductFactory.create_batch(45, connection=rows.shop.account)
    pages = [
        desk.client.get(f"{LIST}{listing.pk}/products/", {"page": page}).json()
        for page in ("1", "2", "3", "x")
    ]
    assert [len(page["results"]) for page in pages] == [20, 20, 6, 20]
    assert [page["pagination"]["more"] for page in pages] == [True, True, False, True]


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"link": "linked"}, "linked"),
        ({"link": "unlinked"}, "missing"),
        ({"link": "conflicts"}, "ambiguous"),
        ({"stock": "refused"}, "missing"),
        ({"binding__origin__exact": "sku"}, "linked"),
    ],
)
def test_filters_find_what_they_say(desk: Desk, rows: Rows, params: dict[str, str], match: str) -> None:
    html = desk.get(LIST, **params)
    for listing in Listing.objects.all():
        assert (listing.name in html) == (listing.match == match), listing.match


def test_many_links_are_taken_away_or_looked_for_again(desk: Desk, rows: Rows) -> None:
    linked, missing = Listing.objects.get(match="linked"), Listing.objects.get(match="missing")
    assert desk.do("listing", "unlink_many", [linked, missing]) == ["Убрано связей: 1."]
    factories.ProductFactory(connection=rows.shop.account, article=missing.sku)
    said = desk.do("listing", "match_many", [linked, missing])
    assert said == ["Найдено новых связей по артикулу: 1."]  # what a person took away stays so


def test_search_ignores_the_case_of_russian_letters(desk: Desk, rows: Rows) -> None:
    factories.ListingFactory(shop=rows.shop, name="Ваза Синяя")
    for term in ("ваза синяя", "ВАЗА", "Ваза"):
        assert "Ваза Синяя" in desk.get(LIST, q=term)
    assert "Ваза Синяя" not in desk.get(LIST, q="ваза красная")


def test_the_page_of_a_product_tells_how_its_number_is_made_and_what_is_not_written(
    desk: Desk, rows: Rows
) -> None:
    listing = Listing.objects.select_related("binding__product").get(match="linked")
    item, account = listing.binding.product, rows.shop.account
    StockLevel.objects.create(
        connection=account,
        stock_type=rows.shop.stock_type,
        product_external_id=item.external_id,
        store_id="store-1",
        quantity=10,
    )
    Connection.objects.filter(pk=account.pk).update(stock_types=[rows.shop.stock_type])
    Shop.objects.filter(pk=rows.shop.pk).update(stock_buffer=1, owned_fields=["price", "sale_price"])
    Listing.objects.filter(pk=listing.pk).update(
        site_fields={"price": "300.00", "name": "Кружка"},
        wanted_fields={"price": "351.00"},
        fields_withheld={"sale_price": ["sale_not_below", {"sale": "400.00", "price": "351.00"}]},
        fields_error="price: Price is locked",
    )
    html = words_of(desk.get(f"{LIST}{listing.pk}/change/", "en"))
    for text in (
        "in the warehouses 10",
        "kept back: 1",
        "300.00",
        "351.00",
        "price: Price is locked",
        "400.00",
        "the site",
    ):
        assert text in html, text
    refused = desk.get(LIST, "en", stock="refused")
    assert listing.name in refused
    assert listing.name in desk.get(LIST, "en", stock="withheld")
    assert listing.name not in desk.get(LIST, "en", stock="written")


def test_the_site_s_products_can_be_read_at_once(desk: Desk, rows: Rows) -> None:
    mark = factories.WatermarkFactory(connection=rows.shop.site, flow="site_catalogue")
    type(mark).objects.update(next_due_at=timezone.now() + timedelta(hours=1))
    assert "being read" in desk.said(desk.post(f"{LIST}shop/{rows.shop.pk}/read/", {}, "en"))[0]
    mark.refresh_from_db()
    assert mark.next_due_at <= timezone.now()
