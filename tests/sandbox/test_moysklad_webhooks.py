"""Webhooks: registration rules, deliveries with their few tries, echo filters, the knobs, the stock webhook."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.fixture(autouse=True)
def _clean(api):
    yield
    for kind in ("webhook", "webhookstock"):
        for hook in api.get(f"/entity/{kind}")["rows"]:
            api.call("DELETE", f"/entity/{kind}/{hook['id']}")
    api.box.moysklad.webhook_knobs(hold=False, drop=False, drop_next=0, copies=1, delay_ms=0)
    api.box.moysklad.configure(webhook_timeout_ms=1500, webhook_error=0, trash_event="DELETE")


def subscribe(api, url, action="UPDATE", **more):
    return api.post("/entity/webhook", {"url": url, "action": action, "entityType": "customerorder", **more})


def request_id(arrived):
    return parse_qs(urlsplit(arrived.path).query)["requestId"][0]


def test_a_registered_webhook_shows_itself(api):
    hook = subscribe(api, "http://bridge.example.test/a", diffType="FIELDS")
    assert (hook["method"], hook["enabled"], hook["diffType"]) == ("POST", True, "FIELDS")
    assert api.get("/entity/webhook")["rows"] == [hook]
    changed = api.put(f"/entity/webhook/{hook['id']}", {"enabled": False})
    assert changed["enabled"] is False


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "ftp://x"}, 30000),
        ({"entityType": "webhook"}, 30000),
        ({"entityType": "nonsense"}, 30000),
        ({"action": "CREATE", "diffType": "FIELDS"}, 30000),
        ({"action": "NONSENSE"}, 3005),
        ({"url": "http://x/" + "a" * 255}, 3040),
        ({"action": None}, 3000),
    ],
)
def test_a_wrong_webhook_is_refused(api, change, code):
    body = {"url": "http://bridge.example.test/", "action": "UPDATE", "entityType": "customerorder"} | change
    assert api.refused("POST", "/entity/webhook", body) == (412, [code])


def test_twins_are_30003_and_the_sixth_address_is_30007(api):
    for number in range(5):
        subscribe(api, f"http://bridge.example.test/{number}")
    body = {"url": "http://bridge.example.test/0", "action": "UPDATE", "entityType": "customerorder"}
    assert api.refused("POST", "/entity/webhook", body) == (412, [30003])
    sixth = body | {"url": "http://bridge.example.test/6"}
    assert api.refused("POST", "/entity/webhook", sixth) == (412, [30007])
    assert api.call("POST", "/entity/webhook", sixth | {"action": "CREATE"}).status_code == 200


@pytest.mark.parametrize(("code", "status"), [(30004, 403), (30006, 403), (1070, 403)])
def test_rights_and_tariff_can_forbid_webhooks(api, code, status):
    api.box.moysklad.configure(webhook_error=code)
    body = {"url": "http://bridge.example.test/", "action": "UPDATE", "entityType": "customerorder"}
    assert api.refused("POST", "/entity/webhook", body) == (status, [code])


def test_an_update_is_told_like_the_sample(api, receiver, payload):
    sample = payload("moysklad/webhook_customerorder_update")
    subscribe(api, receiver.url, diffType="FIELDS")
    order = api.post("/entity/customerorder", api.order())
    api.box.moysklad.set_state(order["id"], "Завершен")
    (arrived,) = receiver.wait(1)
    body = arrived.json
    assert body.keys() == sample["body"].keys()
    assert body["auditContext"].keys() == sample["body"]["auditContext"].keys()
    assert body["events"][0].keys() == sample["body"]["events"][0].keys()
    assert body["events"][0]["updatedFields"] == ["state"]
    assert body["events"][0]["meta"] == {"type": "customerorder", "href": order["meta"]["href"]}
    assert body["events"][0]["accountId"] == api.box.moysklad.account_id
    assert body["auditContext"]["uid"] == "manager@sandbox"
    assert arrived.headers["user-agent"] == sample["_request"]["headers"]["User-Agent"]
    assert len(request_id(arrived)) == 36


def test_without_fields_only_the_address_is_told(api, receiver):
    subscribe(api, receiver.url)
    order = api.post("/entity/customerorder", api.order())
    api.put(f"/entity/customerorder/{order['id']}", {"description": "x"})
    assert "updatedFields" not in receiver.wait(1)[0].json["events"][0]


def test_a_bulk_call_is_told_in_one_delivery(api, receiver):
    subscribe(api, receiver.url, "CREATE")
    agent = api.agent()
    api.post("/entity/customerorder", [api.order(agent=agent) for _ in range(3)])
    api.box.settle()
    assert len(receiver.arrived) == 1
    assert len(receiver.arrived[0].json["events"]) == 3


@pytest.mark.parametrize("refusal", [500, 302, 202])
def test_four_tries_at_once_with_one_request_id_then_the_news_is_lost(api, receiver, refusal):
    subscribe(api, receiver.url, "CREATE")
    receiver.answers = [refusal] * 10
    api.post("/entity/customerorder", api.order())
    api.box.settle()
    assert len(receiver.arrived) == 4
    assert len({request_id(arrived) for arrived in receiver.arrived}) == 1
    assert receiver.arrived[3].at - receiver.arrived[0].at < 30, "at once, not some minutes apart"
    assert api.box.moysklad.deliveries()[-1]["outcome"] == "lost"


def test_a_later_try_may_succeed(api, receiver):
    subscribe(api, receiver.url, "CREATE")
    receiver.answers = [500, 500]
    api.post("/entity/customerorder", api.order())
    api.box.settle()
    delivery = api.box.moysklad.deliveries()[-1]
    assert (delivery["answers"], delivery["outcome"]) == ([500, 500, 204], "delivered")


@pytest.mark.parametrize(("again", "tries"), [(True, 4), (False, 1)])
def test_an_answer_after_the_time_limit_counts_as_none(api, receiver, again, tries):
    api.box.moysklad.configure(webhook_timeout_ms=100, retry_on_timeout=again)
    subscribe(api, receiver.url, "CREATE")
    receiver.pause = 0.3
    api.post("/entity/customerorder", api.order())
    api.box.settle()
    api.box.moysklad.configure(retry_on_timeout=True)
    delivery = api.box.moysklad.deliveries()[-1]
    assert (delivery["answers"], delivery["outcome"]) == (["timeout"] * tries, "lost")


def test_the_time_limit_is_a_second_and_a_half(api):
    assert api.box.moysklad.configure()["webhook_timeout_ms"] == 1500


def test_own_writes_stay_silent_for_the_named_prefixes_only(api, receiver):
    subscribe(api, receiver.url)
    order = api.post("/entity/customerorder", api.order())
    origin = receiver.url.rsplit("/", 1)[0]
    several = f"/entity/customerorder/{order['id']}"
    with api.session.put(
        api.url + several,
        json={"description": "1"},
        headers={"X-Lognex-WebHook-DisableByPrefix": origin},
        timeout=10,
    ):
        api.put(
            several,
            {"description": "2"},
            headers={"X-Lognex-WebHook-DisableByPrefix": "http://other.example.test"},
        )
    api.box.settle()
    assert len(receiver.arrived) == 1
    refused = api.refused(
        "PUT", several, {}, headers={"X-Lognex-WebHook-DisableByPrefix": "bridge.example.test"}
    )
    assert refused == (400, [3030])


def test_trash_and_delete_are_told_as_the_switch_says(api, receiver):
    subscribe(api, receiver.url, "DELETE")
    first, second = (api.post("/entity/customerorder", api.order()) for _ in "12")
    api.call("POST", f"/entity/customerorder/{first['id']}/trash")
    api.box.settle()
    assert len(receiver.arrived) == 1
    api.box.moysklad.configure(trash_event="NONE")
    api.call("POST", f"/entity/customerorder/{second['id']}/trash")
    api.box.settle()
    assert len(receiver.arrived) == 1
    third = api.post("/entity/customerorder", api.order())
    api.call("DELETE", f"/entity/customerorder/{third['id']}")
    assert receiver.wait(2)[1].json["events"][0]["action"] == "DELETE"


def test_webhooks_can_be_dropped_doubled_held_and_turned_round(api, receiver):
    subscribe(api, receiver.url, "CREATE")
    api.box.moysklad.webhook_knobs(drop_next=1)
    api.post("/entity/customerorder", api.order())
    api.box.moysklad.webhook_knobs(copies=2)
    api.post("/entity/customerorder", api.order())
    api.box.settle()
    assert len(receiver.arrived) == 2
    assert len({request_id(arrived) for arrived in receiver.arrived}) == 1
    receiver.clear()
    api.box.moysklad.webhook_knobs(copies=1, hold=True)
    made = [api.post("/entity/customerorder", api.order())["meta"]["href"] for _ in range(3)]
    assert receiver.arrived == []
    assert api.box.moysklad.release_webhooks(order="reverse") == 3
    api.box.settle()
    assert [arrived.json["events"][0]["meta"]["href"] for arrived in receiver.arrived] == made[::-1]


@pytest.fixture
def life(api):
    """Makes, changes and deletes one object of a kind as a manager; returns its address."""
    box = api.box.moysklad

    def live(kind):
        order = api.post("/entity/customerorder", api.order(api.line("S-00001", 2), store=api.store()))
        if kind == "counterparty":
            made = box.add_counterparty(name="Покупатель")
        elif kind in ("paymentin", "cashin"):
            made = box.pay(order["id"], 100, kind)
        else:
            made = demand = box.ship(order["id"])
            if kind != "demand":
                made = given_back = box.return_goods(demand["id"], {"S-00001": 1})
            if kind in ("paymentout", "cashout"):
                made = box.pay(given_back["id"], 100, kind)
        box.edit(kind, made["id"], {"description": "x"})
        box.delete(made["id"], kind)
        return api.href(kind, made["id"])

    return live


@pytest.mark.parametrize(
    "kind", ["demand", "salesreturn", "paymentin", "cashin", "paymentout", "cashout", "counterparty"]
)
def test_every_kind_tells_of_its_life(api, receiver, life, kind):
    for action in ("CREATE", "UPDATE", "DELETE"):
        subscribe(api, receiver.url, action, entityType=kind)
    href = life(kind)
    api.box.settle()
    told = [
        (event["action"], event["meta"]) for arrived in receiver.arrived for event in arrived.json["events"]
    ]
    meta = {"type": kind, "href": href}
    assert [item for item in told if item[1] == meta] == [
        ("CREATE", meta),
        ("UPDATE", meta),
        ("DELETE", meta),
    ]
    assert {arrived.json["auditContext"]["uid"] for arrived in receiver.arrived} <= {"manager@sandbox"} | (
        {"admin@sandbox"} if kind == "counterparty" else set()
    )


def test_the_order_of_a_payment_is_told_only_with_the_switch(api, receiver):
    subscribe(api, receiver.url)
    order = api.post("/entity/customerorder", api.order(api.line("S-00001", 2)))
    api.box.moysklad.pay(order["id"], 100)
    api.box.settle()
    assert receiver.arrived == []
    api.box.moysklad.configure(linked_order_update=True)
    api.box.moysklad.pay(order["id"], 100)
    api.box.moysklad.configure(linked_order_update=False)
    told = receiver.wait(1)[0].json["events"]
    assert told[0]["meta"]["href"] == order["meta"]["href"]
    assert api.get(f"/entity/customerorder/{order['id']}")["updated"] > order["updated"]


def test_the_order_of_a_shipment_is_told_only_with_the_switch(api, receiver):
    subscribe(api, receiver.url)
    order = api.post("/entity/customerorder", api.order(api.line("S-00001"), store=api.store()))
    api.box.moysklad.ship(order["id"])
    api.box.settle()
    assert receiver.arrived == []
    api.box.moysklad.configure(linked_order_update=True)
    api.box.moysklad.ship(order["id"], {"S-00001": 0})
    api.box.moysklad.configure(linked_order_update=False)
    assert len(receiver.wait(1)) == 1


def test_the_stock_webhook_names_a_report_with_a_raw_space_in_it(api, receiver, payload):
    body = {"url": receiver.url, "stockType": "stock", "reportType": "bystore"}
    api.post("/entity/webhookstock", body)
    assert api.refused("POST", "/entity/webhookstock", body) == (412, [30009])
    api.box.moysklad.tell_stock()
    api.box.settle()
    receiver.clear()
    api.box.moysklad.set_stock("S-00001", "Магазин", 55)
    assert api.box.moysklad.tell_stock() == 1
    (arrived,) = receiver.wait(1)
    assert arrived.json.keys() == payload("moysklad/webhookstock_event")["body"].keys()
    report = arrived.json["reportUrl"]
    assert report.startswith(f"{api.url}/report/stock/bystore/current?changedSince=20")
    assert " " in report
    rows = api.session.get(report, timeout=10).json()
    assert {
        "assortmentId": api.box.moysklad.item("S-00001")["id"],
        "storeId": api.box.moysklad.stores["Магазин"],
        "stock": 55.0,
    } in rows


def test_a_reserve_alone_does_not_fire_the_stock_webhook_unless_switched_on(api, receiver):
    api.post("/entity/webhookstock", {"url": receiver.url, "stockType": "stock", "reportType": "all"})
    api.box.moysklad.tell_stock()
    line = api.line("S-00002", 1, reserve=1)
    api.post("/entity/customerorder", api.order(line, store=api.store()))
    assert api.box.moysklad.tell_stock() == 0
    api.box.moysklad.configure(reserve_fires_stock_webhook=True)
    told = api.box.moysklad.tell_stock()
    api.box.moysklad.configure(reserve_fires_stock_webhook=False)
    assert told == 1


def test_stock_webhooks_come_by_themselves_at_the_interval(api, receiver):
    api.post("/entity/webhookstock", {"url": receiver.url, "stockType": "stock", "reportType": "all"})
    api.box.moysklad.tell_stock()
    api.box.moysklad.configure(stock_webhook_interval_ms=100)
    api.box.moysklad.set_stock("S-00003", "Магазин", 77)
    arrived = receiver.wait(1, timeout=5)
    api.box.moysklad.configure(stock_webhook_interval_ms=0)
    assert arrived
