"""Creating and changing documents: required fields, defaults, syncId, positions, sums, the bin."""

from __future__ import annotations

import re
import uuid

import pytest


def code_of(answer):
    return answer.status_code, [error["code"] for error in answer.json()["errors"]]


def test_an_empty_order_names_every_missing_field_like_the_sample(api, payload):
    answer = api.call("POST", "/entity/customerorder", {})
    assert answer.status_code == 412
    assert answer.json() == payload("moysklad/error_412_required")["body"]


def test_an_order_gets_number_code_and_times_by_itself(api):
    order = api.post("/entity/customerorder", api.order(moment="2026-07-10 11:02:47"))
    assert re.fullmatch(r"\d{5}", order["name"])
    assert re.fullmatch(r"[\w-]{22}", order["externalCode"])
    assert order["moment"] == "2026-07-10 11:02:00.000"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", order["updated"])
    assert order["applicable"] is True
    assert order["rate"]["currency"]["meta"]["type"] == "currency"


def test_empty_fields_are_left_out(api):
    order = api.post("/entity/customerorder", api.order(description="", store=None))
    assert "description" not in order
    assert "store" not in order
    assert "deleted" not in order


def test_null_clears_a_reference_and_what_is_not_named_stays(api):
    order = api.post("/entity/customerorder", api.order(store=api.store(), description="звонить"))
    changed = api.put(f"/entity/customerorder/{order['id']}", {"store": None})
    assert "store" not in changed
    assert changed["description"] == "звонить"


def test_sums_follow_the_positions_as_in_the_sample(api):
    """The sample document: 2 x 2495.00 and 500.00, 22 % included: 5490.00, VAT 990.00, reserved 4990.00."""
    lines = [
        api.line("S-00001", 2, price=249500.0, vat=22, vatEnabled=True, reserve=2),
        api.line("DELIVERY", 1, price=50000.0, vat=22, vatEnabled=True),
    ]
    order = api.post("/entity/customerorder", api.order(*lines))
    assert order["sum"] == 549000.0
    assert order["vatSum"] == 99000.0
    assert order["reservedSum"] == 499000.0
    assert (order["payedSum"], order["shippedSum"], order["invoicedSum"]) == (0.0, 0.0, 0.0)


def test_vat_on_top_when_it_is_not_included(api):
    line = api.line("S-00001", 1, price=10000.0, vat=20, vatEnabled=True)
    order = api.post("/entity/customerorder", api.order(line, vatIncluded=False))
    assert (order["sum"], order["vatSum"]) == (12000.0, 2000.0)


def test_fractions_of_a_kopeck_are_rounded_unless_precision_is_asked_for(api):
    body = api.order(api.line("S-00001", 3, price=31589.666))
    rounded = api.post("/entity/customerorder?expand=positions", body)
    precise = api.post("/entity/customerorder?expand=positions", body, headers={"X-Lognex-Precision": "true"})
    assert rounded["positions"]["rows"][0]["price"] == 31590.0
    assert precise["positions"]["rows"][0]["price"] == 31589.666


def test_both_forms_of_positions_are_taken(api):
    array = api.post("/entity/customerorder", api.order(api.line("S-00001", 2)))
    rows = api.order()
    rows["positions"] = {"rows": [api.line("S-00001", 2)]}
    assert api.post("/entity/customerorder", rows)["sum"] == array["sum"] == 20000.0


def test_positions_in_a_put_replace_the_set_and_known_ids_stay(api):
    created = api.post(
        "/entity/customerorder?expand=positions", api.order(api.line("S-00001", 2), api.line("S-00002"))
    )
    kept = created["positions"]["rows"][0]
    body = {"positions": [{"id": kept["id"], "quantity": 5}, api.line("S-00003")]}
    changed = api.put(f"/entity/customerorder/{created['id']}?expand=positions", body)
    rows = changed["positions"]["rows"]
    assert [row["quantity"] for row in rows] == [5.0, 1.0]
    assert rows[0]["id"] == kept["id"]
    assert rows[0]["assortment"]["meta"]["href"] == kept["assortment"]["meta"]["href"]


