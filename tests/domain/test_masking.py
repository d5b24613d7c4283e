"""What a log may show: no secret at all, and of a person no more than is needed to know them again."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import SLOW_MACHINE

from bridge.domain import masking
from bridge.domain.cut_json import beginning

LIMIT = 16 * 1024
TOKEN = "aB3-" * 11
ORDER_ID = "3c9a4b1e-5e01-11f0-0a80-16b200001a01"


def masked(content: Any, kind: str = "", **more: Any) -> Any:
    data = json.dumps(content).encode()
    return json.loads(masking.body(data, kind=kind, limit=LIMIT, size=len(data), **more).text)


def plain(text: str, *, limit: int = LIMIT, secrets: tuple[str, ...] = ()) -> masking.Body:
    data = text.encode()
    return masking.body(data, limit=limit, size=len(data), secrets=secrets)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a:b@shop.example/p", ("shop.example", "/p", "")),
        (
            "https://s.example/o?consumer_key=ck_1&consumer_secret=cs_2&per_page=5",
            ("s.example", "/o", "consumer_key=***&consumer_secret=***&per_page=5"),
        ),
        (
            "http://s.example/o?oauth_nonce=1&oauth_signature=a%3D&page=2",
            ("s.example", "/o", "oauth_nonce=***&oauth_signature=***&page=2"),
        ),
        (
            "https://api.example/c?filter=email%3Dkate@example.ru;phone%3D%2B79991234522;inn%3D7701234567&limit=1",
            ("api.example", "/c", "filter=email=k***@e***.ru;phone=+7***22;inn=***&limit=1"),
        ),
        (
            "https://api.example/o?filter=updated%3E%3D2026-07-10%2000:00:00&limit=100",
            ("api.example", "/o", "filter=updated>=2026-07-10 00:00:00&limit=100"),
        ),
        ("https://s.example/o?search=kate@example.ru", ("s.example", "/o", "search=k***@e***.ru")),
        (
            f"//bridge.example/hooks/moysklad/{TOKEN}/stock/?requestId={ORDER_ID}",
            ("bridge.example", "/hooks/moysklad/***/stock/", f"requestId={ORDER_ID}"),
        ),
        (
            f"https://api.example/entity/customerorder/{ORDER_ID}",
            ("api.example", f"/entity/customerorder/{ORDER_ID}", ""),
        ),
    ],
)
def test_addresses(url: str, shown: tuple[str, str, str]) -> None:
    assert masking.address(url) == shown


@pytest.mark.parametrize(
    "key",
    ["customer_name", "contact_name", "receiver_name", "_recipient", "recipient_name", "billing_fullname"],
)
def test_a_name_is_known_by_whose_it_is(key: str) -> None:
    assert masked({key: "Иван Петров"}) == {key: "И*** П***"}
    row = {"key": key, "value": "Иван Петров"}
    assert masked({"meta_data": [row]}) == {"meta_data": [{"key": key, "value": "И*** П***"}]}


@pytest.mark.parametrize("place", ["buyer", "customer", "billing", "shipping"])
def test_the_name_inside_a_person_is_a_persons(place: str) -> None:
    assert masked({place: {"name": "Иван Петров", "total": 5}}) == {place: {"name": "И*** П***", "total": 5}}


@pytest.mark.parametrize("key", ["passport_number", "_passport_series", "birth_date", "date_of_birth"])
def test_papers_and_birthdays_are_left_out(key: str) -> None:
    row = {"key": key, "value": "4510 123456"}
    assert masked({"meta_data": [row]}) == {"meta_data": [{"key": key, "value": "***"}]}


def test_goods_methods_and_files_keep_their_names() -> None:
    kept = {
        "line_items": [{"name": "Кружка", "parent_name": "Посуда"}],
        "shipping_lines": [{"method_title": "Самовывоз", "name": "Самовывоз"}],
        "file_name": "price.csv",
        "display": {"name": "Цвет"},
    }
    assert masked(kept) == kept


@pytest.mark.parametrize(
    "asked", ["search=Иван Петров", "filter=name=Иван Петров", "filter=name~Иван Петров;id=1"]
)
def test_a_search_for_a_person_does_not_name_them(asked: str) -> None:
    shown = masking.address(f"https://api.example/api/remap/1.2/entity/counterparty?{asked}").query
    assert "Петров" not in shown
    goods = f"https://api.example/api/remap/1.2/entity/product?{asked}"
    assert "Иван Петров" in masking.address(goods).query


def test_a_search_for_a_phone_without_its_country_shows_none() -> None:
    shown = masking.address("https://api.example/entity/counterparty?search=9991112233").query
    assert "9991112233" not in shown


def test_an_order_of_the_site_keeps_its_goods_and_loses_its_buyer() -> None:
    found = masked(
        {
            "event": "order.changed",
            "order": {
                "id": 5,
                "total": "10.00",
                "order_key": "wc_order_1a2b3c",
                "billing": {
                    "first_name": "Пётр",
                    "last_name": "Сидоров",
                    "email": "kate@example.ru",
                    "phone": "+7 999 123-45-22",
                    "address_1": "ул. Лесная, 5",
                    "city": "Москва",
                    "company": "",
                },
                "customer_note": "Позвоните Пете",
                "customer_ip_address": "203.0.113.7",
                "payment_url": "https://shop.example/pay?key=wc_order_1a2b3c&order=5",
                "meta_data": [
                    {"id": 1, "key": "_billing_inn", "value": "7701234567"},
                    {"id": 2, "key": "colour", "value": "red"},
                ],
                "line_items": [{"name": "Кружка", "sku": "S-00001", "quantity": 2}],
            },
        }
    )["order"]
    assert found["billing"] == {
        "first_name": "П***",
        "last_name": "С***",
        "email": "k***@e***.ru",
        "phone": "+7***22",
        "address_1": "***",
        "city": "Москва",
        "company": "",
    }
    assert (found["customer_note"], found["customer_ip_address"], found["order_key"]) == ("***",) * 3
    assert found["payment_url"] == "https://shop.example/pay?key=***&order=5"
    assert [row["value"] for row in found["meta_data"]] == ["***", "red"]
    assert [row["key"] for row in found["meta_data"]] == ["_billing_inn", "colour"]
    assert found["line_items"] == [{"name": "Кружка", "sku": "S-00001", "quantity": 2}]
    assert (found["id"], found["total"]) == (5, "10.00")


def test_a_document_keeps_its_number_and_loses_its_buyer() -> None:
    found = masked(
        {
            "meta": {"type": "customerorder", "href": f"https://api.example/entity/customerorder/{ORDER_ID}"},
            "name": "WOO-17",
            "description": "для Ивана",
            "sum": 189170,
            "agent": {"meta": {"type": "counterparty"}, "name": "Иван Петров", "inn": "7701234567"},
            "owner": {"meta": {"type": "employee"}, "name": "Анна", "email": "anna@example.ru"},
            "state": {"meta": {"type": "state"}, "name": "Новый"},
            "positions": {"rows": [{"assortment": {"meta": {"type": "product"}, "name": "Кружка Иван"}}]},
            "shipmentAddress": "Москва, Лесная 5",
            "shipmentAddressFull": {"street": "Лесная", "house": "5"},
            "attributes": [
                {"name": "Телефон получателя", "value": "+7 999 123-45-22"},
                {"name": "Пункт выдачи", "value": "ПВЗ 7"},
            ],
        }
    )
    assert (found["name"], found["sum"], found["state"]["name"]) == ("WOO-17", 189170, "Новый")
    assert found["positions"]["rows"][0]["assortment"]["name"] == "Кружка Иван"
    assert found["meta"]["href"].endswith(ORDER_ID)
    assert (found["agent"]["name"], found["agent"]["inn"]) == ("И*** П***", "***")
    assert found["owner"] | {"meta": 0} == {"meta": 0, "name": "А***", "email": "a***@e***.ru"}
    assert (found["description"], found["shipmentAddress"], found["shipmentAddressFull"]) == ("***",) * 3
    assert [row["value"] for row in found["attributes"]] == ["+7***22", "ПВЗ 7"]


def test_what_the_address_names_tells_what_a_body_is_about() -> None:
    assert masked({"name": "Иван Петров"}, "counterparty") == {"name": "И*** П***"}
    assert masked([{"name": "Иван"}], "counterparty") == [{"name": "И***"}]
    assert masked({"rows": [{"name": "Иван"}]}, "counterparty") == {"rows": [{"name": "И***"}]}
    assert masked({"name": "WOO-1", "description": "Ивану"}, "customerorder") == {
        "name": "WOO-1",
        "description": "***",
    }
    assert masked({"name": "Кружка", "description": "Белая"}, "product") == {
        "name": "Кружка",
        "description": "Белая",
    }


def test_a_reference_to_a_person_is_no_persons_data() -> None:
    reference = {
        "meta": {"href": f"https://api.example/entity/counterparty/{ORDER_ID}", "type": "counterparty"}
    }
    assert masked({"agent": reference, "author": reference}) == {"agent": reference, "author": reference}


@pytest.mark.parametrize(
    "text",
    ["2026-07-10 11:02:19.377", ORDER_ID, "4600051000057", "заказ 10452", "Кружка 350 мл", "S-00001"],
)
def test_dates_ids_and_barcodes_are_not_taken_for_phones(text: str) -> None:
    assert masking.text(text) == text
    assert masked({"x": text}) == {"x": text}


@pytest.mark.parametrize(
    "phone", ["+79991234567", "8 (999) 123-45-67", "+7 999 123-45-67", "+998 90 123 45 67", "89991234567"]
)
def test_phones_in_their_many_spellings_are_masked(phone: str) -> None:
    assert "123" not in masked({"x": f"тел. {phone}, офис"})["x"]
    assert masking.text(f"тел. {phone}, офис").endswith("***67, офис")


@pytest.mark.parametrize(
    "text",
    [
        "first line\nBearer abcdefgh",
        "see https://b.example/hooks/moysklad/" + "abcdefgh" * 5,
        "a\nck_abcdefghij",
    ],
)
def test_a_secret_without_digits_on_a_later_line_is_seen(text: str) -> None:
    assert masked({"x": text})["x"].endswith("***")
    assert "abcdefgh" not in masked({"x": text})["x"]


def test_text_that_is_no_json_is_masked_too() -> None:
    said = plain(
        '<p>Basic aWQ6cGFzcw== ck_0123456789abcdef kate@example.ru ИНН 7701234567 {"password": "qwerty1"'
    )
    assert said.text == '<p>Basic *** *** k***@e***.ru ИНН *** {"password": "***"'


def test_a_long_body_is_cut_and_stays_json() -> None:
    rows = [{"id": number, "email": "kate@example.ru", "name": "x" * 90} for number in range(500)]
    data = json.dumps({"rows": rows}).encode()
    found = masking.body(data, limit=4096, size=len(data))
    assert found.cut
    assert len(found.text) <= 4096 + 64
    assert json.loads(found.text)["rows"][5] == {"id": 5, "email": "k***@e***.ru", "name": "x" * 90}


def test_a_long_text_is_cut_and_says_so() -> None:
    assert plain("<b>" + "x" * 100, limit=200) == ("<b>" + "x" * 100, False)
    long = plain("y" * 1000, limit=200)
    assert long.cut
    assert set(long.text) == {"y"}
    assert len(long.text) == 200


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=25,
)
containers = st.lists(values, max_size=6) | st.dictionaries(st.text(max_size=8), values, max_size=6)


@given(containers, st.integers(0, 400), st.sampled_from([None, 1]))
def test_the_beginning_of_json_is_json(content: Any, length: int, indent: int | None) -> None:
    text = json.dumps(content, indent=indent)
    cut = beginning(text[:length])
    if length >= len(text):
        assert json.loads(cut) == content
    elif cut:
        assert isinstance(json.loads(cut), type(content))
        assert len(cut) <= length + cut.count("{") + cut.count("[")
    else:
        assert length == 0


@given(st.text(max_size=300))
def test_any_text_can_be_cut(text: str) -> None:
    assert isinstance(beginning(text), str)


secret_texts = st.text(
    st.characters(exclude_characters="*", exclude_categories=("Cs",)), min_size=4, max_size=40
)


@given(st.lists(secret_texts, min_size=1, max_size=4), st.data())
def test_no_secret_is_ever_shown_wherever_it_stands(secrets: list[str], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(secrets))
    around = data.draw(st.text(max_size=20))
    where = {
        "json value": json.dumps({"data": {"deep": [around + one, {one: around}]}}),
        "json value, not escaped": json.dumps({"x": one + around}, ensure_ascii=False),
        "text": f"<html>{around}{one}{around}",
        "form": urlencode({"a": one, "b": around}),
        "broken json": json.dumps({"x": around, "y": one})[:-3],
        "basic": base64.b64encode(one.encode()).decode(),
    }
    for name, text in where.items():
        shown = plain(text, secrets=tuple(secrets)).text
        for spelling in (one, json.dumps(one)[1:-1], json.dumps(one, ensure_ascii=False)[1:-1]):
            assert spelling not in shown, name
    for url in (
        f"https://api.example/hooks/{quote(one, safe='')}/x?q={quote_plus(one)}",
        f"https://api.example/o?filter=name%3D{quote(around + one)}",
    ):
        assert one not in "".join(masking.address(url, secrets=secrets)[1:])


@given(st.text("ABCDEFGH=+/", min_size=8, max_size=60), st.integers(0, 80), st.booleans())
def test_a_secret_at_the_cut_is_not_shown_in_part(secret: str, before: int, as_json: bool) -> None:
    """Half of a token is as good as a hint at all of it."""
    head, tail = "." * (200 - before), "." * 5000
    text = json.dumps({"a": head, "b": secret, "c": tail}) if as_json else f"{head}{secret}{tail}"
    shown = plain(text, limit=200, secrets=(secret,)).text
    assert secret[:4] not in shown


@given(st.binary(max_size=600), st.integers(0, 300))
def test_whatever_bytes_come_a_database_can_keep_what_is_shown(data: bytes, limit: int) -> None:
    shown = masking.body(data, limit=limit, size=len(data), secrets=("secret",)).text
    assert "\x00" not in shown
    assert shown.encode().decode() == shown


def test_half_a_surrogate_pair_and_a_nul_can_be_kept() -> None:
    assert plain('{"x": "\\ud800\\u0000a"}').text.encode()


def test_deep_and_odd_bodies_are_no_trouble() -> None:
    began = time.monotonic()
    for text in ("[" * 100_000, '{"a":' * 50_000, '"' * 30_000, "\\" * 30_000, "{[" * 20_000, "@." * 20_000):
        plain(text)
        plain(text, limit=15_000)
        masking.address(f"https://h.example/{quote(text[:5000])}?x={quote(text[:5000])}")
    assert time.monotonic() - began < SLOW_MACHINE
