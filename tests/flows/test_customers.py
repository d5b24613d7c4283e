"""The buyer of an order in MoySklad: found by the owner's rules, told of when in doubt, made once, kept current."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import pytest

from bridge.connections.models import AttributeMapping
from bridge.outbox.enqueue import retry
from tests.counterparties import old_and_new

USUAL = {
    "match_by": ["email", "phone", "inn"],
    "create": True,
    "update": False,
    "common_buyer": "",
    "inn_fields": ["_billing_inn"],
    "kpp_fields": ["_billing_kpp"],
}
NUMBERS = count(100)


@pytest.fixture(autouse=True)
def usual(world: Any) -> Any:
    """The owner's choices as usual, before and after."""
    yield
    if world.shop.match_by != USUAL["match_by"] or world.shop.common_buyer_id or world.shop.update_buyers:
        choose(world)
    if not world.shop.create_buyers:
        choose(world)


def choose(world: Any, **buyers: Any) -> None:
    world.configure(buyers={**USUAL, **buyers})


def fresh() -> dict[str, str]:
    """Contacts nobody else has."""
    n = next(NUMBERS)
    return {"email": f"buyer{n}@x.example.org", "phone": f"+7 916 {n}-22-33"}


def place(world: Any, **order: Any) -> int:
    return int(world.box.store.place_order({"S-00001": 1}, **order)["id"])


def agent(world: Any, **order: Any) -> dict[str, Any]:
    """The counterparty of a new order of this buyer."""
    document = world.document(place(world, **order))
    return dict(world.box.moysklad.document(document["agent"]["id"], "counterparty"))


# --- matching -------------------------------------------------------------------------------------


def test_an_earlier_link_comes_before_every_rule(world: Any) -> None:
    buyer = fresh()
    first = agent(world, customer_id=501, **buyer)
    other = fresh()
    world.box.moysklad.add_counterparty(name="Не он", email=other["email"])
    assert agent(world, customer_id=501, **other)["id"] == first["id"]


def test_a_buyer_is_matched_by_e_mail_without_case(world: Any) -> None:
    buyer = fresh()
    there = world.box.moysklad.add_counterparty(name="Анна", email=buyer["email"].capitalize())
    assert agent(world, email=buyer["email"].upper(), phone="")["id"] == there["id"]


def test_a_buyer_is_matched_by_phone_however_it_is_typed(world: Any) -> None:
    there = world.box.moysklad.add_counterparty(name="Анна", phone="8 (926) 111-22-33")
    typed = "+7 926 1112233 доб. 4"
    assert agent(world, email=fresh()["email"], phone=typed)["id"] == there["id"]


def test_a_phone_of_another_country_is_matched_by_its_code(world: Any) -> None:
    there = world.box.moysklad.add_counterparty(name="Алесь", phone="+375291112233")
    found = agent(world, email=fresh()["email"], phone="8 029 111-22-33", country="BY", state="")
    assert found["id"] == there["id"]


def test_a_company_is_matched_by_inn(world: Any) -> None:
    there = world.box.moysklad.add_counterparty(name="Яндекс", inn="7736207543")
    found = agent(world, company="Яндекс", meta={"_billing_inn": "7736 207 543"}, **fresh())
    assert found["id"] == there["id"]


def test_the_order_of_rules_is_the_owners_choice(world: Any) -> None:
    buyer = fresh()
    by_email = world.box.moysklad.add_counterparty(name="По почте", email=buyer["email"])
    by_phone = world.box.moysklad.add_counterparty(name="По телефону", phone=buyer["phone"])
    choose(world, match_by=["phone", "email"])
    assert agent(world, **buyer)["id"] == by_phone["id"] != by_email["id"]


def test_of_duplicates_the_newest_is_taken_and_staff_see_that_there_were_several(world: Any) -> None:
    buyer = fresh()
    _old, newest = old_and_new(world.box.moysklad, buyer["email"])
    order_id = place(world, **buyer)
    assert world.document(order_id)["agent"]["id"] == newest["id"]
    several = world.flag(order_id, "buyers_several")
    assert (several["count"], several["used"]) == ("2", "Новый")
    assert "Старый" in several["names"]