def test_a_put_without_positions_leaves_them_alone(api):
    order = api.post("/entity/customerorder", api.order(api.line("S-00001", 2)))
    changed = api.put(f"/entity/customerorder/{order['id']}", {"description": "x"})
    assert changed["sum"] == 20000.0


def test_the_position_resource_adds_changes_and_removes(api):
    order = api.post("/entity/customerorder", api.order(api.line("S-00001")))
    path = f"/entity/customerorder/{order['id']}/positions"
    added = api.post(path, [api.line("S-00002", 3), api.line("DELIVERY")])
    assert [row["quantity"] for row in added] == [3.0, 1.0]
    changed = api.put(f"{path}/{added[0]['id']}", {"quantity": 4})
    assert changed["quantity"] == 4.0
    assert api.call("DELETE", f"{path}/{added[1]['id']}").status_code == 200
    listed = api.get(path)
    assert [row["quantity"] for row in listed["rows"]] == [1.0, 4.0]
    assert listed["meta"]["size"] == 2
    assert api.get(f"/entity/customerorder/{order['id']}")["sum"] == 50000.0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quantity": 0}, 3003),
        ({"quantity": None}, 3000),
        ({"assortment": None}, 3000),
        ({"price": -1}, 3002),
        ({"discount": 101}, 17008),
        ({"vat": 101}, 17007),
        ({"reserve": 3}, 17003),
        ({"vatEnabled": True}, 17021),
    ],
)
def test_a_wrong_position_is_refused_and_nothing_is_stored(api, change, code):
    before = api.get("/entity/customerorder", limit=1)["meta"]["size"]
    body = api.order(api.line("S-00001", 2) | change)
    status, codes = api.refused("POST", "/entity/customerorder", body)
    assert (status, codes) == (412, [code])
    assert api.get("/entity/customerorder", limit=1)["meta"]["size"] == before


def test_a_field_of_another_type_is_2016(api):
    assert api.refused("POST", "/entity/counterparty", {"name": 5}) == (400, [2016])


def test_several_wrong_fields_come_in_one_answer(api):
    body = {"name": "x", "email": "nonsense", "companyType": "unknown"}
    assert api.refused("POST", "/entity/counterparty", body) == (412, [3015, 3005])


def test_the_same_sync_id_returns_the_old_object_unchanged(api):
    body = api.order(api.line("S-00001"), syncId=str(uuid.uuid4()), description="первый")
    first = api.post("/entity/customerorder", body)
    again = api.post("/entity/customerorder", body | {"description": "второй"})
    assert again["id"] == first["id"]
    assert again["description"] == "первый"
    assert again["updated"] == first["updated"]


def test_sync_id_cannot_change_and_must_be_a_uuid(api):
    order = api.post("/entity/customerorder", api.order(syncId=str(uuid.uuid4())))
    change = {"syncId": str(uuid.uuid4())}
    assert api.refused("PUT", f"/entity/customerorder/{order['id']}", change) == (400, [1047])
    assert api.refused("POST", "/entity/customerorder", api.order(syncId="woo-1")) == (400, [1052])


def test_an_object_is_deleted_by_its_sync_id_and_the_id_is_free_again(api):
    body = api.order(syncId=str(uuid.uuid4()))
    first = api.post("/entity/customerorder", body)
    assert api.call("DELETE", f"/entity/customerorder/syncid/{body['syncId']}").status_code == 200
    assert api.post("/entity/customerorder", body)["id"] != first["id"]


