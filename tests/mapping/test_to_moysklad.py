"""An order as a MoySklad document: the documented shape, whole kopecks, Moscow time, text within its limits."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.domain.order import Order as Canonical
from bridge.domain.positions import positions
from bridge.mapping import from_moysklad, from_woocommerce, to_moysklad
from bridge.mapping.moscow import from_wire, to_wire
from bridge.mapping.to_moysklad import Item, Refs

PAYLOADS = Path(__file__).parent.parent / "payloads"
BASE = "https://api.moysklad.ru/api/remap/1.2"
REFS = Refs(BASE, "org", "store", "agent", state_id="state")


def order() -> Canonical:
    wire = json.loads(
        (PAYLOADS / "woocommerce" / "order_classic_coupon_shipping_variation.json").read_text()
    )["body"]
    return from_woocommerce.order(wire)


def body(canonical: Canonical, **refs: str) -> dict[str, Any]:
    items = {line.source_id: Item("product", f"item-{line.source_id}") for line in canonical.lines}
    return to_moysklad.customer_order(
        canonical,
        positions(canonical),
        items,
        Item("service", "shipping"),
        replace(REFS, **refs),
        prefix="WOO-",
        reserve=True,
    )


def test_the_body_uses_the_documented_fields_only() -> None:
    documented = json.loads((PAYLOADS / "moysklad" / "customerorder_create_request.json").read_text())["body"]
    assert set(body(order())) <= set(documented)
    assert set(body(order())["positions"][0]) <= set(documented["positions"][0])


def test_prices_are_whole_kopecks_and_shipping_is_a_service_without_reserve() -> None:
    *goods, shipping = body(order())["positions"]
    assert sum(p["price"] * p["quantity"] for p in [*goods, shipping]) == 189170
    assert all(p["reserve"] == p["quantity"] for p in goods)
    assert shipping["assortment"]["meta"]["type"] == "service"
    assert "reserve" not in shipping


def test_times_are_moscow_times() -> None:
    assert body(order())["moment"] == "2026-11-21 21:28:16"
    assert to_wire(from_wire("2026-07-10 11:02:19.377")) == "2026-07-10 11:02:19.377"


def test_references_that_are_not_set_are_left_out() -> None:
    plain = body(order(), state_id="")
    assert "state" not in plain
    assert "salesChannel" not in plain
    assert "rate" not in plain


def test_what_we_sent_and_what_the_answer_shows_compare_equal() -> None:
    answer = json.loads((PAYLOADS / "moysklad" / "customerorder_get_expand.json").read_text())["body"]
    sent = json.loads((PAYLOADS / "moysklad" / "customerorder_create_request.json").read_text())["body"][
        "positions"
    ]
    assert from_moysklad.positions(answer) == [from_moysklad.position_facts(row) for row in sent]


def test_an_id_is_read_from_an_expanded_href() -> None:
    assert from_moysklad.ref_id({"meta": {"href": f"{BASE}/entity/demand/abc?expand=agent"}}) == "abc"
    assert from_moysklad.ref_id(None) == ""