def test_of_duplicates_the_one_already_linked_is_taken(world: Any) -> None:
    buyer = fresh()
    linked = agent(world, email="", phone=buyer["phone"])
    world.box.moysklad.edit("counterparty", linked["id"], {"email": buyer["email"]})
    world.box.moysklad.add_counterparty(name="Двойник", email=buyer["email"])
    assert agent(world, email=buyer["email"], phone="")["id"] == linked["id"]


def test_an_archived_counterparty_is_not_used_silently(world: Any) -> None:
    buyer = fresh()
    archived = world.box.moysklad.add_counterparty(name="Архивная", email=buyer["email"], archived=True)
    order_id = place(world, **buyer)
    assert world.document(order_id)["agent"]["id"] != archived["id"]
    assert "Архивная" in world.flag(order_id, "buyer_archived")["names"]


# --- options --------------------------------------------------------------------------------------


def test_all_retail_orders_may_have_one_common_buyer(world: Any) -> None:
    common = world.box.moysklad.add_counterparty(name="Розничный покупатель")
    choose(world, common_buyer="Розничный покупатель")
    before = len(world.box.moysklad.counterparties())
    assert [agent(world, **fresh())["id"] for _ in range(2)] == [common["id"]] * 2
    assert len(world.box.moysklad.counterparties()) == before
    company = agent(world, company="ООО Лютик", **fresh())
    assert (company["name"], company["companyType"]) == ("ООО Лютик", "legal")


def test_buyers_may_be_matched_only_and_a_stranger_waits_for_a_person(world: Any) -> None:
    choose(world, create=False)
    buyer = fresh()
    order_id = place(world, **buyer)
    message = world.message(order_id, state="parked")
    assert message.problem == "buyer_not_found"
    assert buyer["email"] in message.problem_params["buyer"]
    assert world.documents(order_id) == []
    there = world.box.moysklad.add_counterparty(name="Анна", email=buyer["email"])
    assert retry(message)
    assert world.document(order_id)["agent"]["id"] == there["id"]


def test_strangers_that_waited_go_when_buyers_may_be_made(world: Any) -> None:
    choose(world, create=False)
    order_id = place(world, **fresh())
    world.message(order_id, state="parked")
    choose(world, create=True)
    world.document(order_id)


def test_contacts_follow_the_site_where_the_owner_wants_it(world: Any) -> None:
    choose(world, update=True)
    buyer = fresh() | {"first_name": "Анна", "last_name": "Белова"}
    first = agent(world, **buyer)
    world.box.moysklad.edit("counterparty", first["id"], {"description": "Любит чай"})
    moved = {"last_name": "Чернова", "city": "Тверь", "address_1": "ул. Речная, 1"}
    after = agent(world, **{**buyer, **moved, "phone": ""})
    assert after["id"] == first["id"]
    assert (after["name"], after["legalLastName"]) == ("Чернова Анна", "Чернова")
    assert after["actualAddressFull"]["city"] == "Тверь"
    assert (after["phone"], after["description"]) == (buyer["phone"], "Любит чай"), "nothing is emptied"


def test_contacts_in_moysklad_stay_as_they_are_by_default(world: Any) -> None:
    buyer = fresh()
    first = agent(world, first_name="Анна", **buyer)
    after = agent(world, **{**buyer, "first_name": "Мария", "phone": "+7 916 999-88-77"})
    assert (after["id"], after["name"], after["phone"]) == (first["id"], first["name"], first["phone"])


# --- who is made ----------------------------------------------------------------------------------


def test_a_company_is_made_a_legal_entity_with_numbers_from_the_owners_fields(world: Any) -> None:
    choose(world, inn_fields=["tax_number"], kpp_fields=["tax_branch"])
    meta = {"tax_number": "7707083893", "tax_branch": "773601001"}
    made = agent(world, company="ПАО Сбербанк", meta=meta, **fresh())
    assert {key: made[key] for key in ("companyType", "name", "legalTitle", "inn", "kpp")} == {
        "companyType": "legal",
        "name": "ПАО Сбербанк",
        "legalTitle": "ПАО Сбербанк",
        "inn": "7707083893",
        "kpp": "773601001",
    }
    choose(world)


