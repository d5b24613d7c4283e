"""Goods of both sides as they are kept: prices and texts of MoySklad, fields of the site, bodies that write them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping import goods_from_moysklad as moysklad
from bridge.mapping import goods_from_woocommerce as site
from bridge.mapping import goods_to_woocommerce

PAYLOADS = Path(__file__).parents[1] / "payloads" / "woocommerce"


def meta(kind: str, id_: str) -> dict[str, Any]:
    return {
        "meta": {"href": f"https://api.moysklad.ru/api/remap/1.2/entity/{kind}/{id_}?expand=x", "type": kind}
    }


def price(value: float, type_id: str, currency: str = "rub") -> dict[str, Any]:
    kind = {**meta("pricetype", type_id), "id": type_id, "name": type_id}
    return {"value": value, "currency": meta("currency", currency), "priceType": kind}


CARD: dict[str, Any] = {
    **meta("product", "p1"),
    "id": "p1",
    "name": "Кружка",
    "article": " A-1 ",
    "code": "00001",
    "externalCode": "ext",
    "productFolder": meta("productfolder", "f1"),
    "salePrices": [price(35100.0, "retail"), price(0.0, "sale"), price(1999.5, "export", "usd")],
    "buyPrice": {"value": 20000.4, "currency": meta("currency", "rub")},
    "minPrice": {"value": 0.0, "currency": meta("currency", "rub")},
    "description": " Белая\nкружка ",
    "weight": 0.25,
    "barcodes": [{"ean13": "4600000000001"}, {"code128": "X-1"}, {"gtin": "4600000000001"}],
    "attributes": [
        {"id": "until", "type": "time", "value": "2026-11-30 00:00:00.000"},
        {"id": "color", "type": "string", "value": "2026-11-30"},
    ],
    "images": {"meta": {"size": 3}},
}


def test_a_card_is_kept_with_its_prices_cost_texts_and_codes() -> None:
    found = moysklad.product(CARD)
    assert (found["article"], found["external_code"], found["folder_id"]) == ("A-1", "ext", "f1")
    assert found["facts"] == {
        "prices": {"retail": [35100, "rub"], "export": [2000, "usd"]},
        "cost": [20000, "rub"],
        "min_price": None,
        "description": "Белая\nкружка",
        "weight": "0.25",
        "barcodes": ["4600000000001", "X-1"],
        "dates": {"until": "2026-11-30"},
        "images": 3,
    }


def test_a_bare_card_has_no_facts_but_can_be_kept() -> None:
    found = moysklad.product({**meta("variant", "v"), "id": "v", "product": meta("product", "p1")})
    assert (found["parent_external_id"], found["folder_id"]) == ("p1", "")
    assert found["facts"]["prices"] == {}
    assert found["facts"]["cost"] is None


@pytest.mark.parametrize("weird", [float("nan"), float("inf"), -5.0, "12", None, True, 1e300])
def test_a_price_that_is_none_is_left_out(weird: object) -> None:
    card = {**CARD, "salePrices": [{**price(1, "retail"), "value": weird}], "weight": weird}
    found = moysklad.facts(card)
    assert (found["prices"], found["weight"]) == ({}, "")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(set(CARD) - {"id", "meta"})), json_values))
def test_a_card_of_any_shape_is_kept(odd: dict[str, Any]) -> None:
    found = moysklad.product({**CARD, **odd})
    json.dumps(found, allow_nan=False)


def test_parts_of_a_bundle_are_read_where_the_answer_lists_them() -> None:
    rows = [
        {"assortment": meta("product", "p1"), "quantity": 2.0},
        {"assortment": meta("variant", "v1"), "quantity": 0.5},
        {"assortment": meta("product", "p1"), "quantity": 1.0},
        {"assortment": meta("service", "s1"), "quantity": 1.0},
    ]
    assert moysklad.parts({"components": {"meta": {"size": 4}}}) is None
    assert moysklad.parts({"components": {"rows": rows}}) == [("p1", Decimal(3)), ("v1", Decimal("0.5"))]


@pytest.mark.parametrize(
    ("card", "rate"),
    [
        ({"default": True, "rate": 5.0}, Decimal(1)),
        ({"rate": 90.5, "multiplicity": 1}, Decimal("90.5")),
        ({"rate": 18.2, "multiplicity": 100}, Decimal("0.182")),
        ({"rate": 0.0125, "multiplicity": 1, "indirect": True}, Decimal(80)),
        ({"rate": 0.0}, None),
        ({}, None),
    ],
)
def test_a_currency_costs_what_its_card_says(card: dict[str, Any], rate: Decimal | None) -> None:
    assert moysklad.rate(card) == rate


def recorded(name: str) -> Any:
    """As a real shop answered (the file says where it is from)."""
    wire = json.loads((PAYLOADS / f"{name}.json").read_text())
    return wire["body"] if isinstance(wire, dict) and "body" in wire else wire


def test_recorded_products_are_read_with_the_fields_of_their_kind() -> None:
    for product in recorded("products_list"):
        found = site.listing(product)
        assert found["site_fields"]["price"] == product["regular_price"]
        assert found["site_fields"]["weight"] == product["weight"]
        assert set(found["site_fields"]) == {
            "price",
            "sale_price",
            "name",
            "description",
            "weight",
            "barcode",
        }
    for product in recorded("products_variable"):
        assert set(site.listing(product)["site_fields"]) == {"name", "description", "weight", "barcode"}
        for variation in recorded("variations_list"):
            found = site.listing(variation, variation_of=product)
            assert set(found["site_fields"]) == {"price", "sale_price", "barcode"}


def test_a_sale_is_read_with_the_days_of_the_site() -> None:
    data = {
        "id": 5,
        "sale_price": "299",
        "date_on_sale_from": "2026-11-01T00:00:00",
        "date_on_sale_to": "2026-11-30T23:59:59",
    }
    sale = site.site_fields(data, "simple")["sale_price"]
    assert sale == {"price": "299", "from": "2026-11-01", "to": "2026-11-30"}
    assert goods_to_woocommerce.body({"sale_price": sale}) == {
        "sale_price": "299",
        "date_on_sale_from": "2026-11-01T00:00:00",
        "date_on_sale_to": "2026-11-30T23:59:59",
    }


def test_the_link_of_an_earlier_plugin_is_read_where_the_meta_data_came() -> None:
    rows = [{"key": "other", "value": "x"}, {"key": "wooms_id", "value": "6f1-uuid"}]
    assert site.listing({"id": 5, "meta_data": rows})["earlier_link"] == "6f1-uuid"
    assert site.listing({"id": 5, "meta_data": []})["earlier_link"] == ""
    assert "earlier_link" not in site.listing({"id": 5})


@pytest.mark.parametrize(
    ("quantity", "shown"),
    [(5, 5), (5.0, 5), (None, None), (True, None), (float("nan"), None), (10**12, 2**31 - 1)],
)
def test_a_number_of_pieces_fits_its_column(quantity: object, shown: int | None) -> None:
    assert site.listing({"id": 1, "manage_stock": True, "stock_quantity": quantity})["site_quantity"] == shown


def test_fields_are_written_by_the_names_of_the_site() -> None:
    values = {"price": "351.00", "name": "Кружка", "description": "d", "weight": "250", "barcode": "46"}
    assert goods_to_woocommerce.update_body("7", values) == {
        "id": 7,
        "regular_price": "351.00",
        "name": "Кружка",
        "description": "d",
        "weight": "250",
        "global_unique_id": "46",
    }


def test_a_sale_that_ends_takes_its_days_along() -> None:
    body = goods_to_woocommerce.body({"sale_price": {"price": "", "from": None, "to": None}})
    assert body == {"sale_price": "", "date_on_sale_from": "", "date_on_sale_to": ""}


def test_a_new_product_is_a_draft_without_pieces_that_names_its_item() -> None:
    body = goods_to_woocommerce.new_product("Кружка", "A-1", "p1", {"price": "351.00"})
    assert (body["status"], body["manage_stock"], body["stock_quantity"]) == ("draft", True, 0)
    assert (body["sku"], body["regular_price"]) == ("A-1", "351.00")
    assert body["meta_data"] == [{"key": "_sklad_bridge_product", "value": "p1"}]
