"""Money of real orders: VAT inside the prices and on top of them, coupons, fees both ways, shipping; to the kopeck."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.conftest import kopecks

CHANNELS = ("classic", "store", "rest", "admin")
GOODS = (
    "S-00001:3",
    "S-00003:7",
    "V-00001-1:1",
)  # 7 × 102.99 is no whole number of kopecks a piece after a coupon
REDUCED = "S-00003"
VAT = {"S-00001": 20, "S-00003": 10, "V-00001-1": 20}


def setting(live: Any, group: str, name: str, value: str) -> None:
    answer = live.lab.api.put(f"settings/{group}/woocommerce_{name}", {"value": value})
    assert answer.json()["value"] == value


@pytest.fixture
def taxed(live: Any) -> Iterator[Any]:
    """The shop takes VAT inside its prices: 20 % of goods and delivery, 10 % of S-00003."""
    api, product = live.lab.api, live.lab.product(REDUCED)["id"]
    live.lab.run("hpos", "on")
    setting(live, "general", "calc_taxes", "yes")
    rates = [
        api.post("taxes", {"country": "RU", "rate": rate, "name": "НДС", "shipping": shipping, "class": kind})
        for kind, rate, shipping in (("standard", "20.0000", True), ("reduced-rate", "10.0000", False))
    ]
    api.put(f"products/{product}", {"tax_class": "reduced-rate"})
    yield live
    api.put(f"products/{product}", {"tax_class": ""})
    for rate in rates:
        api.delete(f"taxes/{rate.json()['id']}", params={"force": True})
    setting(live, "tax", "prices_include_tax", "yes")
    setting(live, "general", "calc_taxes", "no")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("included", ["yes", "no"], ids=["inside the prices", "on top of the prices"])
def test_vat_of_an_order_of_any_channel_is_in_its_document(taxed: Any, included: str) -> None:
    setting(taxed, "tax", "prices_include_tax", included)
    for channel in CHANNELS:
        order_id = taxed.lab.order(channel, *GOODS)
        if channel == "rest":  # an order made by REST is pending until somebody moves it on
            taxed.lab.api.put(f"orders/{order_id}", {"status": "processing"})
        if channel == "admin":  # goods were added before there was an address, and VAT depends on it
            taxed.lab.run("admin", "recalc", str(order_id))
        document, order = taxed.agreed(order_id), taxed.lab.get(order_id)
        assert kopecks(order["total_tax"]) > 0, channel
        assert (document["vatEnabled"], document["vatIncluded"]) == (True, True), channel
        for article, percent in VAT.items():
            assert {row["vat"] for row in taxed.rows(document, article)} == {percent}, (channel, article)
        sources = order["line_items"] + order["shipping_lines"]
        assert abs(document["vatSum"] - kopecks(order["total_tax"])) <= len(sources), channel
        taxed.note(
            f"VAT {'inside' if included == 'yes' else 'on top'}, {channel}",
            f"order {order['total']} with {order['total_tax']} of VAT; document {document['sum'] / 100:.2f} "
            f"with {document['vatSum'] / 100:.2f}",
        )


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("coupons", "shipping"),
    [(("sale10",), "flat_rate"), (("fix500",), "local_pickup"), (("sale10", "fix500"), "flat_rate")],
    ids=["percent", "fixed", "both"],
)
def test_coupons_fees_and_shipping_make_the_same_sum(
    taxed: Any, coupons: tuple[str, ...], shipping: str
) -> None:
    order_id = taxed.lab.order("store", *GOODS, "--coupon", coupons[0], "--ship", shipping)
    if coupons[1:]:
        taxed.lab.api.put(f"orders/{order_id}", {"coupon_lines": [{"code": code} for code in coupons]})
    document = taxed.agreed(order_id)
    told = [f"{document['sum'] / 100:.2f}"]
    for fee in ("150.55", "-333.33"):
        taxed.lab.run("admin", "fee", str(order_id), fee)
        document = taxed.agreed(order_id)
        told.append(f"{fee} → {document['sum'] / 100:.2f}")
        prices = [row["price"] for row in document["positions"]["rows"]]
        assert min(prices) >= 0
        assert all(price == int(price) for price in prices)
    order = taxed.lab.get(order_id)
    assert {row["code"] for row in order["coupon_lines"]} == set(coupons)
    assert len(order["fee_lines"]) == 2
    assert all(code in document["description"] for code in coupons)
    pieces = {article: sum(row["quantity"] for row in taxed.rows(document, article)) for article in VAT}
    assert pieces == {"S-00001": 3, "S-00003": 7, "V-00001-1": 1}
    taxed.note(f"{' + '.join(coupons)}, {shipping}", ", fee ".join(told))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("included", ["yes", "no"], ids=["inside the prices", "on top of the prices"])
def test_what_staff_change_and_take_back_in_moysklad_has_its_vat_on_the_site(
    taxed: Any, included: str
) -> None:
    setting(taxed, "tax", "prices_include_tax", included)
    order_id, desk = taxed.lab.order("store", *GOODS, "--coupon", "sale10"), taxed.box.moysklad
    document = taxed.agreed(order_id)
    vat = [taxed.lab.get(order_id)["total_tax"]]

    desk.set_position(document["id"], "S-00001", quantity=1)
    taxed.until(lambda: taxed.line(order_id, "S-00001")["quantity"] == 1, "one piece on the site")
    taxed.quiet()
    edited, order = desk.document(document["id"]), taxed.lab.get(order_id)
    assert abs(edited["sum"] - kopecks(order["total"])) <= 1  # not every gross amount has a net one
    assert abs(edited["vatSum"] - kopecks(order["total_tax"])) <= len(edited["positions"]["rows"])
    vat.append(order["total_tax"])

    shipped = desk.ship(document["id"])
    returned = desk.return_goods(shipped["id"], {"S-00001": 1, "S-00003": 2})
    taxed.until(lambda: taxed.lab.get(order_id)["refunds"], "a refund")
    taxed.quiet()  # a refund is listed before all of its lines are stored
    [refund] = taxed.lab.api.get(f"orders/{order_id}/refunds").json()
    pieces = {row["sku"]: (-row["quantity"], row["total"], row["total_tax"]) for row in refund["line_items"]}
    assert {sku: row[0] for sku, row in pieces.items()} == {"S-00001": 1, "S-00003": 2}
    assert abs(kopecks(refund["amount"]) - returned["sum"]) <= 3  # a kopeck a piece: 7 pieces do not divide
    given = sum(-kopecks(net) - kopecks(tax) for _count, net, tax in pieces.values())
    assert given == kopecks(refund["amount"])
    for sku, (_count, net, tax) in pieces.items():
        assert abs(kopecks(net) * VAT[sku] / 100 - kopecks(tax)) <= 1, sku
    taxed.note(
        f"changed and returned, VAT {'inside' if included == 'yes' else 'on top'}",
        f"VAT {' → '.join(vat)}; return {returned['sum'] / 100:.2f}, refund {refund['amount']} "
        f"with {sum(-float(tax) for _count, _net, tax in pieces.values()):.2f} of VAT",
    )
