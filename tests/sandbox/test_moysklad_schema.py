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
    api.box.moysklad.add_folder("Зимняя", inside=api.box.moysklad.add_folder("Одежда"))
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
    for demand in api.get("/entity/demand", limit=10, expand="positions,customerOrder")["rows"]:
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
        ("/entity/productfolder", "productFolderList"),
        ("/entity/country", "countryList"),
        ("/entity/region", "regionList"),
        ("/entity/group", "groupList"),
        ("/entity/employee", "employeeList"),
        ("/entity/project", "projectList"),
    ],
)
def test_lists_of_directories(api, order, fits, path, name):
    page = api.get(path)
    assert page["rows"]
    fits(name, page)
    for row in page["rows"]:
        fits(name.removesuffix("List"), row)


@pytest.mark.parametrize(
    ("path", "name"), [("/entity/contract", "contract"), ("/entity/expenseitem", "expenseItem")]
)
def test_directories_whose_lists_the_specification_leaves_out(api, fits, path, name):
    for row in api.get(path)["rows"]:
        fits(name, row)


def test_bank_accounts(api, fits):
    path = f"/entity/organization/{api.box.moysklad.organization}"
    for row in api.get(f"{path}/accounts")["rows"]:
        fits("account", row)
    fits("organization", api.get(path, expand="accounts"))


@pytest.fixture(scope="module")
def chain(api, order):
    """Everything that follows an order: the rest shipped, a return, money in and out; one document of each kind."""
    box = api.box.moysklad
    demand = box.ship(order["id"])
    given_back = box.return_goods(demand["id"], {"S-00001": 1})
    made = {"demand": demand, "salesreturn": given_back}
    made |= {kind: box.pay(order["id"], 1000, kind) for kind in ("paymentin", "cashin")}
    return made | {kind: box.pay(given_back["id"], 1000, kind) for kind in ("paymentout", "cashout")}


NAMES = {
    "demand": "demand",
    "salesreturn": "salesReturn",
    "paymentin": "paymentIn",
    "cashin": "cashIn",
    "paymentout": "paymentOut",
    "cashout": "cashOut",
}


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize("expand", ["", "agent,positions.assortment,operations,payments,expenseItem,returns"])
def test_every_document_of_the_chain(api, chain, fits, kind, expand):
    fits(NAMES[kind], api.get(f"/entity/{kind}/{chain[kind]['id']}", expand=expand))
    fits(f"{NAMES[kind]}List", api.get(f"/entity/{kind}", limit=10, expand=expand))


def test_a_return_has_the_keys_of_the_sample(api, chain, payload):
    sample = payload("moysklad/salesreturn_get")["body"]
    path = f"/entity/salesreturn/{chain['salesreturn']['id']}"
    shown = api.get(path, expand="positions,demand")
    assert set(sample) - set(shown) <= {"salesChannel"}
    assert set(sample["positions"]["rows"][0]) - set(shown["positions"]["rows"][0]) == set()
    assert set(sample["demand"]) - set(shown["demand"]) == set()


def test_templates(api, chain, order, fits):
    bases = {
        "demand": {"customerOrder": {"meta": order["meta"]}},
        "salesreturn": {"demand": {"meta": chain["demand"]["meta"]}},
        "paymentin": {"customerOrder": {"meta": order["meta"]}},
        "cashin": {"customerOrder": {"meta": order["meta"]}},
        "paymentout": {"salesReturn": {"meta": chain["salesreturn"]["meta"]}},
        "cashout": {"salesReturn": {"meta": chain["salesreturn"]["meta"]}},
    }
    for kind, base in bases.items():
        fits(NAMES[kind], api.put(f"/entity/{kind}/new", base))


def test_extra_fields_and_dictionaries(api, fits):
    id_ = api.box.moysklad.add_attribute("customerorder", "Способ", "customentity", values=["Курьер"])
    path = "/entity/customerorder/metadata/attributes"
    for row in api.get(path)["rows"]:
        fits("attributeMetaInfo", row)
    dictionary = api.get(f"{path}/{id_}")["customEntityMeta"]["href"].rsplit("/", 1)[-1]
    (element,) = api.get(f"/entity/customentity/{dictionary}")["rows"]
    settings = api.get("/context/companysettings/metadata")
    fits("companySettingsMetadata", settings)
    fits("customEntityMetadata", settings["customEntities"][0])
    value = {"meta": api.get(f"{path}/{id_}")["meta"], "value": {"meta": element["meta"]}}
    fits("customerOrder", api.post("/entity/customerorder", api.order(attributes=[value])))
    fits("documentMetadata", api.get("/entity/customerorder/metadata"))
    fits("counterpartyMetadata", api.get("/entity/counterparty/metadata"))


def test_goods_with_everything_expanded(api, fits):
    api.box.moysklad.edit_item("S-00003", images=[{"filename": "a.png", "content": "YWJj"}])
    expand = "images,productFolder,salePrices.currency,components.assortment,product,uom"
    for kind in ("product", "variant", "bundle", "service"):
        for row in api.get(f"/entity/{kind}", limit=100, expand=expand)["rows"]:
            fits(kind, row)
    for row in api.get("/entity/bundle", limit=100)["rows"]:
        fits("bundleComponentList", api.get(f"/entity/bundle/{row['id']}/components"))
    item = api.box.moysklad.item("S-00003")["id"]
    fits("imageList", {k: v for k, v in api.get(f"/entity/product/{item}/images").items() if k != "context"})
    for row in api.get("/context/companysettings/pricetype"):
        fits("priceType", row)
    metadata = api.get("/entity/variant/metadata")
    for row in metadata["characteristics"]:
        fits("variantCharacteristic", row)
    fits("variantMetadata", metadata)


def test_documents_of_the_warehouse(api, fits):
    box, main, shop = api.box.moysklad, "Основной склад", "Магазин"
    made = {
        "enter": box.enter({"S-00001": 5}, main),
        "loss": box.write_off({"S-00001": 1}, main),
        "move": box.move({"S-00001": 1}, main, shop),
        "supply": box.receive({"S-00001": 2}, shop),
        "demand": box.sell({"S-00001": 1}, shop),
    }
    for kind, (id_,) in made.items():
        fits(kind, api.get(f"/entity/{kind}/{id_}", expand="positions.assortment"))


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