def test_twelve_digits_make_an_entrepreneur(world: Any) -> None:
    choose(world)
    made = agent(world, first_name="Иван", meta={"_billing_inn": "500100732259"}, **fresh())
    assert (made["companyType"], made["inn"]) == ("entrepreneur", "500100732259")


def test_an_inn_with_a_typing_error_is_told_and_not_written(world: Any) -> None:
    choose(world)
    order_id = place(world, company="ООО Описка", meta={"_billing_inn": "7707083894"}, **fresh())
    document = world.document(order_id)
    assert "inn" not in world.box.moysklad.document(document["agent"]["id"], "counterparty")
    assert world.flag(order_id, "inn_wrong") == {"inn": "7707083894"}


def test_a_person_is_made_with_split_names_and_an_address(world: Any) -> None:
    made = agent(world, first_name="Мария Петровна", last_name="Иванова", **fresh())
    names = ("companyType", "name", "legalLastName", "legalFirstName", "legalMiddleName")
    assert [made[key] for key in names] == [
        "individual",
        "Иванова Мария Петровна",
        "Иванова",
        "Мария",
        "Петровна",
    ]
    address = made["actualAddressFull"]
    assert (address["postalCode"], address["city"]) == ("101000", "Москва")
    assert address["country"]["meta"]["href"].endswith(world.box.moysklad.directory("country")["Россия"])


def test_fields_of_the_buyer_fill_fields_of_the_counterparty(world: Any) -> None:
    field = world.box.moysklad.add_attribute("counterparty", "Карта клиента", "string")
    choose(world)
    mapping = AttributeMapping.objects.create(
        shop=world.shop, target="buyer", source="order.number", attribute_id=field
    )
    order_id = place(world, **fresh())
    document = world.document(order_id)
    made = world.box.moysklad.document(document["agent"]["id"], "counterparty")
    assert [(row["name"], row["value"]) for row in made["attributes"]] == [("Карта клиента", str(order_id))]
    mapping.delete()


# --- at the same moment ---------------------------------------------------------------------------


def test_orders_of_a_new_buyer_at_the_same_moment_make_one_counterparty(world: Any) -> None:
    """A call takes long, so that two workers have looked and found nobody before the first makes somebody. Where the
    machine gave them no chance to meet, other buyers try again.
    """
    met = False
    for seconds in (2, 5, 10, 20):
        buyer = fresh() | {"phone": ""}
        world.quiet()
        world.box.moysklad.reset_stats()
        world.box.moysklad.configure(latency_ms=seconds * 1000)
        placed = []
        for customer_id in (0, 601, 602):
            placed.append(place(world, customer_id=customer_id, **buyer))
            time.sleep(0.2)
        agents = {world.document(order_id)["agent"]["id"] for order_id in placed}
        world.box.moysklad.configure(latency_ms=0)
        rows = [row for row in world.box.moysklad.counterparties() if row.get("email") == buyer["email"]]
        assert agents == {row["id"] for row in rows}
        assert len(rows) == 1
        calls = [call["method"] for call in world.box.moysklad.calls() if "counterparty" in call["path"]]
        if met := calls.count("POST") >= 2:
            break
    assert met, f"not at the same moment: {calls}"


def test_a_backlog_of_new_buyers_goes_in_few_calls(world: Any) -> None:
    world.quiet()
    with world.backlog():
        placed = [place(world, **fresh()) for _ in range(40)]
    agents = {world.document(order_id)["agent"]["id"] for order_id in placed}
    assert len(agents) == 40
    calls = [call for call in world.box.moysklad.calls() if "counterparty" in call["path"]]
    assert len(calls) <= 40, f"{len(calls)} calls for 40 new buyers"
