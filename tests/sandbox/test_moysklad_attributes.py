"""Extra fields and dictionaries: definitions, values of every type, required ones, what is refused."""

from __future__ import annotations

import pytest

ORDER = "/entity/customerorder"
VALUES = [
    ("string", "подарок", "подарок"),
    ("text", "две\nстроки", "две\nстроки"),
    ("long", 10452, 10452),
    ("double", 1.5, 1.5),
    ("double", 2, 2.0),
    ("boolean", True, True),
    ("boolean", False, False),
    ("time", "2026-07-10 11:02:47", "2026-07-10 11:02:00.000"),
    ("link", "https://shop.example/1", "https://shop.example/1"),
]
WRONG = [
    ("string", 5),
    ("text", True),
    ("long", "5"),
    ("long", 1.5),
    ("long", True),
    ("double", "1.5"),
    ("boolean", "да"),
    ("boolean", 1),
    ("time", "10.07.2026"),
    ("time", 5),
    ("link", 5),
]


@pytest.fixture
def field(api):
    """Makes an extra field of orders and gives back how a body names it."""

    def make(type_, kind="customerorder", **more):
        id_ = api.box.moysklad.add_attribute(kind, f"Поле {type_}", type_, **more)
        href = f"{api.url}/entity/{kind}/metadata/attributes/{id_}"
        return {"meta": {"href": href, "type": "attributemetadata", "mediaType": "application/json"}}

    return make


@pytest.fixture
def dictionary(api, field):
    """A field that chooses between two ways of delivery, and the elements of its dictionary by name."""
    attribute = field("customentity", values=["Курьер", "Самовывоз"])
    definition = api.get(attribute["meta"]["href"].removeprefix(api.url))
    id_ = definition["customEntityMeta"]["href"].rsplit("/", 1)[-1]
    rows = api.get(f"/entity/customentity/{id_}")["rows"]
    return attribute, id_, {row["name"]: {"meta": row["meta"]} for row in rows}


@pytest.mark.parametrize(("type_", "written", "read"), VALUES)
@pytest.mark.parametrize("kind", ["customerorder", "counterparty"])
def test_a_value_of_every_type_is_kept_shown_found_and_cleared(api, field, kind, type_, written, read):
    attribute = field(type_, kind)
    body = api.order() if kind == "customerorder" else {"name": "Покупатель"}
    made = api.post(f"/entity/{kind}", body | {"attributes": [{**attribute, "value": written}]})
    (shown,) = made["attributes"]
    assert (shown["value"], shown["type"]) == (read, type_)
    assert type(shown["value"]) is type(read)
    assert shown["meta"] == attribute["meta"]
    assert shown["id"] == attribute["meta"]["href"].rsplit("/", 1)[-1]
    wanted = str(read).lower() if type_ == "boolean" else read
    found = api.get(f"/entity/{kind}", filter=f"{attribute['meta']['href']}={wanted}")
    assert [row["id"] for row in found["rows"]] == [made["id"]]
    cleared = api.put(f"/entity/{kind}/{made['id']}", {"attributes": [{**attribute, "value": None}]})
    assert "attributes" not in cleared


@pytest.mark.parametrize(("type_", "value"), WRONG)
def test_a_value_of_another_type_is_refused(api, field, type_, value):
    body = api.order(attributes=[{**field(type_), "value": value}])
    assert api.refused("POST", ORDER, body) == (412, [14001])


def test_a_dictionary_field_takes_an_element_and_shows_its_name(api, dictionary):
    attribute, _, elements = dictionary
    made = api.post(ORDER, api.order(attributes=[{**attribute, "value": elements["Курьер"]}]))
    value = made["attributes"][0]["value"]
    assert value == {"meta": elements["Курьер"]["meta"], "name": "Курьер"}
    assert value["meta"]["type"] == "customentity"
    href = f"{attribute['meta']['href']}={value['meta']['href']}"
    assert [row["id"] for row in api.get(ORDER, filter=href)["rows"]] == [made["id"]]