@pytest.mark.parametrize("policy", ["return", "create", "error"])
def test_the_sync_id_of_a_binned_order_follows_the_switch(api, policy):
    body = api.order(syncId=str(uuid.uuid4()))
    first = api.post("/entity/customerorder", body)
    api.call("POST", f"/entity/customerorder/{first['id']}/trash")
    api.box.moysklad.configure(sync_id_of_binned=policy)
    answer = api.call("POST", "/entity/customerorder", body)
    api.box.moysklad.configure(sync_id_of_binned="return")
    if policy == "error":
        assert code_of(answer) == (412, [12000])
    else:
        assert (answer.json()["id"] == first["id"]) is (policy == "return")


def test_unique_names_refuse_a_twin_like_the_sample(api, payload):
    api.box.moysklad.configure(unique_names=True)
    api.post("/entity/customerorder", api.order(name="WOO-1"))
    answer = api.call("POST", "/entity/customerorder", api.order(name="WOO-1"))
    api.box.moysklad.configure(unique_names=False)
    assert answer.status_code == 412
    expected = payload("moysklad/error_412_unique_name")["body"]["errors"][0]
    assert expected.items() <= answer.json()["errors"][0].items()
    assert api.call("POST", "/entity/customerorder", api.order(name="WOO-1")).status_code == 200


def test_a_name_is_unique_among_its_own_kind_only(api):
    order = api.post("/entity/customerorder", api.order(name="WOO-7", store=api.store()))
    api.box.moysklad.configure(unique_names=True)
    try:
        demand = {name: order[name] for name in ("organization", "agent", "store")} | {"name": "WOO-7"}
        api.post("/entity/demand", demand)
        assert api.refused("POST", "/entity/demand", demand) == (412, [3006])
        other = api.post("/entity/customerorder", api.order(name="WOO-8"))
        path = f"/entity/customerorder/{other['id']}"
        assert api.refused("PUT", path, {"name": "WOO-7"}) == (412, [3006])
    finally:
        api.box.moysklad.configure(unique_names=False)


def test_ids_reserves_and_shipments_survive_an_update_that_names_the_ids(api):
    lines = [api.line("S-00001", 3, reserve=2), api.line("S-00002", 1)]
    order = api.post("/entity/customerorder?expand=positions", api.order(*lines, store=api.store()))
    api.box.moysklad.ship(order["id"], {"S-00001": 1})
    rows = [{"id": row["id"], "price": 9900.0} for row in order["positions"]["rows"]]
    changed = api.put(f"/entity/customerorder/{order['id']}?expand=positions", {"positions": rows})
    after = changed["positions"]["rows"]
    assert [row["id"] for row in after] == [row["id"] for row in order["positions"]["rows"]]
    assert (after[0]["shipped"], after[0]["reserve"], after[0]["price"]) == (1.0, 2.0, 9900.0)


def test_prices_are_lifted_to_the_minimum_silently_when_the_account_says_so(api):
    item = api.box.moysklad.item("S-00004")
    api.put(f"/entity/product/{item['id']}", {"minPrice": {"value": 90000.0}})
    api.box.moysklad.configure(check_min_price=True)
    order = api.post("/entity/customerorder", api.order(api.line("S-00004", 2)))
    api.box.moysklad.configure(check_min_price=False)
    assert order["sum"] == 180000.0


def test_an_array_is_answered_in_order_with_errors_in_their_places(api, payload):
    sample = payload("moysklad/error_400_bulk_mixed")
    answer = api.call("POST", "/entity/counterparty", [{"email": "a@b.ru"}, {"name": "Второй"}])
    assert answer.status_code == sample["http"]["status"]
    failed, stored = answer.json()
    assert failed["errors"][0]["code"] == sample["body"][0]["errors"][0]["code"] == 3000
    assert stored["name"] == "Второй"
    api.box.moysklad.configure(bulk_mixed_status=200)
    answer = api.call("POST", "/entity/counterparty", [{}, {"name": "Третий"}])
    api.box.moysklad.configure(bulk_mixed_status=400)
    assert answer.status_code == 200


def test_an_element_with_meta_is_an_update(api):
    agent = api.post("/entity/counterparty", {"name": "До"})
    changed, created = api.post(
        "/entity/counterparty", [{"meta": agent["meta"], "name": "После"}, {"name": "Новый"}]
    )
    assert (changed["id"], changed["name"]) == (agent["id"], "После")
    assert created["id"] != agent["id"]


