"""The MoySklad client against a stand-in written from the vendor's documents, not from this client."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import (
    AuthError,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PermanentError,
    TransientError,
)
from connectors.moysklad.assortment import kind_of, parent_id
from connectors.moysklad.auth import Login, Token, issue_token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore, Priority
from connectors.moysklad.refs import id_of
from connectors.moysklad.stock import amount, parse_stock_report_url
from connectors.sandbox.control import running_sandbox
from connectors.transport.session import pooled_session

OPEN = Budget(calls=1000, learn=False)


def ids_changed(documents: Any, since: str, **which: Any) -> list[str]:
    return [found["id"] for rows, _ in documents.updated((since, 0), **which) for found in rows]


@pytest.fixture(scope="module")
def box() -> Iterator[Any]:
    with running_sandbox(items=20, limiter=False, special=["bundle", "archived"]) as running:
        yield running
    pooled_session(allow_private=True).close()


@pytest.fixture
def moysklad(box: Any) -> MoySklad:
    box.moysklad.faults.clear()
    return MoySklad(
        box.moysklad.url,
        Token(box.moysklad.token),
        governor=Governor(MemoryStore(), OPEN),
        allow_private=True,
        webhook_prefix="http://127.0.0.1:9/hooks",
    )


@pytest.fixture
def agent(moysklad: MoySklad) -> dict[str, Any]:
    body = {"name": "Пётр; Сидоров", "companyType": "individual", "syncId": str(uuid.uuid4())}
    return dict(moysklad.counterparties.create(body))


def order_body(moysklad: MoySklad, agent: dict[str, Any], **more: Any) -> dict[str, Any]:
    organization = moysklad.directory.organizations()[0]
    return {
        "organization": moysklad.meta("organization", organization["id"]),
        "agent": moysklad.meta("counterparty", agent["id"]),
        "syncId": str(uuid.uuid4()),
        "externalCode": f"order-{uuid.uuid4()}",
        **more,
    }


def test_an_answer_tells_the_time_of_the_server(moysklad: MoySklad) -> None:
    assert moysklad.server_time is None
    moysklad.directory.account_id()
    assert moysklad.server_time is not None
    assert abs(datetime.now(UTC) - moysklad.server_time) < timedelta(seconds=5)


@pytest.mark.parametrize("kind", ["product", "variant", "bundle"])
def test_goods_by_pages_are_the_goods_of_the_walk(moysklad: MoySklad, kind: str) -> None:
    walks = {
        "product": moysklad.assortment.products,
        "variant": moysklad.assortment.variants,
        "bundle": moysklad.assortment.bundles,
    }
    [(rows, following)] = moysklad.assortment.pages(kind)
    assert following is None
    assert [row["id"] for row in rows] == [row["id"] for row in walks[kind]()]


def test_the_directory_of_an_account(moysklad: MoySklad, box: Any) -> None:
    directory = moysklad.directory
    assert directory.account_id() == box.moysklad.account_id
    assert {store["name"] for store in directory.stores()} == set(box.moysklad.stores)
    assert {channel["name"] for channel in directory.sales_channels()} == set(box.moysklad.sales_channels)
    assert [service["name"] for service in directory.services("Доставка")] == ["Доставка"]
    assert directory.services("Нет такой") == []
    made = directory.create_service("Сборка; упаковка")
    assert [service["id"] for service in directory.services("Сборка; упаковка")] == [made["id"]]
    assert any(currency.get("isoCode") == "RUB" for currency in directory.currencies())
    assert "currency" in directory.company_settings()


def test_states_are_listed_and_made(moysklad: MoySklad, box: Any) -> None:
    made = moysklad.states.create("Ждёт оплаты", 0xFF8800, "Regular")
    found = {state["name"]: state["id"] for state in moysklad.states.list()}
    assert found["Ждёт оплаты"] == made["id"]
    assert found["Завершен"] == box.moysklad.states["Завершен"]


def test_an_order_is_made_found_changed_and_binned(
    moysklad: MoySklad, box: Any, agent: dict[str, Any]
) -> None:
    goods = box.moysklad.item("V-00001-1")
    position = {
        "quantity": 2,
        "price": 100_50.0,
        "reserve": 2,
        "assortment": moysklad.meta(goods["meta"]["type"], goods["id"]),
    }
    body = order_body(moysklad, agent, positions=[position], name="SITE-1")
    made = moysklad.orders.create(body)
    again = moysklad.orders.create(body)
    assert again["id"] == made["id"], "the same syncId gives the same document"
    assert made["sum"] == 201_00.0
    assert [order["id"] for order in moysklad.orders.by_sync_ids([body["syncId"]])] == [made["id"]]
    assert [order["id"] for order in moysklad.orders.by_external_codes([body["externalCode"]])] == [
        made["id"]
    ]
    assert [order["id"] for order in moysklad.orders.by_names(["SITE-1", "SITE-2"])] == [made["id"]]
    assert [order["id"] for order in moysklad.orders.by_ids([made["id"], str(uuid.uuid4())])] == [made["id"]]
    assert moysklad.orders.positions(made["id"])[0]["quantity"] == 2
    closed = moysklad.meta("state", box.moysklad.states["Завершен"])
    changed = moysklad.orders.update(made["id"], {"state": closed})
    assert id_of(changed["state"]) == box.moysklad.states["Завершен"]
    expanded = moysklad.orders.get(made["id"], expand=("state", "agent", "positions"))
    assert expanded["state"]["name"] == "Завершен"  # type: ignore[typeddict-item]
    assert id_of(expanded["agent"]) == agent["id"]
    since = made["updated"][:19]
    assert made["id"] in ids_changed(moysklad.orders, since)
    moysklad.orders.trash(made["id"])
    assert made["id"] not in ids_changed(moysklad.orders, since)
    assert made["id"] in ids_changed(moysklad.orders, since, deleted=True)
    moysklad.orders.delete(made["id"])
    with pytest.raises(NotFound):
        moysklad.orders.get(made["id"])


def test_many_orders_are_saved_in_one_call_with_a_result_for_each(
    moysklad: MoySklad, box: Any, agent: dict[str, Any]
) -> None:
    box.moysklad.reset_stats()
    good = [order_body(moysklad, agent, name=f"BULK-{number}") for number in range(3)]
    calls = box.moysklad.stats()["calls"]
    results = moysklad.orders.save([good[0], {"name": "BULK-x"}, good[1], good[2]])
    assert box.moysklad.stats()["calls"] - calls == 1
    assert [isinstance(result, ConnectorError) for result in results] == [False, True, False, False]
    assert isinstance(results[1], PermanentError)
    assert (results[1].code, results[1].parameter) == ("3000", "organization")
    update = {"meta": moysklad.meta("customerorder", results[0]["id"])["meta"], "description": "новое"}  # type: ignore[index]
    assert moysklad.orders.save([update])[0]["description"] == "новое"  # type: ignore[index]


def test_counterparties_are_found_by_what_is_known(moysklad: MoySklad, agent: dict[str, Any]) -> None:
    body = {"name": "Анна", "email": "anna@shop.example", "phone": "+7 999 000-11-22", "externalCode": "c-1"}
    saved = moysklad.counterparties.save([body, {"email": "nobody@shop.example"}])
    anna: Any = saved[0]
    assert isinstance(saved[1], PermanentError)
    found = moysklad.counterparties
    assert [item["id"] for item in found.by_emails(["x@shop.example", "anna@shop.example"])] == [anna["id"]]
    assert [item["id"] for item in found.by_phones(["+79990001122", "+7 999 000-11-22"])] == [anna["id"]]
    assert [item["id"] for item in found.by_external_codes(["c-1"])] == [anna["id"]]
    assert [item["id"] for item in found.by_sync_ids([agent["syncId"]])] == [agent["id"]]
    moysklad.counterparties.update(anna["id"], {"archived": True})
    assert found.by_emails(["anna@shop.example"]) == []
    assert [item["id"] for item in found.by_emails(["anna@shop.example"], archived=None)] == [anna["id"]]
    assert [item["id"] for item in found.by_ids([anna["id"]], archived=True)] == [anna["id"]]


def test_the_catalogue_is_walked_by_kind(moysklad: MoySklad, box: Any) -> None:
    products = list(moysklad.assortment.products())
    variants = list(moysklad.assortment.variants())
    assert {kind_of(item) for item in products} == {"product"}
    assert {kind_of(item) for item in variants} == {"variant"}
    assert {parent_id(item) for item in variants} <= {item["id"] for item in products}
    assert "S-00001" in {item.get("article") for item in products}
    assert {item["archived"] for item in products} == {True, False}
    archived = list(moysklad.assortment.products(archived=True))
    assert [item["article"] for item in archived] == ["X-ARCHIVED"]
    assert len(list(moysklad.assortment.products(archived=False))) == len(products) - 1
    assert [item["name"] for item in moysklad.assortment.services()].count("Доставка") == 1
    assert [item["name"] for item in moysklad.assortment.bundles()] != []
    newest = max(item["updated"] for item in products)
    assert {item["updated"] for item in moysklad.assortment.products(updated_since=newest[:19])} >= {newest}
    (found,) = moysklad.assortment.by_field("product", "article", ["S-00001"])
    assert moysklad.assortment.by_ids("product", [found["id"]])[0]["name"] == found["name"]


def test_stock_is_read_in_one_call(moysklad: MoySklad, box: Any) -> None:
    goods = box.moysklad.item("S-00001")["id"]
    box.moysklad.set_stock("S-00001", "Основной склад", 7)
    box.moysklad.set_stock("S-00001", "Магазин", 5)
    (row,) = moysklad.stock.all_current("freeStock", assortment_ids=[goods])
    assert (row["assortmentId"], amount(row, "freeStock")) == (goods, 12.0)
    stores = box.moysklad.stores
    rows = moysklad.stock.by_store_current("stock", store_ids=[stores["Магазин"]], assortment_ids=[goods])
    assert [(item["storeId"], amount(item, "stock")) for item in rows] == [(stores["Магазин"], 5.0)]
    assert moysklad.stock.all_current("stock", assortment_ids=[]) == []
    assert moysklad.stock.by_store_current("stock", store_ids=[]) == []
    everything = moysklad.stock.all_current("stock", include_zero=True)
    assert len(everything) >= len(moysklad.stock.all_current("stock"))


def test_stock_that_changed_since_a_moment(moysklad: MoySklad, box: Any) -> None:
    url = f"{box.moysklad.url}/report/stock/all/current?changedSince={moscow_now()}"
    box.moysklad.set_stock("S-00002", "Магазин", 3)
    wanted = parse_stock_report_url(url)
    rows = moysklad.stock.all_current("stock", changed_since=wanted["changedSince"])
    assert box.moysklad.item("S-00002")["id"] in {row["assortmentId"] for row in rows}


def moscow_now() -> str:
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    return (datetime.now(ZoneInfo("Europe/Moscow")) - timedelta(seconds=2)).strftime("%Y-%m-%d %H:%M:%S")


def test_webhooks_are_made_switched_and_removed(moysklad: MoySklad, box: Any) -> None:
    url = "http://127.0.0.1:9/hooks/moysklad/secret/"
    made = moysklad.webhooks.create(url, "customerorder", "UPDATE", fields=True)
    assert made["id"] in {hook["id"] for hook in moysklad.webhooks.list()}
    assert moysklad.webhooks.enable(made["id"], False)["enabled"] is False
    with pytest.raises(PermanentError) as caught:
        moysklad.webhooks.create(url, "customerorder", "UPDATE")
    assert caught.value.code == "30003"
    moysklad.webhooks.delete(made["id"])
    assert made["id"] not in {hook["id"] for hook in moysklad.webhooks.list()}
    stock = moysklad.stock_webhooks.create(url, "bystore")
    assert moysklad.stock_webhooks.enable(stock["id"], True)["enabled"] is True
    assert [hook["id"] for hook in moysklad.stock_webhooks.list()] == [stock["id"]]
    moysklad.stock_webhooks.delete(stock["id"])
    box.moysklad.configure(webhook_error=30004)
    with pytest.raises(Forbidden):
        moysklad.webhooks.create(url, "customerorder", "CREATE")
    box.moysklad.configure(webhook_error=0)


def test_a_long_address_of_a_webhook_is_refused_before_it_is_sent(moysklad: MoySklad) -> None:
    with pytest.raises(ValueError, match="255"):
        moysklad.webhooks.create("https://bridge.example/" + "x" * 255, "customerorder", "CREATE")


def test_bad_credentials_stop_the_account(box: Any) -> None:
    client = MoySklad(
        box.moysklad.url, Token("wrong"), governor=Governor(MemoryStore(), OPEN), allow_private=True
    )
    with pytest.raises(AuthError):
        client.directory.context_employee()
    by_login = MoySklad(
        box.moysklad.url,
        Login(box.moysklad.login, box.moysklad.password),
        governor=Governor(MemoryStore(), OPEN),
        allow_private=True,
    )
    assert by_login.directory.account_id() == box.moysklad.account_id


@pytest.mark.parametrize(
    ("fault", "more", "on_read", "on_write"),
    [
        ("status", {"status": 500}, TransientError, OutcomeUnknown),
        ("status", {"status": 503}, TransientError, TransientError),
        ("html", {"status": 502}, TransientError, OutcomeUnknown),
        ("html", {"status": 200}, TransientError, OutcomeUnknown),
        ("cut_before", {}, TransientError, OutcomeUnknown),
        ("cut_after", {}, TransientError, OutcomeUnknown),
        ("error", {"code": 1065}, Conflict, Conflict),
    ],
)
def test_faults_on_the_way(
    moysklad: MoySklad,
    box: Any,
    fault: str,
    more: dict[str, Any],
    on_read: type[ConnectorError],
    on_write: type[ConnectorError],
) -> None:
    box.moysklad.faults.add(fault, path="/entity/counterparty", count=2, **more)
    with pytest.raises(ConnectorError) as read:
        moysklad.counterparties.by_emails(["a@b.example"])
    assert type(read.value) is on_read
    with pytest.raises(ConnectorError) as write:
        moysklad.counterparties.create({"name": "x"})
    assert type(write.value) is on_write
    box.moysklad.faults.clear()


def test_an_answer_lost_after_the_commit_is_healed_by_the_sync_id(
    moysklad: MoySklad, box: Any, agent: dict[str, Any]
) -> None:
    body = order_body(moysklad, agent)
    box.moysklad.faults.add("cut_after", method="POST", path="/entity/customerorder")
    with pytest.raises(OutcomeUnknown):
        moysklad.orders.create(body)
    (found,) = moysklad.orders.by_sync_ids([body["syncId"]])
    assert moysklad.orders.create(body)["id"] == found["id"]


def test_many_workers_at_the_real_limit_are_never_refused() -> None:
    with running_sandbox(items=1, latency_ms=20) as box:
        store = MemoryStore()
        clients = [
            MoySklad(
                box.moysklad.url,
                Token(box.moysklad.token),
                governor=Governor(store),
                allow_private=True,
                priority=Priority(number % 4),
                tenant=str(number % 3),
            )
            for number in range(8)
        ]
        failures: list[Exception] = []

        def work(client: MoySklad) -> None:
            try:
                for _ in range(5):
                    client.directory.context_employee()
            except Exception as exc:  # noqa: BLE001 - handed to the test below
                failures.append(exc)

        threads = [threading.Thread(target=work, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        stats = box.moysklad.stats()
    pooled_session(allow_private=True).close()
    assert failures == []
    assert (stats["calls"], stats["rate_refused"], stats["parallel_refused"]) == (40, 0, 0)
    assert stats["max_parallel"] <= 5


def test_an_issued_token_revokes_the_earlier_one() -> None:
    with running_sandbox(items=1, limiter=False) as box:
        login = Login(box.moysklad.login, box.moysklad.password)
        fresh = issue_token(box.moysklad.url, login, allow_private=True)
        old = MoySklad(
            box.moysklad.url,
            Token(box.moysklad.token),
            governor=Governor(MemoryStore(), OPEN),
            allow_private=True,
        )
        with pytest.raises(AuthError):
            old.directory.context_employee()
        new = MoySklad(box.moysklad.url, fresh, governor=Governor(MemoryStore(), OPEN), allow_private=True)
        assert new.directory.account_id() == box.moysklad.account_id
    pooled_session(allow_private=True).close()
