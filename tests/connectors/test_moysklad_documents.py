"""Shipments, returns and payments on the wire: one way of asking for all kinds of documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import NotFound, OutcomeUnknown, PermanentError
from connectors.moysklad.client import MoySklad
from connectors.moysklad.payments import KINDS
from connectors.moysklad.refs import id_of
from connectors.moysklad.returns import WITH_ORDER

API = "/api/remap/1.2"
ID = "3c9a4b1e-5e01-11f0-0a80-16b200001a01"
OTHER = "3c9a4b1e-5e01-11f0-0a80-16b200001a02"

Make = Callable[..., MoySklad]


def page(*rows: Any) -> dict[str, Any]:
    return {"meta": {"size": len(rows)}, "rows": list(rows)}


@pytest.mark.parametrize(("name", "kind"), [("demands", "demand"), ("returns", "salesreturn")])
def test_documents_of_goods_are_read_and_written_by_their_own_path(
    make_moysklad: Make, stub: Any, reply: Any, name: str, kind: str
) -> None:
    stub.replies(reply(200, {"id": ID}))
    documents = getattr(make_moysklad(), name)
    assert documents.get(ID, expand=("positions", "agent")) == {"id": ID}
    documents.create({"syncId": OTHER}, expand=("positions",))
    documents.update(ID, {"applicable": False})
    documents.template({"demand": {"meta": {}}})
    documents.trash(ID)
    documents.delete(ID)
    assert [(seen.method, seen.target.removeprefix(f"{API}/entity/{kind}")) for seen in stub.seen] == [
        ("GET", f"/{ID}?expand=positions,agent"),
        ("POST", "?expand=positions"),
        ("PUT", f"/{ID}"),
        ("PUT", "/new"),
        ("POST", f"/{ID}/trash"),
        ("DELETE", f"/{ID}"),
    ]
    assert [seen.json for seen in stub.seen[1:4]] == [
        {"syncId": OTHER},
        {"applicable": False},
        {"demand": {"meta": {}}},
    ]


@pytest.mark.parametrize(
    ("deleted", "condition"),
    [(False, "isDeleted=false"), (True, "isDeleted=true"), (None, "isDeleted=true;isDeleted=false")],
)
def test_the_bin_is_asked_for_by_name(
    make_moysklad: Make, stub: Any, reply: Any, deleted: bool | None, condition: str
) -> None:
    stub.replies(reply(200, page()))
    client = make_moysklad()
    client.returns.by_sync_ids([ID], WITH_ORDER, deleted=deleted)
    list(client.demands.updated(("2026-07-10 11:00:00", 0), deleted=deleted, expand=("returns",)))
    client.payments.by_ids("cashout", [ID], deleted=deleted)
    list(client.payments.updated("paymentin", ("2026-07-10 11:00:00", 0), deleted=deleted))
    assert [
        (seen.path.rpartition("/")[2], seen.query["filter"], seen.query["limit"]) for seen in stub.seen
    ] == [
        ("salesreturn", f"syncId={ID};{condition}", "100"),
        ("demand", f"{condition};updated>=2026-07-10 11:00:00", "100"),
        ("cashout", f"id={ID};{condition}", "1000"),
        ("paymentin", f"{condition};updated>=2026-07-10 11:00:00", "1000"),
    ]
    assert stub.seen[0].query["expand"] == "demand.customerOrder,positions"


def test_a_return_leads_to_its_shipment_and_its_lines_in_one_call(
    make_moysklad: Make, stub: Any, reply: Any, payload: Any
) -> None:
    body = payload("moysklad/salesreturn_get.json")["body"]
    stub.replies(reply(200, body))
    found = make_moysklad().returns.get(body["id"], WITH_ORDER)
    assert found["sum"] == 249500.0
    assert id_of(found["demand"]) == body["demand"]["id"]
    assert len(found["positions"]["rows"]) == found["positions"]["meta"]["size"]
    assert len(stub.seen) == 1


def test_the_shipments_of_orders_are_read_through_the_orders(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    first, second, third = ({"id": str(number), "positions": {"rows": []}} for number in range(3))
    stub.replies(
        reply(200, page({"id": ID, "demands": [first, second]}, {"id": OTHER, "demands": [third]}, {}))
    )
    found = make_moysklad().demands.of_orders([ID, OTHER, ID], expand=("positions", "returns.positions"))
    assert found == [first, second, third]
    (seen,) = stub.seen
    assert seen.path == f"{API}/entity/customerorder"
    assert seen.query["filter"] == f"id={ID};id={OTHER};isDeleted=true;isDeleted=false"
    assert seen.query["expand"] == "demands,demands.positions,demands.returns.positions"
    assert seen.query["limit"] == "100"


def test_more_orders_than_a_call_may_open_are_asked_in_several(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.script = lambda request: reply(
        200, page(*({"demands": [{"id": part[3:]}]} for part in request.query["filter"].split(";")[:-2]))
    )
    wanted = [f"order-{number}" for number in range(205)]
    assert [demand["id"] for demand in make_moysklad().demands.of_orders(wanted)] == wanted
    assert len(stub.seen) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_money_of_each_kind_has_its_own_path(make_moysklad: Make, stub: Any, reply: Any, kind: Any) -> None:
    stub.script = lambda request: reply(200, [{"id": ID}] if request.body.startswith(b"[") else {"id": ID})
    payments = make_moysklad().payments
    body = {"sum": 1000.0, "operations": [{"meta": {"href": "x"}, "linkedSum": 1000.0}]}
    payments.create(kind, body)
    assert payments.save(kind, [body]) == [{"id": ID}]
    payments.update(kind, ID, {"applicable": False})
    payments.template(kind, {})
    payments.get(kind, ID, expand=("operations",))
    payments.trash(kind, ID)
    assert [(seen.method, seen.target.removeprefix(f"{API}/entity/{kind}")) for seen in stub.seen] == [
        ("POST", ""),
        ("POST", ""),
        ("PUT", f"/{ID}"),
        ("PUT", "/new"),
        ("GET", f"/{ID}?expand=operations"),
        ("POST", f"/{ID}/trash"),
    ]
    assert stub.seen[0].json == body


def test_returns_and_money_saved_in_bulk_tell_of_each(make_moysklad: Make, stub: Any, reply: Any) -> None:
    refused = {"errors": [{"error": "Цена отличается", "code": 3004, "parameter": "positions"}]}
    stub.replies(reply(400, [{"id": ID}, refused]))
    good, bad = make_moysklad().returns.save([{"name": "1"}, {"name": "2"}])
    assert good == {"id": ID}
    assert isinstance(bad, PermanentError)
    assert (bad.code, bad.parameter) == ("3004", "positions")


def test_an_answer_lost_after_a_payment_was_sent_is_an_unknown_outcome(
    make_moysklad: Make, stub: Any, reply: Any
) -> None:
    stub.replies(reply(200, cut="before"))
    with pytest.raises(OutcomeUnknown):
        make_moysklad().payments.create("paymentout", {"sum": 1.0})
    with pytest.raises(OutcomeUnknown):
        make_moysklad().returns.save([{"sum": 1.0}])


def test_one_line_of_an_order_is_changed_alone(make_moysklad: Make, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {"id": OTHER, "reserve": 1.0}))
    assert make_moysklad().orders.update_position(ID, OTHER, {"reserve": 1})["reserve"] == 1.0
    assert (stub.seen[0].method, stub.seen[0].path, stub.seen[0].json) == (
        "PUT",
        f"{API}/entity/customerorder/{ID}/positions/{OTHER}",
        {"reserve": 1},
    )


def test_a_document_deleted_for_good_is_not_found(
    make_moysklad: Make, stub: Any, reply: Any, payload: Any
) -> None:
    stub.replies(reply(404, payload("moysklad/error_404.json")["body"]))
    with pytest.raises(NotFound):
        make_moysklad().payments.get("cashin", ID)
