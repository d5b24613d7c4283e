"""Addresses in both forms, with country and region, and the limits of their parts."""

from __future__ import annotations

import pytest

ORDER = "/entity/customerorder"
LIMITS = {"postalCode": 6, "city": 255, "street": 255, "house": 30, "apartment": 30, "addInfo": 255}
KINDS = [
    ("customerorder", "shipmentAddress"),
    ("demand", "shipmentAddress"),
    ("counterparty", "actualAddress"),
]


@pytest.fixture
def body(api):
    """The least body of a kind that has an address."""

    def make(kind, **fields):
        if kind == "counterparty":
            return {"name": "Покупатель", **fields}
        return api.order(store=api.store(), **fields)

    return make


@pytest.fixture
def place(api):
    """References to Russia and Moscow."""
    box = api.box.moysklad
    return {
        "country": api.ref("country", box.directory("country")["Россия"]),
        "region": api.ref("region", box.directory("region")["г Москва"]),
    }


@pytest.mark.parametrize(("kind", "short"), KINDS)
def test_the_string_is_made_of_the_parts_as_in_the_sample(api, body, place, payload, kind, short):
    sample = payload("moysklad/customerorder_get_expand")["body"]
    full = {**sample["shipmentAddressFull"], **place}
    made = api.post(f"/entity/{kind}", body(kind, **{f"{short}Full": full, short: "забыто"}))
    assert made[short] == sample["shipmentAddress"]
    shown = made[f"{short}Full"]
    assert shown["country"]["meta"]["href"] == place["country"]["meta"]["href"]
    assert set(shown) == set(sample["shipmentAddressFull"])


@pytest.mark.parametrize(("kind", "short"), KINDS)
def test_a_string_alone_becomes_the_additional_part(api, body, kind, short):
    made = api.post(f"/entity/{kind}", body(kind, **{short: "Москва, Тверская 1"}))
    assert made[f"{short}Full"] == {"addInfo": "Москва, Тверская 1"}
    path = f"/entity/{kind}/{made['id']}"
    kept = api.put(path, {f"{short}Full": None})
    assert kept[short] == "Москва, Тверская 1"
    cleared = api.put(path, {short: ""})
    assert not {short, f"{short}Full"} & set(cleared)


@pytest.mark.parametrize(("part", "limit"), LIMITS.items())
def test_every_part_has_its_limit(api, body, part, limit):
    fits = api.post(ORDER, body("customerorder", shipmentAddressFull={part: "1" * limit}))
    assert fits["shipmentAddressFull"][part] == "1" * limit
    too_long = body("customerorder", shipmentAddressFull={part: "1" * (limit + 1)})
    answer = api.call("POST", ORDER, too_long)
    assert answer.status_code == 412
    error = answer.json()["errors"][0]
    assert (error["code"], error["parameter"]) == (3008, f"shipmentAddressFull.{part}")


def test_a_string_over_255_is_refused_and_a_joined_one_is_cut(api, body):
    assert api.refused("POST", ORDER, body("customerorder", shipmentAddress="я" * 256)) == (412, [3040])
    full = {"city": "г" * 200, "street": "у" * 200}
    assert len(api.post(ORDER, body("customerorder", shipmentAddressFull=full))["shipmentAddress"]) == 255


def test_country_and_region_are_references(api, body, place):
    swapped = {"country": place["region"]}
    assert api.refused("POST", ORDER, body("customerorder", shipmentAddressFull=swapped)) == (400, [2027])
    named = {"country": "Россия"}
    assert api.refused("POST", ORDER, body("customerorder", shipmentAddressFull=named)) == (400, [2016])


def test_an_expand_opens_country_and_region(api, body, place):
    made = api.post(ORDER, body("customerorder", shipmentAddressFull=place))
    shown = api.get(f"{ORDER}/{made['id']}", expand="shipmentAddressFull.region")
    assert shown["shipmentAddressFull"]["region"]["name"] == "г Москва"
