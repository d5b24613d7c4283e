"""What documents name beside goods and people: organizations with accounts, projects, currencies and the like."""

from __future__ import annotations

import pytest

ORDER = "/entity/customerorder"


@pytest.fixture
def accounts(api):
    """The bank accounts of the first organization."""
    return api.get(f"/entity/organization/{api.box.moysklad.organization}/accounts")["rows"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("country", {"Россия", "Беларусь", "Казахстан"}),
        ("region", {"г Москва", "Московская обл", "г Санкт-Петербург"}),
        ("project", {"Розница", "Опт"}),
        ("employee", {"Администратор", "Менеджер", "Кладовщик"}),
        ("contract", {"Договор поставки"}),
        ("expenseitem", {"Возврат", "Закупка товаров"}),
        ("organization", {"ООО «Ромашка»", "ООО «Василёк»"}),
    ],
)
def test_an_account_is_born_with_some_of_each(api, kind, names):
    assert names <= {row["name"] for row in api.get(f"/entity/{kind}")["rows"]}


def test_countries_and_regions_carry_their_official_codes(api):
    (russia,) = api.get("/entity/country", filter="name=Россия")["rows"]
    (moscow,) = api.get("/entity/region", filter="code=77")["rows"]
    assert (russia["code"], moscow["name"]) == ("643", "г Москва")


def test_a_document_names_project_contract_owner_and_sales_channel_and_is_found_by_them(api):
    box = api.box.moysklad
    given = {
        "project": api.ref("project", box.directory("project")["Опт"]),
        "contract": api.ref("contract", box.directory("contract")["Договор поставки"]),
        "owner": api.ref("employee", box.directory("employee")["Менеджер"]),
        "salesChannel": api.ref("saleschannel", box.sales_channels["Интернет-магазин"]),
    }
    made = api.post(f"{ORDER}?expand={','.join(given)}", api.order(**given))
    assert {name: made[name]["id"] for name in given} == {
        name: value["meta"]["href"].rsplit("/", 1)[-1] for name, value in given.items()
    }
    for name, value in given.items():
        found = api.get(ORDER, filter=f"{name}={value['meta']['href']};id={made['id']}")
        assert [row["id"] for row in found["rows"]] == [made["id"]]


def test_accounts_of_an_organization_are_listed_shown_and_expanded(api, accounts):
    path = f"/entity/organization/{api.box.moysklad.organization}"
    assert [row["isDefault"] for row in accounts] == [True, False]
    first = accounts[0]
    assert first["meta"]["type"] == "account"
    assert api.get(first["meta"]["href"].removeprefix(api.url))["accountNumber"] == first["accountNumber"]
    shown = api.get(path)["accounts"]
    assert (shown["meta"]["size"], "rows" in shown) == (2, False)
    opened = api.get(path, expand="accounts")["accounts"]["rows"]
    assert [row["id"] for row in opened] == [row["id"] for row in accounts]


def test_a_buyer_has_accounts_too(api):
    agent = api.post("/entity/counterparty", {"name": "ООО Покупатель", "inn": "7700000009"})
    path = f"/entity/counterparty/{agent['id']}/accounts"
    (made,) = api.post(path, [{"accountNumber": "40702810000000000009", "bic": "044525225"}])
    assert [row["id"] for row in api.get(path)["rows"]] == [made["id"]]
    order = api.post(ORDER, api.order(agent={"meta": agent["meta"]}, agentAccount={"meta": made["meta"]}))
    assert order["agentAccount"]["meta"]["href"] == made["meta"]["href"]
    stranger = api.order(agentAccount={"meta": made["meta"]})
    assert api.refused("POST", ORDER, stranger) == (412, [17001])


def test_an_account_has_to_be_of_the_documents_organization(api, accounts):
    other = api.ref("organization", api.box.moysklad.directory("organization")["ООО «Василёк»"])
    own = {"meta": accounts[1]["meta"]}
    order = api.post(ORDER, api.order(organizationAccount=own))
    assert order["organizationAccount"]["meta"] == accounts[1]["meta"]
    path = f"{ORDER}/{order['id']}"
    assert api.refused("PUT", path, {"organization": other}) == (412, [17000])
    moved = api.put(path, {"organization": other, "organizationAccount": None})
    assert "organizationAccount" not in moved
    payment = {"organization": other, "agent": api.agent(), "sum": 1.0, "organizationAccount": own}
    assert api.refused("POST", "/entity/paymentin", payment) == (412, [17000])


def test_what_documents_use_cannot_be_deleted(api, accounts):
    project = api.post("/entity/project", {"name": "Временный"})
    api.post(ORDER, api.order(project={"meta": project["meta"]}))
    assert api.refused("DELETE", f"/entity/project/{project['id']}") == (409, [1028])


@pytest.fixture(scope="module")
def dollar(api):
    return api.ref("currency", api.box.moysklad.add_currency("USD", 90.0))


def test_a_document_in_another_currency_takes_the_cards_rate_or_its_own(api, dollar):
    made = api.post(ORDER, api.order(api.line("S-00001", 1, price=1000.0), rate={"currency": dollar}))
    assert (made["sum"], made["rate"]["value"]) == (1000.0, 90.0)
    own = api.post(ORDER, api.order(rate={"currency": dollar, "value": 95.5}))
    assert own["rate"]["value"] == 95.5
    assert api.refused("POST", ORDER, api.order(rate={"currency": dollar, "value": 0})) == (412, [3003])


def test_the_rate_of_the_accounts_currency_is_not_shown(api):
    currency = api.ref("currency", api.box.moysklad.info["currency"])
    made = api.post(ORDER, api.order(rate={"currency": currency, "value": 1}))
    assert "value" not in made["rate"]


def test_a_rate_of_null_goes_back_to_the_accounts_currency_and_counts_prices_anew(api, dollar):
    made = api.post(ORDER, api.order(api.line("S-00001", 2, price=1000.0), rate={"currency": dollar}))
    back = api.put(f"{ORDER}/{made['id']}", {"rate": None})
    assert back["sum"] == 180000.0
    assert back["rate"]["currency"]["meta"]["href"].endswith(api.box.moysklad.info["currency"])
    assert "value" not in back["rate"]


def test_a_payment_is_in_the_currency_of_its_account(api, dollar):
    path = f"/entity/organization/{api.box.moysklad.organization}/accounts"
    (account,) = api.post(path, [{"accountNumber": "40702840000000000003", "currency": dollar}])
    body = {
        "organization": api.organization(),
        "agent": api.agent(),
        "sum": 100.0,
        "organizationAccount": {"meta": account["meta"]},
    }
    assert api.refused("POST", "/entity/paymentin", body) == (412, [22004])
    assert api.post("/entity/paymentin", body | {"rate": {"currency": dollar}})["sum"] == 100.0
    api.call("DELETE", account["meta"]["href"].removeprefix(api.url))


@pytest.mark.parametrize("code", [31001, 31002, 31003])
def test_a_currency_error_can_be_thrown(api, code):
    api.box.moysklad.faults.add("error", code=code, path="/entity/customerorder", method="POST")
    assert api.refused("POST", ORDER, api.order()) == (412, [code])