def test_a_dictionary_grows_by_an_element_and_is_searched_by_name(api, dictionary):
    attribute, id_, _ = dictionary
    path = f"/entity/customentity/{id_}"
    added = api.post(path, {"name": "Почта"})
    assert [row["id"] for row in api.get(path, filter="name=Почта")["rows"]] == [added["id"]]
    assert api.get(f"{path}/{added['id']}")["name"] == "Почта"
    order = api.post(ORDER, api.order(attributes=[{**attribute, "value": {"meta": added["meta"]}}]))
    assert order["attributes"][0]["value"]["name"] == "Почта"
    assert api.refused("POST", path, {}) == (412, [3000])
    assert api.refused("DELETE", f"{path}/{added['id']}") == (409, [1028])


def test_an_element_of_another_dictionary_or_of_none_is_refused(api, field, dictionary):
    _, _, elements = dictionary
    other = field("customentity", values=["Да"])
    body = api.order(attributes=[{**other, "value": elements["Курьер"]}])
    assert api.refused("POST", ORDER, body) == (412, [14001])
    gone = elements["Курьер"]["meta"] | {"href": elements["Курьер"]["meta"]["href"][:-1] + "f"}
    gone["href"] = gone["href"].rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"
    body = api.order(attributes=[{**other, "value": {"meta": gone}}])
    assert api.refused("POST", ORDER, body) == (400, [2013])


def test_a_dictionary_is_made_and_named_by_a_field_over_the_api(api):
    made = api.post("/entity/customentity", {"name": "Точки выдачи"})
    body = {"name": "Точка", "type": "customentity", "customEntityMeta": made["meta"]}
    definition = api.post("/entity/customerorder/metadata/attributes", body)
    assert definition["customEntityMeta"] == made["meta"]
    listed = api.get("/context/companysettings/metadata")["customEntities"]
    shown = next(item for item in listed if item["id"] == made["id"])
    assert shown["entityMeta"]["href"] == f"{api.url}/entity/customentity/{made['id']}"
    assert api.get(f"/entity/customentity/{made['id']}")["rows"] == []
    body["customEntityMeta"] = None
    assert api.refused("POST", "/entity/customerorder/metadata/attributes", body) == (412, [3000])


def test_an_update_changes_only_the_fields_it_names(api, field):
    first, second = field("string"), field("long")
    values = [{**first, "value": "а"}, {**second, "value": 1}]
    order = api.post(ORDER, api.order(attributes=values))
    changed = api.put(f"{ORDER}/{order['id']}", {"attributes": [{**second, "value": 2}]})
    assert [item["value"] for item in changed["attributes"]] == ["а", 2]


def test_a_field_of_another_kind_does_not_fit(api, field):
    body = api.order(attributes=[{**field("string", "counterparty"), "value": "x"}])
    assert api.refused("POST", ORDER, body) == (412, [14000])


def test_the_list_and_the_metadata_tell_of_every_field(api, field):
    before = api.get("/entity/demand/metadata")
    assert "attributes" not in before
    field("string", "demand", required=False)
    attribute = field("customentity", "demand", values=["а"])
    listed = api.get("/entity/demand/metadata/attributes")["rows"]
    assert [row["type"] for row in listed] == ["string", "customentity"]
    assert listed[1]["meta"] == attribute["meta"]
    assert listed[1]["customEntityMeta"]["type"] == "customentitymetadata"
    assert api.get("/entity/demand/metadata")["attributes"]["meta"]["size"] == 2


def test_a_required_field_is_asked_for_on_creation_and_cannot_be_cleared(api, field):
    older = api.post("/entity/counterparty", {"name": "До"})
    attribute = field("string", "counterparty", required=True)
    rows = api.get("/entity/counterparty/metadata/attributes")["rows"]
    assert [row["name"] for row in rows if row["required"]] == ["Поле string"]
    try:
        answer = api.call("POST", "/entity/counterparty", {"name": "После"})
        assert answer.status_code == 412
        assert [(e["code"], e["parameter"]) for e in answer.json()["errors"]] == [(3000, "Поле string")]
        full = {"name": "После", "attributes": [{**attribute, "value": "есть"}]}
        made = api.post("/entity/counterparty", full)
        cleared = {"attributes": [{**attribute, "value": None}]}
        assert api.refused("PUT", f"/entity/counterparty/{made['id']}", cleared) == (412, [3000])
        assert api.put(f"/entity/counterparty/{older['id']}", {"name": "Он же"})["name"] == "Он же"
    finally:
        path = attribute["meta"]["href"].removeprefix(api.url)
        assert api.put(path, {"required": False})["required"] is False