def test_more_than_a_thousand_elements_are_413(api):
    assert api.refused("POST", "/entity/counterparty", [{"name": "x"}] * 1001) == (413, [2007])


def test_deleting_many_tells_of_each(api):
    agent = api.post("/entity/counterparty", {"name": "Лишний"})
    answer = api.call(
        "POST", "/entity/counterparty/delete", [{"meta": agent["meta"]}, {"meta": agent["meta"]}]
    )
    done, gone = answer.json()
    assert agent["id"] in done["info"]
    assert gone["errors"][0]["code"] == 2013


def test_an_address_is_taken_in_either_form(api):
    full = {"postalCode": "125009", "city": "Москва", "street": "ул Образцовая", "house": "7"}
    order = api.post("/entity/customerorder", api.order(shipmentAddressFull=full, shipmentAddress="забыто"))
    assert order["shipmentAddress"] == "125009, Москва, ул Образцовая, 7"
    text = api.post("/entity/customerorder", api.order(shipmentAddress="Москва, Тверская 1"))
    assert text["shipmentAddressFull"] == {"addInfo": "Москва, Тверская 1"}
    long = api.order(shipmentAddressFull={"postalCode": "1250099"})
    assert api.refused("POST", "/entity/customerorder", long) == (412, [3008])


def test_delete_is_for_good_and_the_bin_is_not(api):
    gone = api.post("/entity/customerorder", api.order())
    assert api.call("DELETE", f"/entity/customerorder/{gone['id']}").status_code == 200
    assert api.refused("GET", f"/entity/customerorder/{gone['id']}") == (404, [1021])
    binned = api.post("/entity/customerorder", api.order())
    assert api.call("POST", f"/entity/customerorder/{binned['id']}/trash").status_code == 200
    assert "deleted" in api.get(f"/entity/customerorder/{binned['id']}")
    found = api.get("/entity/customerorder", filter=f"id={binned['id']}")
    assert found["rows"] == []
    found = api.get("/entity/customerorder", filter=f"id={binned['id']};isDeleted=true")
    assert found["rows"][0]["id"] == binned["id"]
    assert api.refused("PUT", f"/entity/customerorder/{binned['id']}", {"description": "x"}) == (404, [1021])


def test_only_documents_go_to_the_bin_and_only_when_there_is_one(api):
    agent = api.post("/entity/counterparty", {"name": "x"})
    assert api.refused("POST", f"/entity/counterparty/{agent['id']}/trash") == (400, [1066])
    order = api.post("/entity/customerorder", api.order())
    api.box.moysklad.configure(recycle_bin=False)
    assert api.refused("POST", f"/entity/customerorder/{order['id']}/trash") == (400, [1067])
    api.box.moysklad.configure(recycle_bin=True)


def test_a_used_item_cannot_be_deleted(api):
    agent = api.post("/entity/counterparty", {"name": "Занятый"})
    api.post("/entity/customerorder", api.order(agent={"meta": agent["meta"]}))
    assert api.refused("DELETE", f"/entity/counterparty/{agent['id']}") == (409, [1028])


def test_an_unknown_field_is_ignored_or_refused_as_the_switch_says(api):
    assert api.call("POST", "/entity/counterparty", {"name": "x", "nonsense": 1}).status_code == 200
    api.box.moysklad.configure(unknown_fields="error")
    refused = api.refused("POST", "/entity/counterparty", {"name": "x", "nonsense": 1})
    api.box.moysklad.configure(unknown_fields="ignore")
    assert refused == (400, [1007])


def test_read_only_fields_of_a_body_are_ignored(api):
    body = api.order(api.line("S-00001"), sum=1.0, shippedSum=5.0, created="2020-01-01 00:00:00", deleted="x")
    order = api.post("/entity/customerorder", body)
    assert (order["sum"], order["shippedSum"]) == (10000.0, 0.0)
    assert not order["created"].startswith("2020")


