"""What the MoySklad stand-in answers fits the JSON schema made of the vendor's specification (MOYSKLAD_SCHEMA)."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SCHEMA = os.environ.get("MOYSKLAD_SCHEMA", "")
pytestmark = pytest.mark.skipif(not SCHEMA, reason="MOYSKLAD_SCHEMA does not name the schema file")


@pytest.fixture(scope="module")
def fits():
    """Checks a body against a `$defs` entry, and that the entry says something about its keys."""
    whole = json.loads(Path(SCHEMA).read_text())

    def check(name, body):
        schema = {"$schema": whole["$schema"], "$ref": f"#/$defs/{name}", "$defs": whole["$defs"]}
        problems = [
            f"{error.json_path}: {error.message[:200]}"
            for error in Draft202012Validator(schema).iter_errors(body)
        ]
        assert problems == []
        known = whole["$defs"][name].get("properties")
        if known:
            assert set(body) - set(known) == set(), f"keys the specification does not know in {name}"

    return check


@pytest.fixture(scope="module")
def order(api):
    lines = [
        api.line("S-00001", 2, price=249500.0, vat=22, vatEnabled=True, reserve=1),
        api.line("V-00001-1", 1),
        api.line("DELIVERY", 1),
    ]
    body = api.order(
        *lines,
        agent=api.agent(
            companyType="individual", legalFirstName="Пётр", email="p@example.test", tags=["Сайт"]
        ),
        store=api.store(),
        state=api.state("Новый"),
        syncId=str(uuid.uuid4()),
        salesChannel=api.ref("saleschannel", api.box.moysklad.sales_channels["Интернет-магазин"]),
        shipmentAddressFull={"city": "Москва", "street": "ул Образцовая", "postalCode": "125009"},
        deliveryPlannedMoment="2026-12-01 12:00:00",
    )
    made = api.post("/entity/customerorder", body)
    api.box.moysklad.ship(made["id"], {"S-00001": 1})
    return made


@pytest.mark.parametrize(
    "expand", ["", "agent,positions.assortment,state,store,organization,demands,rate.currency"]
)
def test_an_order(api, order, fits, expand):
    fits("customerOrder", api.get(f"/entity/customerorder/{order['id']}", expand=expand))


def test_an_order_has_the_keys_of_the_sample(api, order, payload):
    sample = payload("moysklad/customerorder_get_expand")["body"]
    shown = api.get(f"/entity/customerorder/{order['id']}", expand="agent,positions,state")
    missing = set(sample) - set(shown) - {"attributes", "description", "payments"}
    assert missing == set()
    assert set(sample["positions"]["rows"][0]) - set(shown["positions"]["rows"][0]) == set()
    assert set(sample["state"]) == set(shown["state"])
    assert set(sample["agent"]) - set(shown["agent"]) <= {"phone", "legalTitle", "legalLastName", "syncId"}


def test_a_list_of_orders_and_their_positions(api, order, fits):
    fits("customerOrderList", api.get("/entity/customerorder", limit=100, expand="agent,positions"))
    positions = api.get(f"/entity/customerorder/{order['id']}/positions", expand="assortment", limit=10)
    fits("customerOrderPositionList", positions)


def test_a_demand(api, order, fits):
    (demand,) = api.get("/entity/demand", limit=10, expand="positions,customerOrder")["rows"]
    fits("demand", demand)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/entity/product", "productList"),
        ("/entity/variant", "variantList"),
        ("/entity/service", "serviceList"),
        ("/entity/bundle", "bundleList"),
        ("/entity/counterparty", "counterpartyList"),
        ("/entity/organization", "organizationList"),
        ("/entity/store", "storeList"),
        ("/entity/saleschannel", "salesChannelList"),
        ("/entity/currency", "currencyList"),
        ("/entity/uom", "uomList"),
        ("/entity/country", "countryList"),
        ("/entity/region", "regionList"),
        ("/entity/group", "groupList"),
        ("/entity/employee", "employeeList"),
    ],
)
def test_lists_of_directories(api, order, fits, path, name):
    page = api.get(path)
    assert page["rows"]
    fits(name, page)
    for row in page["rows"]:
        fits(name.removesuffix("List"), row)


def test_the_assortment_in_both_behaviours(api, fits):
    fits("assortmentList", api.get("/entity/assortment"))
    header = {"X-Lognex-Remap-Beta-Feature": "assortmentWithoutStock"}
    fits("assortmentList", api.call("GET", "/entity/assortment", headers=header).json())


def test_metadata_and_settings(api, fits, payload):
    metadata = api.get("/entity/customerorder/metadata")
    fits("documentMetadata", metadata)
    assert set(metadata["states"][0]) == set(payload("moysklad/customerorder_metadata")["body"]["states"][0])
    fits("companySettings", api.get("/context/companysettings"))


def test_current_stock(api, order, fits):
    for stock_type in ("stock", "freeStock", "quantity", "reserve", "inTransit"):
        query = {"stockType": stock_type, "include": "zeroLines"}
        fits("StockAllCurrent", api.get("/report/stock/all/current", **query))
        fits("StockByStoreCurrent", api.get("/report/stock/bystore/current", **query))


def test_errors(api, fits):
    fits("error", api.call("POST", "/entity/customerorder", {}).json())
    fits("error", api.call("GET", "/entity/customerorder?filter=x=1").json())


def test_webhooks_and_what_they_bring(api, fits, receiver):
    hook = {"url": receiver.url, "action": "UPDATE", "entityType": "counterparty", "diffType": "FIELDS"}
    fits("webhook", api.post("/entity/webhook", hook))
    stock_hook = {"url": receiver.url, "stockType": "stock", "reportType": "all"}
    fits("webhookStock", api.post("/entity/webhookstock", stock_hook))
    agent = api.post("/entity/counterparty", {"name": "x"})
    api.put(f"/entity/counterparty/{agent['id']}", {"name": "y"})
    api.box.moysklad.set_stock("S-00001", "Магазин", 3)
    api.box.moysklad.tell_stock()
    api.box.settle()
    bodies = {("events" in arrived.json): arrived.json for arrived in receiver.wait(2)}
    fits("webhookNotificationPayload", bodies[True])
    fits("webhookStockNotificationPayload", bodies[False])
