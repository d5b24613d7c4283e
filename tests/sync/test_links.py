"""Links by SKU follow the SKUs: corrected, renamed or doubled ones are seen at the next import; a person's stay."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bridge.catalog import bindings, suggestions
from bridge.catalog.bindings import LOST, UNDONE_BY_SKU
from bridge.catalog.models import Listing, Product, ProductBarcode, ProductBinding
from bridge.connections.models import Shop
from bridge.sync.goods.catalog_from_moysklad import link, unlink
from tests import factories
from tests.matching import match_shop

pytestmark = pytest.mark.django_db


def product(shop: Shop, external_id: str, **fields: object) -> Product:
    return Product.objects.create(
        connection=shop.account, external_id=external_id, **{"kind": "product", "name": external_id, **fields}
    )


def listing(shop: Shop, product_id: str, sku: str, **fields: object) -> Listing:
    return Listing.objects.create(shop=shop, product_id=product_id, sku=sku, **{"name": product_id, **fields})


def linked(shop: Shop) -> dict[str, str]:
    rows = ProductBinding.objects.filter(listing__shop=shop).values_list(
        "listing__product_id", "product__external_id"
    )
    return dict(rows)


def test_the_corrected_field_of_the_sku_moves_the_links(shop: Shop) -> None:
    product(shop, "wrong", article="100", code="x")
    product(shop, "right", article="y", code="100")
    listing(shop, "5", "100")
    match_shop(shop)
    assert linked(shop) == {"5": "wrong"}
    Listing.objects.update(wanted_quantity=7, stock_stale=False)
    shop.sku_field = "code"
    shop.save()
    assert match_shop(shop) == 1
    assert linked(shop) == {"5": "right"}
    row = Listing.objects.get()
    assert (row.wanted_quantity, row.stock_stale) == (None, True)  # nothing is known of the right one yet


@pytest.mark.parametrize(("sku", "match"), [("200", "missing"), ("", "no_sku"), ("300", "ambiguous")])
def test_a_renamed_sku_loses_its_link(shop: Shop, sku: str, match: str) -> None:
    product(shop, "p", article="100")
    product(shop, "twin-1", article="300")
    product(shop, "twin-2", article="300")
    listing(shop, "5", "100")
    match_shop(shop)
    Listing.objects.update(sku=sku, wanted_quantity=3)
    assert match_shop(shop) == 0
    row = Listing.objects.get()
    assert (linked(shop), row.match, row.wanted_quantity) == ({}, match, None)


def test_a_second_listing_with_the_sku_leaves_the_choice_to_a_person(shop: Shop) -> None:
    product(shop, "p", article="100")
    first = listing(shop, "5", "100")
    match_shop(shop)
    listing(shop, "6", "100")
    match_shop(shop)
    assert linked(shop) == {}
    assert set(Listing.objects.values_list("match", flat=True)) == {"ambiguous"}
    bindings.bind(first, Product.objects.get())
    match_shop(shop)
    assert linked(shop) == {"5": "p"}


def test_a_link_made_by_a_person_stays_whatever_the_sku_says(shop: Shop) -> None:
    chosen = product(shop, "chosen", article="1")
    product(shop, "by-sku", article="100")
    bindings.bind(listing(shop, "5", "100"), chosen)
    match_shop(shop)
    assert linked(shop) == {"5": "chosen"}


def test_goods_put_into_the_archive_keep_their_link(shop: Shop) -> None:
    product(shop, "p", article="100")
    listing(shop, "5", "100")
    match_shop(shop)
    Product.objects.update(archived=True)
    match_shop(shop)
    assert linked(shop) == {"5": "p"}
    assert Listing.objects.get().match == "linked"


@pytest.mark.parametrize("by_person", [False, True])
def test_a_removed_item_is_told_and_no_link_any_more(shop: Shop, by_person: bool) -> None:
    item = product(shop, "p", article="100")
    row = listing(shop, "5", "100")
    if by_person:
        bindings.bind(row, item)
    match_shop(shop)
    assert not Listing.objects.filter(LOST).exists()
    Product.objects.update(present=False)
    match_shop(shop)
    row = Listing.objects.get(LOST)
    assert (row.match, row.binding.product) == ("missing", item)  # so that people see what it was
    Product.objects.update(present=True)  # taken out of the bin
    match_shop(shop)
    assert not Listing.objects.filter(LOST).exists()
    assert Listing.objects.get().match == "linked"


def test_another_item_with_the_sku_takes_the_place_of_a_removed_one(shop: Shop) -> None:
    product(shop, "old", article="100")
    listing(shop, "5", "100")
    match_shop(shop)
    Product.objects.update(present=False)
    product(shop, "new", article="100")
    assert match_shop(shop) == 1
    assert linked(shop) == {"5": "new"}
    assert not Listing.objects.filter(LOST).exists()


def test_an_item_gone_from_the_site_is_told_and_its_successor_is_linked(shop: Shop) -> None:
    product(shop, "p", article="100")
    row = listing(shop, "5", "100")
    match_shop(shop)
    Listing.objects.update(present=False)
    listing(shop, "6", "100")
    match_shop(shop)
    assert Listing.objects.get(LOST) == row
    assert Listing.objects.get(product_id="6").match == "linked"


def test_goods_that_only_group_variants_are_no_candidates(shop: Shop) -> None:
    product(shop, "parent", article="100")
    product(shop, "variant", article="", code="v", kind="variant", parent_external_id="parent")
    listing(shop, "5", "100")
    listing(shop, "6", "100", variation_id="7")
    match_shop(shop)
    assert linked(shop) == {}
    assert set(Listing.objects.values_list("match", flat=True)) == {"ambiguous"}
    Listing.objects.filter(product_id="6").delete()
    match_shop(shop)
    assert Listing.objects.get().match == "kind"


def test_a_variation_is_linked_with_a_variant_only(shop: Shop) -> None:
    product(shop, "simple", article="100")
    product(shop, "parent", article="200")
    product(shop, "variant", article="200", kind="variant", parent_external_id="parent")
    listing(shop, "5", "100", variation_id="6")
    listing(shop, "5", "200", variation_id="7")
    listing(shop, "5", "200", kind="variable")
    match_shop(shop)
    found = Listing.objects.values_list("variation_id", "match", "binding__product__external_id")
    assert set(found) == {("6", "kind", None), ("7", "linked", "variant"), ("", "linked", "parent")}


@pytest.mark.parametrize(("barcode", "sku"), [("4600000000017", "OWN-1"), ("", "4600000000017")])
def test_barcodes_link_where_the_shops_sku_is_one(shop: Shop, barcode: str, sku: str) -> None:
    shop.sku_field = "barcode"
    shop.save()
    item = product(shop, "p", article="OWN-1")
    ProductBarcode.objects.create(product=item, value="4600000000017")
    ProductBarcode.objects.create(product=item, value="4600000000024")
    listing(shop, "5", sku, barcode=barcode)
    match_shop(shop)
    assert linked(shop) == {"5": "p"}
    ProductBarcode.objects.create(product=product(shop, "twin"), value="4600000000017")
    match_shop(shop)
    assert linked(shop) == {}
    assert Listing.objects.get().match == "ambiguous"


def test_the_external_code_links_where_the_shops_sku_is_one(shop: Shop) -> None:
    shop.sku_field = "external_code"
    shop.save()
    product(shop, "by-article", article="100", code="100", external_code="y")
    product(shop, "p", article="x", external_code="100")
    listing(shop, "5", "100")
    listing(shop, "6", "x")
    match_shop(shop)
    assert linked(shop) == {"5": "p"}
    product(shop, "twin", external_code="100")
    match_shop(shop)
    assert linked(shop) == {}
    assert Listing.objects.get(product_id="5").match == "ambiguous"


def test_a_sku_that_differs_in_case_or_spaces_is_suggested_not_linked(shop: Shop) -> None:
    item = product(shop, "p", article="AB-1")
    listing(shop, "5", "ab - 1")
    match_shop(shop)
    assert linked(shop) == {}
    assert list(suggestions.look(shop)) == [1]
    row = Listing.objects.get()
    assert (row.match, row.suggestion, row.suggestion_score) == ("missing", item, 99)
    Listing.objects.update(sku=" AB-1 ")  # spaces around it are nobody's meaning
    match_shop(shop)
    row = Listing.objects.get()
    assert (row.match, row.suggestion, row.suggestion_score) == ("linked", None, None)


def test_suggestions_are_free_goods_by_their_names_and_a_refused_one_does_not_come_back(shop: Shop) -> None:
    taken = product(shop, "taken", name="Кружка белая", article="100")
    second = product(shop, "second", name="Кружка белая матовая")
    product(shop, "archived", name="Кружка белая", archived=True)
    listing(shop, "5", "100", name="Кружка белая")
    row = listing(shop, "6", "", name="Кружка, белая")
    match_shop(shop)
    assert list(suggestions.look(shop)) == [1]
    row.refresh_from_db()
    assert row.suggestion == second
    assert row.suggestion != taken
    assert suggestions.refuse([row]) == 1
    assert list(suggestions.look(shop)) == [1]
    row.refresh_from_db()
    assert (row.suggestion, row.suggestion_score) == (None, 0)
    assert list(suggestions.look(shop)) == []  # all are looked at
    suggestions.forget(shop)
    assert list(suggestions.look(shop)) == [1]
    row.refresh_from_db()
    assert row.suggestion is None


def test_what_two_products_of_the_site_claim_is_not_sure(shop: Shop) -> None:
    product(shop, "p", name="Кружка белая")
    product(shop, "q", name="Плед шерстяной")
    for number, name in enumerate(("Кружка белая", "Белая кружка", "Плед шерстяной")):
        listing(shop, str(number), "", name=name)
    match_shop(shop)
    assert list(suggestions.look(shop)) == [3]
    assert Listing.objects.filter(suggestion_score=100).count() == 3
    assert [row.name for row in suggestions.sure(shop, 90)] == ["Плед шерстяной"]


def test_one_unknown_line_does_not_read_the_whole_catalogue(shop: Shop) -> None:
    for number in range(30):
        product(shop, f"p{number}", article=f"A{number}")
    row = listing(shop, "5", "A7")
    with CaptureQueriesContext(connection) as queries:
        assert bindings.match(shop, [row]) == {row.pk}
    reads = [q["sql"] for q in queries if 'FROM "bridge_product" ' in q["sql"]]
    assert reads
    assert all(" IN (" in sql for sql in reads), reads


def test_a_link_a_person_took_away_is_not_made_again_by_its_sku(shop: Shop) -> None:
    item = product(shop, "p", article="100")
    row = listing(shop, "5", "100")
    match_shop(shop)
    assert unlink(Listing.objects.get(pk=row.pk))
    assert match_shop(shop) == 0
    assert (linked(shop), Listing.objects.get().match) == ({}, "missing")
    product(shop, "another", article="100")  # with the refused one aside, the SKU names one item
    match_shop(shop)
    assert linked(shop) == {"5": "another"}
    link(Listing.objects.get(), item)
    assert linked(shop) == {"5": "p"}
    assert Listing.objects.get().refused_products == []  # the person thought better of it


def test_unlinking_tells_numbers_and_fields_of_both_shops(shop: Shop) -> None:
    product(shop, "p", article="100")
    row = listing(shop, "5", "100")
    other = factories.ShopFactory(account=shop.account)
    same = listing(other, "9", "100")
    for one in (shop, other):
        match_shop(one)
    Listing.objects.update(stock_stale=False, wanted_fields={"price": "5"}, fields_differ=True)
    shop.owned_fields = ["price"]
    shop.save()
    unlink(Listing.objects.get(pk=row.pk))
    row.refresh_from_db()
    same.refresh_from_db()
    assert (row.stock_stale, row.wanted_fields, row.fields_differ) == (True, {}, False)
    assert same.stock_stale  # what the first has sold counts for the item no more
    assert not unlink(row)


@pytest.mark.parametrize("sku", ["200", "", "300"])
def test_a_link_that_went_with_its_sku_says_what_it_was(shop: Shop, sku: str) -> None:
    item = product(shop, "p", article="100")
    for twin in ("twin-1", "twin-2"):
        product(shop, twin, article="300")
    listing(shop, "5", "100")
    match_shop(shop)
    Listing.objects.update(sku=sku)
    match_shop(shop)
    assert Listing.objects.get(UNDONE_BY_SKU).lost_link == item
    match_shop(shop)
    assert Listing.objects.filter(UNDONE_BY_SKU).exists()  # until somebody has looked at it
    Listing.objects.update(sku="100")
    match_shop(shop)
    assert linked(shop) == {"5": "p"}
    assert not Listing.objects.filter(UNDONE_BY_SKU).exists()


def test_the_notice_of_a_lost_link_goes_with_a_person_s_word(shop: Shop) -> None:
    product(shop, "p", article="100")
    listing(shop, "5", "100")
    match_shop(shop)
    Product.objects.update(article="101")
    match_shop(shop)
    assert Listing.objects.filter(UNDONE_BY_SKU).exists()
    unlink(Listing.objects.get())
    assert not Listing.objects.filter(UNDONE_BY_SKU).exists()
    Product.objects.update(article="100")
    match_shop(shop)
    assert linked(shop) == {"5": "p"}  # only the notice was taken away


def test_one_variation_among_many_is_read_alone() -> None:
    shop = factories.ShopFactory()
    for n in range(30):
        listing(shop, "50", f"A{n}", variation_id=str(n))
    other = listing(shop, "60", "B")
    for keys in ({("50", "7")}, {("50", "7"), ("60", "")}):
        assert bindings.find_listings(shop, keys).keys() == keys
        assert bindings.among(shop, keys).count() == len(keys)
    assert bindings.find_listings(shop, {("60", "")}) == {("60", ""): other}
    assert bindings.find_listings(shop, ()) == {}
