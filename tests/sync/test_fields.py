"""What fields of listings should be, who owns them, and what is kept of the site's answers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from factories import LinkedListingFactory, ProductFactory, ShopFactory, WatermarkFactory

from bridge.catalog.models import BundlePart, Listing, Product
from bridge.connections.models import DirectoryEntry, GoodsRule, Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync import leased
from bridge.sync.fields import every_listing, wishes
from bridge.sync.fields.writing import Written, keep, write
from bridge.sync.models import Watermark
from bridge.sync.site_reading import by_call
from connectors.errors import PermanentError, TransientError

pytestmark = pytest.mark.django_db
Kind = DirectoryEntry.Kind
ALL = ["price", "sale_price", "name", "description", "weight", "barcode"]


@pytest.fixture
def shop() -> Shop:
    made: Shop = ShopFactory(
        write_goods=True, site_currency="RUB", site_weight_unit="kg", owned_fields=["price"]
    )
    DirectoryEntry.objects.filter(connection=made.account, kind=Kind.CURRENCY).delete()
    for kind, id_, detail, rate, default in (
        (Kind.CURRENCY, "rub", "RUB", 1, True),
        (Kind.CURRENCY, "usd", "USD", 90, False),
        (Kind.PRICE_TYPE, "retail", "", None, True),
        (Kind.PRICE_TYPE, "sale", "", None, False),
        (Kind.FOLDER, "top", "", None, False),
        (Kind.FOLDER, "inner", "top", None, False),
    ):
        DirectoryEntry.objects.create(
            connection=made.account,
            kind=kind,
            external_id=id_,
            name=id_,
            detail=detail,
            rate=rate,
            is_default=default,
        )
    return made


def facts(price: int | None = None, **more: Any) -> dict[str, Any]:
    return {"prices": {"retail": [price, "rub"]} if price else {}, **more}


def listing(shop: Shop, product: Product, **fields: Any) -> Listing:
    site = {"price": "7", "sale_price": {"price": "", "from": None, "to": None}, "name": "x", "weight": ""}
    values = {"kind": "simple", "site_fields": {**site, "barcode": "", "description": ""}, **fields}
    made: Listing = LinkedListingFactory(shop=shop, link=product, **values)
    return made


def wanted(shop: Shop, row: Listing) -> dict[str, Any]:
    wishes.listings_changed(Shop.objects.get(pk=shop.pk), [row.pk])
    row.refresh_from_db()
    return dict(row.wanted_fields)


def test_a_difference_is_queued_once_and_an_equal_value_is_not(shop: Shop) -> None:
    same = listing(
        shop,
        ProductFactory(connection=shop.account, facts=facts(35100)),
        site_fields={"price": "351"},
    )
    assert wanted(shop, same) == {"price": "351.00"}
    assert (same.fields_differ, OutboxMessage.objects.count()) == (False, 0)
    other = listing(shop, ProductFactory(connection=shop.account, facts=facts(35200)))
    for _twice in range(2):
        assert wanted(shop, other) == {"price": "352.00"}
    assert other.fields_differ
    assert OutboxMessage.objects.get().kind == "fields_to_site"


def test_an_item_without_a_price_keeps_the_sites_and_says_so(shop: Shop) -> None:
    row = listing(shop, ProductFactory(connection=shop.account, facts=facts()))
    assert wanted(shop, row) == {}
    assert row.fields_withheld == {"price": ["price_missing", {"type": "retail"}]}
    assert not row.fields_differ


def test_what_is_empty_in_moysklad_empties_nothing_on_the_site(shop: Shop) -> None:
    Shop.objects.update(owned_fields=ALL)
    product = ProductFactory(connection=shop.account, name="", facts=facts(100, description="", weight=""))
    row = listing(
        shop, product, site_fields={"description": "long", "weight": "2", "name": "n", "barcode": "1"}
    )
    assert set(wanted(shop, row)) == {"price"}
    assert not row.fields_differ


def test_variations_and_their_products_follow_in_the_fields_they_have(shop: Shop) -> None:
    Shop.objects.update(owned_fields=ALL, sale_price_type_id="sale")
    parent = ProductFactory(
        connection=shop.account,
        name="Платье",
        facts=facts(50000, description="d", weight="0.3", barcodes=["4600000000001"], dates={}),
    )
    variant = ProductFactory(
        connection=shop.account, kind="variant", parent_external_id=parent.external_id, facts=facts()
    )
    above, below = listing(shop, parent, kind="variable"), listing(shop, variant, kind="variation")
    assert set(wanted(shop, above)) == {"name", "description", "weight", "barcode"}
    none = {"price": "", "from": None, "to": None}
    assert wanted(shop, below) == {"price": "500.00", "sale_price": none}


def test_the_sites_barcode_stays_while_it_is_one_of_the_items(shop: Shop) -> None:
    Shop.objects.update(owned_fields=["barcode"])
    product = ProductFactory(
        connection=shop.account, facts=facts(barcodes=["ABC", "4600000000001", "4600000000002"])
    )
    row = listing(shop, product, site_fields={"barcode": "4600000000002"})
    assert wanted(shop, row) == {"barcode": "4600000000002"}
    Listing.objects.update(site_fields={"barcode": "999"})
    assert wanted(shop, row) == {"barcode": "4600000000001"}
    Product.objects.update(facts=facts(barcodes=["ABC"]))
    assert wanted(shop, row) == {}
    assert row.fields_withheld["barcode"][0] == "barcode_not_taken"


@pytest.mark.parametrize(
    ("rules", "owned"),
    [
        ([], True),
        ([("folder", "top", "site")], False),
        ([("folder", "top", "site"), ("folder", "inner", "moysklad")], True),
        ([("folder", "inner", "site"), ("item", "p", "moysklad")], True),
        ([("item", "parent", "site")], False),
        ([("item", "parent", "site"), ("item", "p", "moysklad")], True),
    ],
)
def test_the_items_rule_wins_then_its_products_then_the_nearest_folders(
    shop: Shop, rules: list[tuple[str, str, str]], owned: bool
) -> None:
    ProductFactory(connection=shop.account, external_id="parent", folder_id="inner")
    product = ProductFactory(
        connection=shop.account,
        external_id="p",
        kind="variant",
        parent_external_id="parent",
        folder_id="inner",
        facts=facts(100),
    )
    row = listing(shop, product, kind="variation")
    for scope, external_id, value in rules:
        GoodsRule.objects.create(shop=shop, scope=scope, external_id=external_id, sets="price", value=value)
    assert (wanted(shop, row) == {"price": "1.00"}) is owned


def test_a_bundle_may_not_cost_less_than_its_parts(shop: Shop) -> None:
    Shop.objects.update(min_margin=10)
    mug = ProductFactory(connection=shop.account, external_id="mug", facts=facts(cost=[10000, "rub"]))
    ProductFactory(connection=shop.account, external_id="box", facts=facts(cost=[100, "usd"]))
    bundle = ProductFactory(connection=shop.account, kind="bundle", facts=facts(42800))
    for item, quantity in ((mug.external_id, 3), ("box", 1)):
        BundlePart.objects.create(bundle=bundle, item_external_id=item, quantity=Decimal(quantity))
    row = listing(shop, bundle)
    assert wanted(shop, row) == {}  # 300 and 90 roubles of parts and a tenth more are 429
    assert row.fields_withheld["price"][1]["cost"] == "390.00"
    Product.objects.filter(pk=bundle.pk).update(facts=facts(42900))
    assert wanted(shop, row) == {"price": "429.00"}


def test_an_item_that_is_gone_says_nothing_about_the_site(shop: Shop) -> None:
    row = listing(shop, ProductFactory(connection=shop.account, facts=facts(100)))
    assert wanted(shop, row)
    Product.objects.update(present=False)
    assert wanted(shop, row) == {}
    assert not row.fields_differ


def test_an_unlinked_item_is_not_written_even_before_it_is_worked_out_anew(shop: Shop) -> None:
    row = listing(shop, ProductFactory(connection=shop.account, facts=facts(100)))
    wanted(shop, row)
    assert list(wishes.waiting(shop)) == [row]
    row.binding.delete()
    assert list(wishes.waiting(shop)) == []


def test_nothing_is_queued_while_writing_is_switched_off(shop: Shop) -> None:
    Shop.objects.update(write_goods=False)
    row = listing(shop, ProductFactory(connection=shop.account, facts=facts(100)))
    wanted(shop, row)
    assert row.fields_differ
    assert not OutboxMessage.objects.exists()


class Site:
    """Answers batches like the site; `refuse`: {field of the body: error} for items that send it."""

    def __init__(self, **refuse: Exception) -> None:
        self.products = self
        self.refuse = refuse
        self.sent: list[list[dict[str, Any]]] = []

    def batch(self, updates: list[dict[str, Any]]) -> list[Any]:
        self.sent.append(updates)
        return [
            next((error for name, error in self.refuse.items() if name in update), dict(update))
            for update in updates
        ]


def items(*rows: Listing) -> dict[int, Any]:
    return {row.pk: (row, dict(row.wanted_fields)) for row in rows}


def test_one_refused_field_holds_up_no_other(shop: Shop) -> None:
    rows = [
        listing(
            shop,
            ProductFactory(connection=shop.account),
            product_id=str(n),
            wanted_fields={"price": "2.00", "barcode": "46", "name": "y"},
            fields_differ=True,
        )
        for n in (1, 2)
    ]
    site = Site(global_unique_id=PermanentError("taken", code="x", status=400))
    keep(write(site, "", items(*rows)))  # type: ignore[arg-type]
    for row in Listing.objects.all():
        assert (row.site_fields["price"], row.site_fields["name"]) == ("2.00", "y")
        assert (row.fields_error, row.site_fields["barcode"]) == ("barcode: taken", "")
    assert [len(part) for part in site.sent] == [2, 2, 2, 2]


def test_an_open_outcome_changes_nothing_we_know(shop: Shop) -> None:
    row = listing(
        shop,
        ProductFactory(connection=shop.account),
        product_id="1",
        wanted_fields={"price": "2.00"},
        fields_differ=True,
    )
    [result] = write(Site(regular_price=TransientError("busy", status=500)), "", items(row))  # type: ignore[arg-type]
    assert result.unsure is not None
    keep([result])
    row.refresh_from_db()
    assert (row.site_fields["price"], row.fields_differ, row.fields_error) == ("7", True, "")


def test_a_value_wanted_while_another_was_written_is_written_next(shop: Shop) -> None:
    sent = listing(
        shop, ProductFactory(connection=shop.account), wanted_fields={"price": "2.00"}, fields_differ=True
    )
    Listing.objects.update(wanted_fields={"price": "3.00"})
    keep([Written(sent, {"price": "2.00"}, {"price": "2.00"})])
    row = Listing.objects.get()
    assert (row.site_fields["price"], row.fields_differ) == ("2.00", True)
    keep([Written(sent, {}, refused={"price": "no"})])  # it was another value that was refused
    assert Listing.objects.get().fields_error == ""
    keep([Written(row, {}, refused={"price": "no"})])
    assert Listing.objects.get().fields_error == "price: no"


def test_what_the_site_makes_of_a_value_is_kept_and_ends_the_writing(shop: Shop) -> None:
    row = listing(
        shop, ProductFactory(connection=shop.account), wanted_fields={"name": "<b>y"}, fields_differ=True
    )
    keep([Written(row, {"name": "<b>y"}, {"name": "y"})])
    row.refresh_from_db()
    assert (row.site_fields["name"], row.fields_differ) == ("y", False)
    assert row.fields_taken == {"name": ["<b>y", "y"]}


def test_fifty_thousand_variations_of_few_products_go_a_hundred_to_a_call(shop: Shop) -> None:
    rows = [
        Listing(shop=shop, product_id=str(n % 3), variation_id=str(1000 + n), name="v") for n in range(50_000)
    ]
    portions = list(by_call(rows))
    assert len(portions) == 501
    assert {len(group) for _parent, group in portions} <= {100, 66, 67}
    assert all({row.product_id for row in group} == {parent} for parent, group in portions)


def test_no_field_follows_any_more(shop: Shop) -> None:
    row = listing(shop, ProductFactory(connection=shop.account, facts=facts(100)))
    wanted(shop, row)
    Shop.objects.update(owned_fields=[])
    assert not wishes.follow_moysklad(Shop.objects.get())
    wishes.want_nothing(shop)
    row.refresh_from_db()
    assert (row.wanted_fields, row.fields_differ) == ({}, False)


def test_a_hundred_listings_take_few_queries(shop: Shop, django_assert_max_num_queries: Any) -> None:
    rows = [listing(shop, ProductFactory(connection=shop.account, facts=facts(100 + n))) for n in range(100)]
    fresh = Shop.objects.get(pk=shop.pk)
    with django_assert_max_num_queries(20):
        wishes.listings_changed(fresh, [row.pk for row in rows])
    assert Listing.objects.filter(fields_differ=True).count() == 100


@pytest.mark.parametrize(
    ("currency", "price", "reason"),
    [
        ("USD", "100.00", None),
        ("RUB", "9000.00", None),
        ("CNY", None, ["currency_unknown", {"currency": "CNY"}]),
        ("", None, ["site_settings_not_read", {}]),
    ],
)
def test_a_price_is_told_in_the_currency_of_the_site(
    shop: Shop, currency: str, price: str | None, reason: list[Any] | None
) -> None:
    Shop.objects.update(site_currency=currency)
    row = listing(shop, ProductFactory(connection=shop.account, facts=facts(900000)))
    assert wanted(shop, row).get("price") == price
    assert row.fields_withheld.get("price") == reason


def test_a_sale_whose_days_are_the_wrong_way_round_is_left_alone(shop: Shop) -> None:
    Shop.objects.update(
        owned_fields=["price", "sale_price"],
        sale_price_type_id="sale",
        sale_from_attribute_id="from",
        sale_to_attribute_id="to",
    )
    prices = {"retail": [50000, "rub"], "sale": [40000, "rub"]}
    dates = {"from": "2026-11-30", "to": "2026-11-01"}
    product = ProductFactory(connection=shop.account, facts={"prices": prices, "dates": dates})
    row = listing(shop, product)
    assert set(wanted(shop, row)) == {"price"}
    assert row.fields_withheld["sale_price"][0] == "sale_period"
    Product.objects.update(facts={"prices": prices, "dates": {"from": "2026-11-01"}})
    assert wanted(shop, row)["sale_price"] == {"price": "400.00", "from": "2026-11-01", "to": None}


def test_a_setting_changed_during_a_pass_begins_it_once_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leased, "BUDGET", -1.0)
    monkeypatch.setattr(every_listing, "OF_QUERY", 2)
    rows = [listing(shop, ProductFactory(connection=shop.account, facts=facts(100 + n))) for n in range(5)]
    later = timezone.now() + timedelta(hours=1)
    flow = WatermarkFactory(connection=shop.site, flow="fields", next_due_at=later)

    def portions() -> int:
        for count in range(1, 20):
            Watermark.objects.filter(pk=flow.pk).update(next_due_at=later)
            mark = Watermark.objects.select_related("connection").get(pk=flow.pk)
            every_listing.load(mark)
            if not Watermark.objects.filter(pk=flow.pk, next_due_at__lt=later).exists():
                return count
        raise AssertionError("it does not end")

    every_listing.ask(shop)
    alone = portions()
    every_listing.load(
        Watermark.objects.select_related("connection").get(pk=flow.pk)
    )  # a portion of the next
    Shop.objects.update(owned_fields=["name"])
    every_listing.ask(shop)
    assert portions() > alone
    assert {tuple(row.wanted_fields) for row in Listing.objects.all()} == {("name",)}
    assert len(rows) == Listing.objects.filter(fields_differ=True).count()
