"""Prices and texts follow MoySklad where the owner said so, and stay the site's everywhere else."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync.goods import publishing


@pytest.fixture
def local_sites(settings: Any) -> None:
    """The stand-ins, which the test itself calls here, are on this machine."""
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


PLAIN: dict[str, Any] = {
    "stock": {"write": True},
    "prices": {
        "price_type": "Цена продажи",
        "sale_price_type": "",
        "sale_from": "",
        "sale_to": "",
        "rounding": "exact",
        "min_margin": "",
    },
    "goods": {"owned": [], "publish_new": False, "hide_archived": False},
    "goods_rules": [],
}


def choose(world: Any, **tables: Any) -> None:
    """These choices about goods and no other ones, worked out for every item."""
    world.configure(**{key: _with(value, tables.get(key)) for key, value in PLAIN.items()})
    world.run_flow("fields")


def _with(value: Any, more: Any) -> Any:
    return {**value, **(more or {})} if isinstance(value, dict) else more or value


def site(world: Any, sku: str) -> dict[str, Any]:
    return dict(world.box.store.product(sku))


def listing(sku: str) -> Listing:
    return Listing.objects.select_related("binding__product").get(sku=sku)


def until_site(world: Any, sku: str, **fields: Any) -> None:
    def shows() -> bool:
        product = site(world, sku)
        return all(product[name] == value for name, value in fields.items())

    world.until(
        shows, f"{sku} shows {fields}; it shows { {name: site(world, sku)[name] for name in fields} }"
    )


def money(world: Any, kopecks: int, iso: str | None = None) -> dict[str, Any]:
    row = next(row for row in world.box.moysklad.documents("currency") if not iso or row["isoCode"] == iso)
    return {"value": float(kopecks), "currency": {"meta": row["meta"]}}


def test_nothing_of_the_goods_but_stock_follows_moysklad_by_default(world: Any) -> None:
    assert Shop.objects.get().owned_fields == []
    before = site(world, "S-00001")
    world.box.moysklad.set_price("S-00001", 77700)
    world.run_flow("goods_changes")
    assert Product.objects.get(article="S-00001").facts["prices"]
    assert site(world, "S-00001")["regular_price"] == before["regular_price"]
    assert not OutboxMessage.objects.filter(kind="fields_to_site").exists()


def test_a_new_price_is_on_the_site_within_seconds_and_only_it_is_written(world: Any) -> None:
    choose(world, goods={"owned": ["price"]})
    before = site(world, "S-00002")
    world.box.store.reset_stats()
    world.box.moysklad.set_price("S-00002", 45650)
    until_site(world, "S-00002", regular_price="456.50", name=before["name"])
    world.quiet()
    writes = [call for call in world.box.store.calls() if call["method"] != "GET"]
    assert len(writes) == 1, writes
    row = listing("S-00002")
    assert (row.site_fields["price"], row.fields_differ) == ("456.50", False)


def test_a_price_changed_on_the_site_is_put_back_and_one_that_is_its_own_stays(world: Any) -> None:
    choose(world, goods={"owned": ["price"]})
    world.box.store.edit_product("S-00003", regular_price="1.00", name="Своё имя")
    world.run_flow("site_catalogue")
    wanted = listing("S-00003").wanted_fields["price"]
    until_site(world, "S-00003", regular_price=wanted, name="Своё имя")
    choose(world)
    world.box.store.edit_product("S-00003", regular_price="2.00")
    world.run_flow("site_catalogue")
    assert site(world, "S-00003")["regular_price"] == "2.00"


def test_a_sale_has_its_price_and_its_days_and_ends_with_them(world: Any) -> None:
    account = world.box.moysklad
    account.add_price_type("Цена со скидкой")
    first = account.add_attribute("product", "Акция с", "time")
    last = account.add_attribute("product", "Акция до", "time")
    choose(
        world,
        goods={"owned": ["price", "sale_price"]},
        prices={"sale_price_type": "Цена со скидкой", "sale_from": "Акция с", "sale_to": "Акция до"},
    )
    base = f"{account.url}/entity/product/metadata/attributes"
    dates = [
        {
            "meta": {
                "href": f"{base}/{one}",
                "type": "attributemetadata",
                "mediaType": "application/json",
            },
            "value": day,
        }
        for one, day in ((first, "2026-11-01 00:00:00"), (last, "2099-11-30 00:00:00"))
    ]
    account.edit_item("S-00004", attributes=dates)
    account.set_price("S-00004", 50000)
    account.set_price("S-00004", 39900, price_type="Цена со скидкой")
    until_site(
        world,
        "S-00004",
        regular_price="500.00",
        sale_price="399.00",
        date_on_sale_from="2026-11-01T00:00:00",
        date_on_sale_to="2099-11-30T23:59:59",
    )
    account.set_price("S-00004", 50000, price_type="Цена со скидкой")  # no longer below the regular price
    until_site(world, "S-00004", sale_price="", date_on_sale_from=None, date_on_sale_to=None)
    account.set_price("S-00004", 60000, price_type="Цена со скидкой")
    world.until(
        lambda: listing("S-00004").fields_withheld.get("sale_price", [""])[0] == "sale_not_below",
        "the owner is told that the sale price is above the regular one",
    )
    assert site(world, "S-00004")["sale_price"] == ""


def test_prices_in_another_currency_are_converted_by_the_accounts_rate_and_rounded(world: Any) -> None:
    world.box.moysklad.add_currency("USD", 90.25)
    world.box.moysklad.add_currency("KZT", 18.2, multiplicity=100)
    choose(world, goods={"owned": ["price"]})
    world.box.moysklad.set_price("S-00005", 1000, currency="USD")
    world.box.moysklad.set_price("S-00006", 1000000, currency="KZT")
    until_site(world, "S-00005", regular_price="902.50")
    until_site(world, "S-00006", regular_price="1820.00")
    choose(world, goods={"owned": ["price"]}, prices={"rounding": "ends_9"})
    until_site(world, "S-00005", regular_price="909.00")
    until_site(world, "S-00006", regular_price="1829.00")


def test_another_rate_of_the_account_makes_other_prices(world: Any) -> None:
    account = world.box.moysklad
    known = {row["isoCode"]: row["id"] for row in account.documents("currency")}
    euro = known.get("EUR") or account.add_currency("EUR", 100.0)
    choose(world, goods={"owned": ["price"]})
    account.set_price("S-00007", 1000, currency="EUR")
    until_site(world, "S-00007", regular_price="1000.00")
    account.edit("currency", euro, {"rate": 110.0})
    world.run_flow("directory")
    until_site(world, "S-00007", regular_price="1100.00")


def test_a_price_that_leaves_too_little_is_not_written_and_the_owner_is_told(world: Any) -> None:
    choose(world, goods={"owned": ["price"]}, prices={"min_margin": 20})
    before = site(world, "S-00008")["regular_price"]
    world.box.moysklad.edit_item("S-00008", buyPrice=money(world, 40000, "RUB"))
    world.box.moysklad.set_price("S-00008", 47900)

    def told() -> Any:
        return listing("S-00008").fields_withheld.get("price")

    code, params = world.until(told, "the owner is told")
    assert code == "price_below_margin"
    assert params == {"price": "479.00", "cost": "400.00", "margin": "20", "currency": "RUB"}
    world.quiet()
    assert site(world, "S-00008")["regular_price"] == before
    world.box.moysklad.set_price("S-00008", 48000)
    until_site(world, "S-00008", regular_price="480.00")
    assert listing("S-00008").fields_withheld == {}
    world.box.moysklad.edit_item("S-00008", minPrice=money(world, 50000, "RUB"))
    world.until(lambda: told() and told()[0] == "price_below_minimum", "the minimum price counts too")


def test_a_folders_rule_and_an_items_own_one_say_who_owns_a_price(world: Any) -> None:
    account = world.box.moysklad
    top = account.add_folder("Посуда")
    inner = account.add_folder("Кружки", inside=top)
    for article, folder in (("S-00009", inner), ("S-00010", inner), ("S-00011", top)):
        account.edit_item(article, productFolder=account.ref("productfolder", folder))
    for article in ("S-00009", "S-00010", "S-00011", "S-00012"):
        account.set_price(article, 11100)
    world.run_flow("goods_changes")
    before = {sku: site(world, sku)["regular_price"] for sku in ("S-00010", "S-00012")}
    choose(
        world,
        goods_rules=[{"folder": "Посуда", "price": "moysklad"}, {"item": "S-00010", "price": "site"}],
    )
    until_site(world, "S-00009", regular_price="111.00")
    until_site(world, "S-00011", regular_price="111.00")
    world.quiet()
    assert {sku: site(world, sku)["regular_price"] for sku in before} == before
    choose(
        world,
        goods={"owned": ["price"]},
        goods_rules=[{"folder": "Посуда/Кружки", "price": "site"}, {"item": "S-00010", "price": "moysklad"}],
    )
    account.set_price("S-00009", 22200)
    account.set_price("S-00010", 22200)
    until_site(world, "S-00010", regular_price="222.00")
    until_site(world, "S-00012", regular_price="111.00")
    world.quiet()
    assert site(world, "S-00009")["regular_price"] == "111.00"


def test_name_description_weight_and_barcode_follow(world: Any) -> None:
    world.box.store.configure(weight_unit="g")
    choose(world, goods={"owned": ["name", "description", "weight", "barcode"]})
    world.run_flow("site_catalogue")
    world.box.moysklad.edit_item(
        "S-00013",
        name="Кружка «Утро» & вечер",
        description="Белая\nкружка, 5 < 10",
        weight=0.35,
        barcodes=[{"code128": "НЕ-ДЛЯ-САЙТА"}, {"ean13": "4600000000138"}],
    )
    until_site(world, "S-00013", weight="350", global_unique_id="4600000000138")
    assert "вечер" in site(world, "S-00013")["name"]
    assert "кружка, 5" in site(world, "S-00013")["description"]
    world.quiet()
    writes = OutboxMessage.objects.filter(kind="fields_to_site").count()
    world.run_flow("site_catalogue")  # what the site made of the texts is known: nothing goes again
    assert OutboxMessage.objects.filter(kind="fields_to_site").count() == writes
    world.box.store.configure(weight_unit="kg")
    world.run_flow("site_catalogue")
    until_site(world, "S-00013", weight="0.35")


def test_a_barcode_another_product_has_is_refused_with_its_reason_and_the_price_goes(world: Any) -> None:
    world.box.store.edit_product("S-00015", global_unique_id="4600000000145")
    choose(world, goods={"owned": ["price", "barcode"]}, goods_rules=[{"item": "S-00015", "barcode": "site"}])
    world.box.moysklad.edit_item("S-00014", barcodes=[{"ean13": "4600000000145"}])
    world.box.moysklad.set_price("S-00014", 14500)
    until_site(world, "S-00014", regular_price="145.00")
    why = world.until(lambda: listing("S-00014").fields_error, "the owner is told")
    assert why == "barcode: Invalid or duplicated GTIN, UPC, EAN or ISBN."
    world.quiet()
    assert site(world, "S-00014")["global_unique_id"] != "4600000000145"
    world.box.store.edit_product("S-00015", global_unique_id="")
    world.run_flow("catalogue")  # once a day what was refused gets another try
    until_site(world, "S-00014", global_unique_id="4600000000145")


def test_variations_have_prices_of_their_own_and_their_products_where_they_have_none(world: Any) -> None:
    choose(world, goods={"owned": ["price"]})
    world.box.moysklad.set_price("V-00001-1", 61100)
    until_site(world, "V-00001-1", regular_price="611.00")
    world.box.moysklad.edit_item("V-00001-2", salePrices=[])
    world.box.moysklad.set_price("V-00001", 62200)
    until_site(world, "V-00001-2", regular_price="622.00")
    assert site(world, "V-00001-1")["regular_price"] == "611.00"


def test_while_writing_is_switched_off_nothing_reaches_the_site(world: Any) -> None:
    choose(world, stock={"write": False}, goods={"owned": ["price"]})
    before = site(world, "S-00001")["regular_price"]
    world.box.store.reset_stats()
    world.box.moysklad.set_price("S-00001", 12300)
    world.until(lambda: listing("S-00001").wanted_fields.get("price") == "123.00", "what should be is known")
    world.run_flow("site_catalogue")
    assert [call for call in world.box.store.calls() if call["method"] != "GET"] == []
    assert (site(world, "S-00001")["regular_price"], listing("S-00001").fields_differ) == (before, True)
    choose(world, goods={"owned": ["price"]})
    until_site(world, "S-00001", regular_price="123.00")


def test_an_outage_of_the_site_is_waited_out(world: Any) -> None:
    choose(world, goods={"owned": ["price"]})
    world.box.store.faults.add("status", method="POST", path="/products/batch", status=503, count=2)
    world.box.moysklad.set_price("S-00002", 33300)
    until_site(world, "S-00002", regular_price="333.00")


def test_an_archived_item_and_a_deleted_one_are_sold_out_within_seconds(world: Any) -> None:
    choose(world)
    for sku in ("S-00015", "S-00016"):
        world.box.store.set_stock(sku, 5)
    world.run_flow("site_catalogue")
    world.box.moysklad.edit_item("S-00015", archived=True)
    until_site(world, "S-00015", stock_quantity=0)
    world.run_flow("stock")  # whose report says 0 of it as well
    world.box.moysklad.delete_item("S-00016")
    until_site(world, "S-00016", stock_quantity=0)
    assert not Product.objects.get(article="S-00016").present
    world.box.moysklad.edit_item("S-00015", archived=False)
    world.until(
        lambda: site(world, "S-00015")["stock_quantity"] > 0, "back from the archive it is sold again"
    )


@pytest.mark.usefixtures("local_sites")
def test_a_new_item_becomes_one_draft_although_the_answer_was_lost(world: Any) -> None:
    choose(world, goods={"publish_new": True})
    world.box.moysklad.create(
        "product", {"name": "Новинка", "article": "N-1", "barcodes": [{"ean13": "4600000009001"}]}
    )
    world.box.moysklad.set_price("N-1", 99900)
    product = world.until(
        lambda: Product.objects.filter(article="N-1", facts__prices__isnull=False).first(), "it is known"
    )
    world.until(lambda: Product.objects.get(pk=product.pk).facts["prices"], "its price is known")
    planned = [one for one in publishing.planned_publish(world.shop) if one.article == "N-1"]
    assert len(planned) == 1
    world.box.store.faults.add("cut_after", method="POST", path="/products$", count=1)
    [first] = publishing.publish(world.shop, planned)
    assert first.unsure is not None
    [again] = publishing.publish(world.shop, planned)
    assert (again.made, again.refused, again.unsure) == (False, "", None)
    made = [row for row in world.box.store.products() if row["sku"] == "N-1"]
    assert [(row["status"], row["regular_price"], row["name"]) for row in made] == [
        ("draft", "999.00", "Новинка")
    ]
    assert listing("N-1").binding.product.article == "N-1"
    assert [one for one in publishing.planned_publish(world.shop) if one.article == "N-1"] == []


@pytest.mark.usefixtures("local_sites")
def test_archived_goods_are_hidden_only_where_the_owner_lets_them(world: Any) -> None:
    choose(world)
    world.box.moysklad.edit_item("S-00014", archived=True)
    world.until(lambda: Product.objects.get(article="S-00014").archived, "the archive is known")
    assert list(publishing.planned_hide(world.shop)) == []
    choose(world, goods={"hide_archived": True})
    planned = list(publishing.planned_hide(world.shop).filter(sku="S-00014"))
    assert site(world, "S-00014")["status"] == "publish"
    for _twice in range(2):
        [hidden] = publishing.hide(world.shop, planned)
        assert (hidden.refused, hidden.unsure) == ("", None)
    assert site(world, "S-00014")["status"] == "draft"
    assert list(publishing.planned_hide(world.shop).filter(sku="S-00014")) == []
