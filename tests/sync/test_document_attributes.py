"""Fields of MoySklad filled from the site: by the mapping, by the type, and what is missing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import EntryFactory, canonical_order

from bridge.connections.models import AttributeMapping, DirectoryEntry, OrderRule, Shop
from bridge.domain.errors import Unmappable
from bridge.domain.order import Meta
from bridge.sync.document.document_attributes import (
    buyer_attributes,
    needs_customer,
    order_attributes,
    unfilled_required,
    wanted_fields,
)

Kind = DirectoryEntry.Kind
ORDER = replace(canonical_order("1"), meta=(Meta("gift", "да"), Meta("origin", "Сайт")))


def attribute(
    shop: Shop, name: str, kind: str, source: str = "", *, required: bool = False, of: str = "order"
) -> str:
    entry = EntryFactory(
        connection=shop.account,
        kind=Kind.ORDER_ATTRIBUTE if of == "order" else Kind.BUYER_ATTRIBUTE,
        external_id=f"id-{name}",
        name=name,
        detail=kind,
        is_required=required,
    )
    if source:
        AttributeMapping.objects.create(shop=shop, target=of, source=source, attribute_id=entry.external_id)
    return str(entry.external_id)


def test_a_field_without_a_mapping_is_left_alone(shop: Shop) -> None:
    attribute(shop, "Чужое", "string")
    assert order_attributes(shop, ORDER).values == []


def test_a_field_names_its_definition_and_its_value(shop: Shop) -> None:
    attribute(shop, "Подарок", "boolean", "gift")
    (row,) = order_attributes(shop, ORDER).values
    assert row["value"] is True
    assert row["meta"] == {
        "href": f"{shop.account.base_url}/entity/customerorder/metadata/attributes/id-Подарок",
        "type": "attributemetadata",
        "mediaType": "application/json",
    }


def test_a_value_of_a_dictionary_is_a_reference(shop: Shop) -> None:
    attribute(shop, "Откуда", "customentity:d1", "origin")
    value = EntryFactory(connection=shop.account, kind=Kind.DICTIONARY_VALUE, name="сайт", detail="d1")
    EntryFactory(connection=shop.account, kind=Kind.DICTIONARY_VALUE, name="Сайт", detail="another")
    (row,) = order_attributes(shop, ORDER).values
    assert row["value"]["meta"]["href"].endswith(f"/entity/customentity/d1/{value.external_id}")


def test_a_field_may_refer_to_what_the_directory_knows(shop: Shop) -> None:
    attribute(shop, "Проект", "project", "origin")
    project = EntryFactory(connection=shop.account, kind=Kind.PROJECT, name="Сайт")
    (row,) = order_attributes(shop, ORDER).values
    assert row["value"]["meta"]["href"].endswith(f"/entity/project/{project.external_id}")


def test_an_empty_field_of_the_site_clears_its_field(shop: Shop) -> None:
    attribute(shop, "Подарок", "boolean", "gift")
    (row,) = order_attributes(shop, replace(ORDER, meta=())).values
    assert row["value"] is None


def test_several_values_without_a_place_make_one_note(shop: Shop) -> None:
    attribute(shop, "Вес", "double", "gift")
    attribute(shop, "Мест", "long", "origin")
    filled = order_attributes(shop, ORDER)
    assert filled.values == []
    (note,) = filled.notes
    assert (note.code, note.params) == ("attribute_not_read", {"fields": "Вес = “да”; Мест = “Сайт”"})


def test_required_fields_without_a_mapping_are_known_beforehand(shop: Shop) -> None:
    attribute(shop, "Обязательное", "string", required=True)
    attribute(shop, "Заполненное", "string", "gift", required=True)
    attribute(shop, "Карта", "string", required=True, of="buyer")
    assert [entry.name for entry in unfilled_required(shop)] == ["Обязательное", "Карта"]


@pytest.mark.parametrize(("source", "shown"), [("", "—"), ("nothing", "nothing")])
def test_a_required_field_without_a_value_stops_the_order_with_its_name(
    shop: Shop, source: str, shown: str
) -> None:
    attribute(shop, "Обязательное", "string", source, required=True)
    filled = order_attributes(shop, ORDER)
    assert filled.values == []
    with pytest.raises(Unmappable) as caught:
        filled.require()
    assert caught.value.problem.code == "attribute_required_missing"
    assert caught.value.problem.params == {"attribute": "Обязательное", "source": shown}


def test_fields_of_the_buyer_belong_to_the_counterparty(shop: Shop) -> None:
    attribute(shop, "Почта сайта", "string", "order.email", of="buyer")
    (row,) = buyer_attributes(shop, ORDER).values
    assert "/entity/counterparty/metadata/attributes/" in row["meta"]["href"]
    assert row["value"] == ORDER.customer.email
    assert order_attributes(shop, ORDER).values == []


def test_only_what_the_shop_asks_for_is_kept_of_an_order(shop: Shop) -> None:
    attribute(shop, "Подарок", "boolean", "gift")
    attribute(shop, "Номер", "string", "order.number")
    attribute(shop, "Карта", "string", "card", of="buyer")
    shop.planned_field, shop.pickup_fields, shop.inn_fields, shop.kpp_fields = "day", ["point"], ["inn"], []
    wanted = wanted_fields(shop)
    assert (wanted.order, wanted.customer, wanted.pickup) == (("card", "gift"), ("card",), ("point",))
    assert (wanted.planned, wanted.inn, wanted.kpp) == ("day", ("inn",), ())


@pytest.mark.parametrize("asks", ["nothing", "role rule", "buyer field", "role field"])
def test_the_buyers_own_record_is_read_only_where_something_asks_for_it(shop: Shop, asks: str) -> None:
    if asks == "role rule":
        OrderRule.objects.create(shop=shop, when="role", value="x", sets="store", external_id="s")
    if asks == "buyer field":
        attribute(shop, "Карта", "string", "card", of="buyer")
    if asks == "role field":
        attribute(shop, "Роль", "string", "order.role")
    assert needs_customer(shop) is (asks != "nothing")
