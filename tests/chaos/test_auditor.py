"""The auditor sees what it is there for: each difference between two sandboxes without a bridge between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from chaos import auditor
from chaos.workload import STORE
from connectors.sandbox.control import Sandbox, running_sandbox
from connectors.woocommerce.client import WooCommerce

Json = dict[str, Any]


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=5, limiter=False) as box:
        yield box


def document(box: Sandbox, order: Json, pieces: float = 1, reserve: float = 1) -> Json:
    """What the bridge would have written of an order of one S-00001, or something else."""
    price = float(order["total"]) * 100
    moysklad = box.moysklad
    goods = {"meta": moysklad.item("S-00001")["meta"]}
    made = moysklad.create(
        "customerorder",
        {
            "name": f"WOO-{order['number']}",
            "organization": moysklad.ref("organization", moysklad.organization),
            "agent": moysklad.ref("counterparty", moysklad.add_counterparty(name="Покупатель")["id"]),
            "store": moysklad.ref("store", moysklad.stores[STORE]),
            "positions": [{"quantity": pieces, "price": price, "reserve": reserve, "assortment": goods}],
        },
    )
    return moysklad.set_state(made["id"], "Новый")


def said(box: Sandbox, order: Json) -> list[str]:
    name = f"WOO-{order['number']}: "
    return [one.removeprefix(name) for one in auditor.differences(box) if one.startswith(name)]


@pytest.fixture
def order(box: Sandbox) -> Json:
    return box.store.place_order({"S-00001": 1}, shipping=None)


def test_an_equal_pair_is_no_difference(box: Sandbox, order: Json) -> None:
    document(box, order)
    assert said(box, order) == []


def test_a_missing_document(box: Sandbox, order: Json) -> None:
    assert said(box, order) == ["0 documents"]


def test_a_second_document_even_in_the_bin(box: Sandbox, order: Json) -> None:
    document(box, order)
    box.moysklad.trash(document(box, order)["id"])
    assert said(box, order) == ["2 documents"]


def test_a_document_without_an_order(box: Sandbox) -> None:
    document(box, {"number": "999999", "total": "1.00"}, reserve=0)
    assert "WOO-999999: a document without an order" in auditor.differences(box)


def test_another_sum_and_other_pieces(box: Sandbox, order: Json) -> None:
    document(box, order, pieces=2, reserve=2)
    total = round(float(order["total"]) * 100)
    assert said(box, order) == [
        f"is worth {total} kopecks on the site and {2 * total} in MoySklad",
        "has S-00001 × 1 on the site and S-00001 × 2.0 in MoySklad",
    ]


def test_another_state_and_a_reserve_left_over(box: Sandbox, order: Json) -> None:
    document(box, order)
    box.store.set_status(order["id"], "cancelled")
    assert said(box, order) == [
        "is 'cancelled' on the site and 'Новый' in MoySklad",
        "reserves S-00001 × 1.0 instead of nothing",
    ]


def test_a_refund_that_is_not_there(box: Sandbox) -> None:
    order = box.store.place_order({"S-00001": 2}, shipping=None)
    document(box, {**order, "total": str(float(order["total"]) / 2)}, pieces=2, reserve=2)
    box.store.refund(order["id"], {"S-00001": 1})
    assert [one.split(" ")[0] for one in said(box, order)] == ["is", "has"]


def test_a_payment_that_is_missing_or_made_twice(box: Sandbox, order: Json) -> None:
    made = document(box, order)
    box.store.pay(order["id"])
    assert said(box, order) == ["is paid on the site, with 0 payments in MoySklad"]
    box.moysklad.pay(made["id"], 100)
    box.moysklad.pay(made["id"], 100)
    assert said(box, order) == ["is paid on the site, with 2 payments in MoySklad"]


def test_a_payment_the_site_knows_nothing_of(box: Sandbox, order: Json) -> None:
    box.moysklad.pay(document(box, order)["id"])
    assert said(box, order) == ["is not paid on the site, and is in MoySklad"]


def refunded_after_payment(box: Sandbox) -> Json:
    """An order of two pieces, paid on both sides, of which one was refunded before it was shipped."""
    order = box.store.place_order({"S-00001": 2}, shipping=None)
    made = document(box, {**order, "total": str(float(order["total"]) / 2)}, pieces=2, reserve=2)
    box.store.pay(order["id"])
    box.moysklad.pay(made["id"])
    box.store.refund(order["id"], {"S-00001": 1})
    box.moysklad.set_position(made["id"], "S-00001", quantity=1)
    return order


def pay_back(box: Sandbox, order: Json, kopecks: float) -> None:
    moysklad, name = box.moysklad, f"WOO-{order['number']}"
    [made] = [row for row in moysklad.documents() if row["name"] == name]
    moysklad.create(
        "cashout",
        {
            **{key: {"meta": made[key]["meta"]} for key in ("organization", "agent")},
            "sum": kopecks,
            "expenseItem": moysklad.ref(
                "expenseitem", next(iter(moysklad.directory("expenseitem").values()))
            ),
            "paymentPurpose": f"Возврат по заказу {name}",
        },
    )


def test_money_paid_back_of_a_paid_order_is_no_difference_once(box: Sandbox) -> None:
    order = refunded_after_payment(box)
    half = round(float(order["total"]) * 50)
    assert said(box, order) == [f"owes {half} kopecks back, 0 were paid back in MoySklad"]
    pay_back(box, order, half)
    assert said(box, order) == []
    pay_back(box, order, half)
    assert said(box, order) == [f"owes {half} kopecks back, {2 * half} were paid back in MoySklad"]


def test_a_payment_of_another_sum(box: Sandbox, order: Json) -> None:
    made = document(box, order)
    box.store.pay(order["id"])
    total = round(float(order["total"]) * 100)
    box.moysklad.pay(made["id"], total - 100)
    assert said(box, order) == [
        f"was paid {total} kopecks on the site and {total - 100} in MoySklad",
        f"of a payment of {total - 100} kopecks {total - 100} are linked to it",
    ]


def test_payments_without_an_order(box: Sandbox, order: Json) -> None:
    made = document(box, order)
    parties = {key: {"meta": made[key]["meta"]} for key in ("organization", "agent")}
    paid = box.moysklad.create("paymentin", {**parties, "sum": 100})
    pay_back(box, order, 100)
    [back] = [row for row in box.moysklad.documents("cashout") if order["number"] in row["paymentPurpose"]]
    box.moysklad.edit("cashout", back["id"], {"paymentPurpose": "Аренда"})
    found = auditor.differences(box)
    assert f"paymentin {paid['name']}: a payment without an order" in found
    assert f"cashout {back['name']}: a payment without an order" in found


def test_two_documents_of_one_key_and_two_counterparties_of_one_address(box: Sandbox, order: Json) -> None:
    for _ in range(2):
        made = document(box, order)
        box.moysklad.edit("customerorder", made["id"], {"externalCode": "7-wc_order_x"})
        box.moysklad.add_counterparty(name="Покупатель", email="twice@example.test")
    found = auditor.differences(box)
    assert "customerorder: 2 with the externalCode 7-wc_order_x" in found
    assert "counterparty: 2 with the email twice@example.test" in found
    # The sandbox makes no second one of a `syncId`; whether MoySklad never does is its secret.
    assert list(auditor.twice("demand", "syncId", [{"syncId": "a"}, {"syncId": "a"}, {}, {}])) == [
        "demand: 2 with the syncId a"
    ]


def test_a_return_that_is_not_on_the_site_or_there_twice(box: Sandbox) -> None:
    order = box.store.place_order({"S-00001": 3}, shipping=None)
    made = document(box, {**order, "total": str(float(order["total"]) / 3)}, pieces=3, reserve=3)
    demand = box.moysklad.ship(made["id"], None, STORE)
    id_ = box.moysklad.return_goods(demand["id"], {"S-00001": 1})["id"]
    assert f"return {id_}: 0 refunds on the site instead of 1" in auditor.differences(box)
    site = WooCommerce(box.store.url, box.store.consumer_key, box.store.consumer_secret, allow_private=True)
    mark = {"key": "_sklad_bridge_return", "value": id_}
    site.refunds.create(order["id"], {"amount": "1.00", "api_refund": False, "meta_data": [mark]})
    assert not [one for one in auditor.differences(box) if one.startswith("return ")]
    site.refunds.create(order["id"], {"amount": "1.00", "api_refund": False, "meta_data": [mark]})
    assert f"return {id_}: 2 refunds on the site instead of 1" in auditor.differences(box)


def test_another_number_on_the_site(box: Sandbox) -> None:
    box.moysklad.set_stock("S-00003", STORE, 7)
    box.store.set_stock("S-00003", 8)
    assert "S-00003: the site shows 8, free in MoySklad are 7.0" in auditor.differences(box)


def test_a_refund_of_a_return_nobody_knows(box: Sandbox) -> None:
    order = box.store.place_order({"S-00001": 2}, shipping=None)
    site = WooCommerce(box.store.url, box.store.consumer_key, box.store.consumer_secret, allow_private=True)
    mark = {"key": "_sklad_bridge_return", "value": "no-such-return"}
    site.refunds.create(order["id"], {"amount": "1.00", "api_refund": False, "meta_data": [mark]})
    assert "return no-such-return: 1 refunds on the site instead of 0" in auditor.differences(box)


def test_pieces_set_aside_that_no_document_accounts_for(box: Sandbox, order: Json) -> None:
    made = document(box, order)
    before = box.moysklad.stock("S-00001", STORE)["reserve"]
    box.moysklad.edit("customerorder", made["id"], {"applicable": False})
    assert box.moysklad.stock("S-00001", STORE)["reserve"] == before - 1
    assert any("pieces are reserved, by documents" in one for one in auditor.differences(box))
    box.moysklad.edit("customerorder", made["id"], {"applicable": True})


def call(box: Sandbox, method: str, path: str, times: int) -> None:
    headers = {"Accept": "application/json;charset=utf-8", "Authorization": f"Bearer {box.moysklad.token}"}
    with requests.Session() as session:
        for _ in range(times):
            body = {} if method == "PUT" else None
            session.request(method, f"{box.moysklad.url}/{path}", headers=headers, json=body, timeout=10)


@pytest.fixture
def counted(box: Sandbox) -> Iterator[Sandbox]:
    """Nothing was counted before; nobody is banned afterwards."""
    box.moysklad.reset_stats()
    yield box
    box.moysklad.faults.clear()
    box.moysklad.configure(ban=False)
    box.moysklad.reset_stats()


@pytest.mark.parametrize(
    ("fault", "method", "path", "name"),
    [
        ({"status": 503}, "GET", "entity/store", "max_equal_failures_in_a_minute"),
        ({"status": 429}, "GET", "entity/store", "max_refused_in_a_minute"),
        (None, "PUT", "entity/store/{store}", "max_puts_to_one_entity_in_a_minute"),
    ],
)
def test_the_rules_behind_a_ban(
    counted: Sandbox, fault: Json | None, method: str, path: str, name: str
) -> None:
    if fault:
        counted.moysklad.faults.add("status", count=None, **fault)
    most = auditor.PUTS_A_MINUTE if method == "PUT" else auditor.EQUAL_FAILURES_A_MINUTE
    store = counted.moysklad.stores[STORE]
    call(counted, method, path.format(store=store), 2 * most + 2)  # in one minute, or in two
    counted.moysklad.faults.clear()
    assert [one.split(":")[0] for one in auditor.bans(counted) if one.startswith(name)] == [name]


def test_a_ban_itself(counted: Sandbox) -> None:
    counted.moysklad.configure(ban=True)
    counted.moysklad.faults.add("status", count=None, status=503)
    call(counted, "GET", "entity/store", 2 * auditor.EQUAL_FAILURES_A_MINUTE + 2)
    assert "MoySklad has banned the user" in auditor.bans(counted)
