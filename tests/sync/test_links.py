"""Links by SKU follow the SKUs: corrected, renamed or doubled ones are seen at the next import; a person's stay."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bridge.catalog import bindings
from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.connections.models import Shop
from bridge.sync.goods.catalog_from_moysklad import match_shop

pytestmark = pytest.mark.django_db


def product(shop: Shop, external_id: str, **fields: object) -> Product:
    return Product.objects.create(
        connection=shop.account, external_id=external_id, **{"kind": "product", "name": external_id, **fields}
    )


def listing(shop: Shop, product_id: str, sku: str) -> Listing:
    return Listing.objects.create(shop=shop, product_id=product_id, sku=sku, name=product_id)


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
    Listing.objects.update(wanted_quantity=7)
    shop.sku_field = "code"
    shop.save()
    assert match_shop(shop) == 1
    assert linked(shop) == {"5": "right"}
    assert Listing.objects.get().wanted_quantity == 0  # nothing is known of the right one yet


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


def test_goods_put_into_the_archive_keep_their_link_and_removed_ones_lose_it(shop: Shop) -> None:
    product(shop, "p", article="100")
    listing(shop, "5", "100")
    match_shop(shop)
    Product.objects.update(archived=True)
    match_shop(shop)
    assert linked(shop) == {"5": "p"}
    Product.objects.update(present=False)
    match_shop(shop)
    assert linked(shop) == {}


def test_goods_that_only_group_variants_are_no_candidates(shop: Shop) -> None:
    product(shop, "parent", article="100")
    product(shop, "variant", article="", code="v", kind="variant", parent_external_id="parent")
    listing(shop, "5", "100")
    match_shop(shop)
    assert linked(shop) == {}


def test_one_unknown_line_does_not_read_the_whole_catalogue(shop: Shop) -> None:
    for number in range(30):
        product(shop, f"p{number}", article=f"A{number}")
    row = listing(shop, "5", "A7")
    with CaptureQueriesContext(connection) as queries:
        assert bindings.match(shop, [row]) == {row.pk}
    reads = [q["sql"] for q in queries if 'FROM "bridge_product" ' in q["sql"]]
    assert reads
    assert all(" IN (" in sql for sql in reads), reads
