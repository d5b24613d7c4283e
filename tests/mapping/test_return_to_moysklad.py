"""What can come back of shipments, and the return that takes it: prices as sold, never what came back before."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bridge.domain.pick import Taken
from bridge.mapping.return_to_moysklad import posted, sales_return, shipped

BASE = "https://api.moysklad.ru/api/remap/1.2"
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def ref(kind: str, name: str) -> dict[str, Any]:
    return {"meta": {"href": f"{BASE}/entity/{kind}/{name}?expand=x", "type": kind}}


def position(name: str, quantity: float, price: float, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "quantity": quantity,
        "price": price,
        "discount": 0.0,
        "vat": 20,
        "vatEnabled": True,
        "assortment": ref("product", "mug"),
        **more,
    }


def demand(*rows: dict[str, Any], name: str = "d1", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "moment": "2026-11-20 10:00:00.000",
        "applicable": True,
        "vatEnabled": True,
        "vatIncluded": True,
        "organization": ref("organization", "org"),
        "agent": ref("counterparty", "buyer"),
        "store": ref("store", "main"),
        "rate": {"currency": ref("currency", "usd"), "value": 90.0},
        "positions": {"rows": list(rows)},
        **more,
    }


def back(*rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "r", "positions": {"rows": list(rows)}, **more}


def left(*demands: dict[str, Any], promised: Any = None) -> list[Decimal]:
    return [one.left for one in shipped(demands, "RUB", promised or {})]


def test_only_posted_shipments_count_the_oldest_first() -> None:
    rows = [
        demand(name="new", moment="2026-11-21 10:00:00.000"),
        demand(name="unposted", applicable=False),
        demand(name="binned", deleted="2026-11-21 10:00:00.000"),
        demand(name="b", created="2026-11-20 10:00:31.000"),
        demand(name="a", created="2026-11-20 10:00:59.000"),
    ]
    assert [one["id"] for one in posted(rows)] == ["b", "a", "new"]


def test_what_came_back_or_was_promised_is_left_no_more() -> None:
    rows = (position("1", 2, 33333.0), position("2", 1, 33334.0))
    assert left(demand(*rows)) == [2, 1]
    assert left(demand(*rows, returns=[back(position("x", 1, 33333.0))])) == [1, 1]
    assert left(demand(*rows, returns=[back(position("x", 1, 33333.0), deleted="2026")])) == [2, 1]
    assert left(demand(*rows), promised={"d1": [position("x", 1, 33334.0)]}) == [2, 0]
    assert left(demand(*rows), promised={"d2": [position("x", 1, 33334.0)]}) == [2, 1]


def test_a_piece_costs_what_was_paid_for_it() -> None:
    row = position("1", 1, 10000.0, discount=10.0)
    [gross] = shipped([demand(row)], "RUB", {})
    [net] = shipped([demand(row, vatIncluded=False)], "RUB", {})
    [yen] = shipped([demand(row)], "JPY", {})
    assert (gross.price_minor, net.price_minor, yen.price_minor) == (9000, 10800, 90)
    [fraction] = shipped([demand(position("1", 3, 10001.0, discount=33.0))], "RUB", {})
    assert fraction.price_minor == Fraction(10001 * 67, 100)


def test_a_return_names_the_same_as_its_shipment_and_never_another_price() -> None:
    one = demand(
        position("1", 3, 10001.0, discount=33.0), position("2", 1, 500.0), project=ref("project", "p")
    )
    body = sales_return(BASE, one, [Taken("1", Decimal(2), 13401)], moment=NOW, description="брак")
    assert body is not None
    assert body["moment"] == "2026-11-21 21:00:00"
    [row] = body["positions"]
    assert (row["quantity"], row["price"], row["discount"], row["vat"]) == (2.0, 10001.0, 33.0, 20)
    hrefs = {
        key: body[key]["meta"]["href"] for key in ("demand", "organization", "agent", "store", "project")
    }
    assert hrefs == {
        "demand": f"{BASE}/entity/demand/d1",
        "organization": f"{BASE}/entity/organization/org",
        "agent": f"{BASE}/entity/counterparty/buyer",
        "store": f"{BASE}/entity/store/main",
        "project": f"{BASE}/entity/project/p",
    }
    assert body["rate"]["value"] == 90.0
    assert body["rate"]["currency"]["meta"]["href"] == f"{BASE}/entity/currency/usd"


def test_a_shipment_nothing_comes_back_of_has_no_return() -> None:
    taken = [Taken("9", Decimal(1), 100)]
    assert sales_return(BASE, demand(position("1", 1, 1.0)), taken, moment=NOW, description="") is None
