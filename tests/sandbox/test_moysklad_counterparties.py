"""Buyers: found by whatever identifies them, archived or not, written in bulk, owned by somebody."""

from __future__ import annotations

import time
import uuid

import pytest

PATH = "/entity/counterparty"


@pytest.fixture
def buyer(api):
    """One buyer nobody else has data of."""
    mark = uuid.uuid4().int
    return api.post(
        PATH,
        {
            "name": "Смирнова Анна",
            "companyType": "individual",
            "legalLastName": "Смирнова",
            "legalFirstName": "Анна",
            "email": f"b{mark % 10**9}@example.test",
            "phone": f"+7916{mark % 10**7:07d}",
            "inn": f"{mark % 10**12:012d}",
        },
    )


def found(api, condition):
    return [row["id"] for row in api.get(PATH, filter=condition)["rows"]]


@pytest.mark.parametrize("field", ["email", "phone", "inn"])
def test_a_buyer_is_found_by(api, buyer, field):
    value = buyer[field].replace("+", "%2B") if field == "phone" else buyer[field]
    answer = api.call("GET", f"{PATH}?filter={field}={value}")
    assert [row["id"] for row in answer.json()["rows"]] == [buyer["id"]]
    assert found(api, f"{field}~{buyer[field][2:]}") == [buyer["id"]]


def test_several_values_of_a_field_are_looked_for_at_once(api, buyer):
    other = api.post(PATH, {"name": "Другой", "email": f"{uuid.uuid4().hex}@example.test"})
    both = f"email={buyer['email']};email={other['email']}"
    assert sorted(found(api, both)) == sorted([buyer["id"], other["id"]])


def test_twins_are_all_found_newest_first_when_asked(api, buyer):
    time.sleep(0.002)
    twin = api.post(PATH, {"name": "Двойник", "email": buyer["email"]})
    rows = api.get(PATH, filter=f"email={buyer['email']}", order="updated,desc")["rows"]
    assert [row["id"] for row in rows] == [twin["id"], buyer["id"]]


def test_an_archived_buyer_is_left_out_unless_asked_for(api, buyer):
    api.put(f"{PATH}/{buyer['id']}", {"archived": True})
    condition = f"email={buyer['email']}"
    assert found(api, condition) == []
    assert found(api, f"{condition};archived=true") == [buyer["id"]]
    assert found(api, f"{condition};archived=true;archived=false") == [buyer["id"]]


def test_buyers_come_by_the_time_of_their_last_change(api, buyer):
    time.sleep(0.002)
    changed = api.put(f"{PATH}/{buyer['id']}", {"phone": "+7 (916) 000-00-00"})
    assert changed["updated"] > buyer["updated"]
    query = {"filter": f"updated>={changed['updated']}", "order": "updated,asc"}
    assert buyer["id"] in [row["id"] for row in api.get(PATH, **query)["rows"]]


def test_many_are_made_and_changed_in_one_call(api, buyer):
    made = api.post(PATH, [{"meta": buyer["meta"], "phone": "1"}, *({"name": f"Н{n}"} for n in range(200))])
    assert len(made) == 201
    assert (made[0]["id"], made[0]["phone"]) == (buyer["id"], "1")


def test_the_same_sync_id_makes_one_buyer(api):
    body = {"name": "Один", "syncId": str(uuid.uuid4())}
    assert api.post(PATH, body)["id"] == api.post(PATH, body)["id"]


def test_an_owner_and_a_legal_address_are_kept(api):
    owner = api.ref("employee", api.box.moysklad.directory("employee")["Менеджер"])
    body = {"name": "ООО", "companyType": "legal", "kpp": "770001001", "owner": owner}
    made = api.post(PATH, body | {"legalAddressFull": {"city": "Москва", "house": "1"}})
    assert made["owner"]["meta"]["href"] == owner["meta"]["href"]
    assert (made["legalAddress"], made["kpp"]) == ("Москва, 1", "770001001")


def test_the_manager_adds_and_sees_buyers(api):
    made = api.box.moysklad.add_counterparty(name="С улицы", phone="+70000000000", archived=True)
    assert made["id"] in [row["id"] for row in api.box.moysklad.counterparties()]