def test_a_payment_counts_for_the_order_it_is_linked_to(api):
    order = api.post("/entity/customerorder", api.order(api.line("S-00001", 2)))
    link = {"meta": order["meta"], "linkedSum": 15000.0}
    body = {"organization": api.organization(), "agent": api.agent(), "sum": 15000.0, "operations": [link]}
    payment = api.post("/entity/paymentin", body)
    shown = api.get(f"/entity/customerorder/{order['id']}")
    assert shown["payedSum"] == 15000.0
    assert shown["payments"][0]["meta"]["href"] == payment["meta"]["href"]
    assert api.refused("POST", "/entity/paymentin", body | {"sum": 100.0}) == (412, [22000])


def test_variants_need_characteristics_of_their_own(api):
    product = {"meta": api.box.moysklad.item("V-00001")["meta"]}
    other = {"meta": api.post("/entity/product", {"name": "Плащ"})["meta"]}
    size = [{"name": "Размер", "value": "XXL"}]
    first = api.post("/entity/variant", {"product": other, "characteristics": size})
    assert first["name"] == "Плащ (XXL)"
    assert api.refused("POST", "/entity/variant", {"product": other, "characteristics": size}) == (
        412,
        [15000],
    )
    assert api.refused("POST", "/entity/variant", {"product": product}) == (412, [15001])


def test_extra_fields_are_defined_written_found_and_cleared(api):
    definition = api.post("/entity/customerorder/metadata/attributes", {"name": "Номер", "type": "long"})
    order = api.post(
        "/entity/customerorder", api.order(attributes=[{"meta": definition["meta"], "value": 77}])
    )
    assert order["attributes"][0] | {"meta": None} == {
        "meta": None,
        "id": definition["id"],
        "name": "Номер",
        "type": "long",
        "value": 77,
    }
    found = api.get("/entity/customerorder", filter=f"{definition['meta']['href']}=77")
    assert [row["id"] for row in found["rows"]] == [order["id"]]
    cleared = {"attributes": [{"meta": definition["meta"], "value": None}]}
    assert "attributes" not in api.put(f"/entity/customerorder/{order['id']}", cleared)


def test_states_are_made_changed_and_removed(api):
    path = "/entity/customerorder/metadata/states"
    state = api.post(path, {"name": "Собирается", "stateType": "Regular"})
    assert state["name"] in [item["name"] for item in api.get("/entity/customerorder/metadata")["states"]]
    changed = api.put(f"{path}/{state['id']}", {"name": "Собран", "stateType": "Successful"})
    assert (changed["name"], changed["stateType"]) == ("Собран", "Successful")
    assert api.refused("POST", path, {"name": "x", "stateType": "Odd"}) == (412, [3005])
    assert api.call("DELETE", f"{path}/{state['id']}").status_code == 200
    assert api.refused("GET", f"{path}/{state['id']}") == (404, [1021])


def test_a_state_of_another_kind_does_not_fit(api):
    state = api.post("/entity/counterparty/metadata/states", {"name": "Постоянный"})
    body = api.order(state={"meta": state["meta"]})
    assert api.refused("POST", "/entity/customerorder", body) == (412, [11002])


def test_documents_made_are_counted_by_name_those_deleted_since_too(api):
    api.box.moysklad.reset_stats()
    first = api.post("/entity/customerorder", api.order(name="TWICE", syncId=str(uuid.uuid4())))
    again = api.post("/entity/customerorder", api.order(name="TWICE", syncId=first["syncId"]))
    assert again["id"] == first["id"]
    assert api.box.moysklad.created() == {"TWICE": 1}
    api.box.moysklad.delete(first["id"])
    api.post("/entity/customerorder", api.order(name="TWICE"))
    assert api.box.moysklad.created() == {"TWICE": 2}
    assert api.box.moysklad.created("demand") == {}
