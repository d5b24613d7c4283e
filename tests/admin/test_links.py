"""Linking goods by hand: choosing among the account's products, releasing what waited, taking a link away."""

from typing import Any

from bridge.catalog.models import Listing
from tests import factories
from tests.admin.conftest import Desk, Rows

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


def test_filters_find_what_is_missing_and_what_the_site_refused(desk: Desk, rows: Rows) -> None:
    missing = Listing.objects.get(match="missing")
    for params in ({"match__exact": "missing"}, {"stock": "refused"}):
        html = desk.get(LIST, **params)
        assert missing.name in html
        assert Listing.objects.get(match="ambiguous").name not in html


def test_many_links_are_taken_away_or_looked_for_again(desk: Desk, rows: Rows) -> None:
    linked, missing = Listing.objects.get(match="linked"), Listing.objects.get(match="missing")
    assert desk.do("listing", "unlink_many", [linked, missing]) == ["Убрано связей: 1."]
    factories.ProductFactory(connection=rows.shop.account, article=missing.sku)
    said = desk.do("listing", "match_many", [missing])
    assert said == ["Найдено новых связей по артикулу: 2."]


def test_search_ignores_the_case_of_russian_letters(desk: Desk, rows: Rows) -> None:
    factories.ListingFactory(shop=rows.shop, name="Ваза Синяя")
    for term in ("ваза синяя", "ВАЗА", "Ваза"):
        assert "Ваза Синяя" in desk.get(LIST, q=term)
    assert "Ваза Синяя" not in desk.get(LIST, q="ваза красная")
