"""Everything an order carries beside goods and money is in its document: words, dates, fields, addresses, choices."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import AttributeMapping, OrderRule, Shop
from bridge.orders.flags import Flag
from bridge.orders.models import Order


@pytest.fixture(autouse=True)
def plain_shop(world: Any) -> Any:
    """Each test makes its own choices; afterwards the shop is as `configure` left it."""
    before = Shop.objects.values().get()
    yield
    Shop.objects.update(**before)
    OrderRule.objects.all().delete()
    AttributeMapping.objects.all().delete()


def choose(**fields: Any) -> None:
    Shop.objects.update(**fields)


def rule(world: Any, when: str, value: str, sets: str, external_id: str) -> None:
    OrderRule.objects.create(shop=world.shop, when=when, value=value, sets=sets, external_id=external_id)


def field(world: Any, name: str, kind: str, source: str, of: str = "customerorder", **options: Any) -> str:
    """A field of MoySklad's that a field of the site fills; the bridge knows of it."""
    attribute_id = str(world.box.moysklad.add_attribute(of, name, kind, **options))
    world.configure()
    target = AttributeMapping.Target.ORDER if of == "customerorder" else AttributeMapping.Target.BUYER
    AttributeMapping.objects.create(shop=world.shop, target=target, source=source, attribute_id=attribute_id)
    return attribute_id


def values(document: dict[str, Any]) -> dict[str, Any]:
    return {row["name"]: row.get("value") for row in document.get("attributes", [])}


def flags(order: dict[str, Any]) -> dict[str, Any]:
    rows = Flag.objects.filter(order__source_id=str(order["id"]))
    return dict(rows.values_list("code", "params"))


def name_of(world: Any, kind: str, reference: dict[str, Any]) -> str:
    external_id = str(reference["meta"]["href"]).partition("?")[0].rpartition("/")[2]
    found = [name for name, known in world.box.moysklad.directory(kind).items() if known == external_id]
    return str(found[0])


def test_note_shipping_pickup_payment_coupons_transaction_and_source_are_in_the_comment(world: Any) -> None:
    order = world.box.store.place_order(
        {"S-00001": 1},
        customer_note="Позвоните заранее",
        shipping={"title": "ПВЗ", "total": "100.00", "method_id": "local_pickup", "instance_id": "2"},
        coupon={"code": "sale10", "percent": 10},
        fees=[{"name": "Подарочная упаковка", "total": "150.00"}],
        transaction_id="tx-42",
        meta={"_pickup_point": "MSK5, ул. Мира, 1"},
        attribution={"utm_source": "yandex", "utm_medium": "cpc", "utm_campaign": "spring"},
    )
    lines = world.document(order["id"])["description"].splitlines()
    assert lines[0] == "Позвоните заранее"
    assert set(lines[1:]) == {
        "Доставка: ПВЗ",
        "Пункт выдачи: MSK5, ул. Мира, 1",
        f"Оплата: {order['payment_method_title']}",
        "Транзакция: tx-42",
        "Купоны: sale10",
        "Сборы: Подарочная упаковка 150.00",
        "Источник: yandex / cpc / spring",
    }


def test_what_the_buyer_chose_for_an_item_is_in_the_comment(world: Any) -> None:
    engraving = [
        {"key": "gravirovka", "value": "Аня &amp; Оля", "display_key": "Гравировка"},
        {"key": "_service", "value": "17"},
    ]
    line = {"sku": "S-00002", "quantity": 1, "meta": engraving}
    order = world.box.store.place_order([line])
    name = order["line_items"][0]["name"]
    description = world.document(order["id"])["description"]
    assert f"{name}: Гравировка: Аня & Оля" in description.splitlines()
    assert "17" not in description


def test_a_comment_that_is_too_long_is_cut_and_flagged(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, customer_note="я" * 5000)
    assert len(world.document(order["id"])["description"]) == 4096
    assert int(world.until(lambda: flags(order), "a flag")["comment_cut"]["count"]) > 900


def test_the_number_has_the_shops_prefix_and_suffix(world: Any) -> None:
    choose(number_suffix="/26")
    order = world.box.store.place_order({"S-00001": 1}, number="A-77")
    names = lambda: {row["name"] for row in world.box.moysklad.documents()}  # noqa: E731
    world.until(lambda: "WOO-A-77/26" in names(), f"order {order['id']} is in MoySklad")


def test_dates_are_moscow_times_and_delivery_is_planned_from_the_order(world: Any) -> None:
    choose(planned_days=3)
    order = world.box.store.place_order({"S-00001": 1}, created="2031-11-10T22:30:00")
    assert order["date_created_gmt"] == "2031-11-10T22:30:00"
    document = world.document(order["id"])
    assert document["moment"].startswith("2031-11-11 01:30:00")
    assert document["deliveryPlannedMoment"].startswith("2031-11-14 01:30:00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("25.12.2026", "2026-12-25 00:00"),
        ("2026-12-25T14:00:00", "2026-12-25 14:00"),
        ("1798200000", "2026-12-25 15:00"),
    ],
)
def test_the_day_the_buyer_asked_for_wins(world: Any, text: str, moment: str) -> None:
    choose(planned_days=3, planned_field="delivery_date")
    order = world.box.store.place_order({"S-00001": 1}, meta={"delivery_date": text})
    assert world.document(order["id"])["deliveryPlannedMoment"].startswith(moment)


def test_a_day_nobody_can_read_is_flagged_and_kept_as_text(world: Any) -> None:
    choose(planned_days=3, planned_field="delivery_date")
    order = world.box.store.place_order({"S-00001": 1}, meta={"delivery_date": "после дождя"})
    document = world.document(order["id"])
    assert "deliveryPlannedMoment" not in document
    assert "Дата доставки: после дождя" in document["description"]
    found = world.until(lambda: flags(order), "a flag")
    assert found["planned_date_not_read"] == {"value": "после дождя", "field": "delivery_date"}


def test_fields_of_the_order_become_fields_of_the_document_by_their_types(world: Any) -> None:
    field(world, "Открытка", "string", "card")
    field(world, "Мест", "long", "places")
    field(world, "Вес", "double", "weight")
    field(world, "Подарок", "boolean", "gift")
    field(world, "Забрать", "time", "collect")
    field(world, "Канал рекламы", "customentity", "order.utm_source", values=["Яндекс", "Прямой"])
    field(world, "Сумма на сайте", "double", "order.total")
    order = world.box.store.place_order(
        {"S-00001": 1},
        meta={
            "card": "С днём рождения",
            "places": "2",
            "weight": "1,5",
            "gift": "yes",
            "collect": "25.12.2026 10:00",
        },
        attribution={"utm_source": "яндекс"},
    )
    document = world.document(order["id"])
    found = values(document)
    source = found.pop("Канал рекламы")
    assert source["name"] == "Яндекс"
    assert found.pop("Забрать").startswith("2026-12-25 10:00:00")
    assert found == {
        "Открытка": "С днём рождения",
        "Мест": 2,
        "Вес": 1.5,
        "Подарок": True,
        "Сумма на сайте": float(order["total"]),
    }
    assert flags(order) == {}


def test_a_value_no_field_can_hold_is_flagged_and_the_order_goes(world: Any) -> None:
    field(world, "Мест в машине", "long", "seats")
    field(world, "Откуда", "customentity", "origin", values=["Сайт", "Рынок"])
    order = world.box.store.place_order({"S-00001": 1}, meta={"seats": "много", "origin": "Луна"})
    assert {"Мест в машине", "Откуда"}.isdisjoint(values(world.document(order["id"])))
    found = world.until(lambda: flags(order), "flags")
    assert found["attribute_not_read"] == {"fields": "Мест в машине = “много”"}
    assert found["attribute_not_in_dictionary"] == {"fields": "Откуда = “Луна” (Рынок, Сайт)"}


def test_a_value_changed_on_the_site_follows_and_a_cleared_one_is_cleared(world: Any) -> None:
    field(world, "Надпись", "string", "inscription")
    field(world, "Цвет ленты", "string", "ribbon")
    order = world.box.store.place_order({"S-00001": 1}, meta={"inscription": "Ане", "ribbon": "красная"})
    first = world.document(order["id"])
    edited = {
        "meta_data": [{"key": "inscription", "value": ""}, {"key": "ribbon", "value": "синяя"}],
    }
    world.box.store.edit_order(order["id"], edited)
    world.until(lambda: values(world.document(order["id"])) == {"Цвет ленты": "синяя"}, "the fields follow")
    assert world.document(order["id"])["id"] == first["id"]


def test_channel_project_owner_contract_and_account_are_the_shops(world: Any) -> None:
    box = world.box.moysklad
    entries = {(entry.kind, entry.name): entry.external_id for entry in world.shop.account.directory.all()}
    choose(
        sales_channel_id=entries["saleschannel", "Интернет-магазин"],
        project_id=entries["project", "Розница"],
        owner_id=entries["employee", "Менеджер"],
        contract_id=entries["contract", "Договор поставки"],
        organization_account_id=entries["account", "40702810000000000002"],
    )
    document = world.document(world.box.store.place_order({"S-00001": 1})["id"])
    assert name_of(world, "saleschannel", document["salesChannel"]) == "Интернет-магазин"
    assert name_of(world, "project", document["project"]) == "Розница"
    assert name_of(world, "employee", document["owner"]) == "Менеджер"
    assert name_of(world, "contract", document["contract"]) == "Договор поставки"
    account = document["organizationAccount"]["meta"]["href"]
    assert account.endswith(entries["account", "40702810000000000002"])
    rule(world, "payment_method", "bacs", "organization", box.directory("organization")["ООО «Василёк»"])
    other = world.document(world.box.store.place_order({"S-00001": 1}, payment_method="bacs")["id"])
    assert name_of(world, "organization", other["organization"]) == "ООО «Василёк»"
    assert "organizationAccount" not in other


def test_rules_choose_by_shipping_payment_and_country_and_the_first_decides(world: Any) -> None:
    box = world.box.moysklad
    rule(world, "shipping_method", "local_pickup", "store", box.stores["Магазин"])
    rule(world, "shipping_method", "flat_rate", "store", box.stores["Основной склад"])
    rule(world, "payment_method", "cod", "state", box.states["Подтвержден"])
    rule(world, "country", "KZ", "project", box.directory("project")["Опт"])
    pickup = {"title": "Самовывоз", "total": "0.00", "method_id": "local_pickup", "instance_id": "7"}
    courier = {"title": "Курьер", "total": "300.00", "method_id": "flat_rate", "instance_id": "1"}
    order = world.box.store.place_order({"S-00001": 1}, shipping=[pickup, courier], country="KZ")
    document = world.document(order["id"])
    assert document["store"]["name"] == "Магазин"
    assert document["state"]["name"] == "Подтвержден"
    assert name_of(world, "project", document["project"]) == "Опт"
    plain = world.document(world.box.store.place_order({"S-00001": 1}, payment_method="bacs")["id"])
    assert (plain["store"]["name"], plain["state"]["name"]) == ("Основной склад", "Новый")
    assert "project" not in plain


def test_a_rule_may_ask_for_one_instance_of_a_shipping_method(world: Any) -> None:
    rule(world, "shipping_method", "flat_rate:3", "store", world.box.moysklad.stores["Магазин"])
    stores = []
    for instance in ("3", "4"):
        shipping = {"title": "Курьер", "total": "300.00", "method_id": "flat_rate", "instance_id": instance}
        order = world.box.store.place_order({"S-00001": 1}, shipping=shipping)
        stores.append(world.document(order["id"])["store"]["name"])
    assert stores == ["Магазин", "Основной склад"]


def test_an_address_has_its_parts_with_country_and_region(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, state="г. Москва", address_2="кв. 5")
    full = world.document(order["id"])["shipmentAddressFull"]
    assert name_of(world, "country", full.pop("country")) == "Россия"
    assert name_of(world, "region", full.pop("region")) == "г Москва"
    assert full == {
        "postalCode": order["billing"]["postcode"],
        "city": order["billing"]["city"],
        "street": order["billing"]["address_1"],
        "apartment": "кв. 5",
    }


def test_an_address_beyond_the_limits_loses_no_text(world: Any) -> None:
    street = "ул. " + "Длинная " * 40
    order = world.box.store.place_order(
        {"S-00001": 1}, country="KZ", state="Алматинская обл.", postcode="A05X9B1", address_1=street.strip()
    )
    document = world.document(order["id"])
    full = document["shipmentAddressFull"]
    assert name_of(world, "country", full["country"]) == "Казахстан"
    assert full["addInfo"] == "A05X9B1, Алматинская обл."
    assert len(full["street"]) == 255
    assert street.strip() in document["description"]
    assert flags(order) == {}


def test_another_recipient_is_named_in_the_address(world: Any) -> None:
    gift = {"first_name": "Анна", "last_name": "Котова", "phone": "+7 999 000-00-00"}
    order = world.box.store.place_order({"S-00001": 1}, shipping_address=gift)
    full = world.document(order["id"])["shipmentAddressFull"]
    assert full["comment"] == "Получатель: Котова Анна, +7 999 000-00-00"


def test_an_address_changed_on_the_site_follows(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, address_2="кв. 5")
    world.document(order["id"])
    moved = {"city": "Тверь", "state": "Тверская обл.", "address_1": "ул. Мира, 1", "address_2": ""}
    world.box.store.edit_order(order["id"], {"shipping": moved})

    def follows() -> bool:
        full = world.document(order["id"])["shipmentAddressFull"]
        return bool(full["city"] == "Тверь" and not full.get("apartment"))

    world.until(follows, "the address follows")


def test_fields_nobody_asked_for_change_nothing(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, meta={"_views": "1"})
    world.document(order["id"])
    world.quiet()
    digest = Order.objects.get(source_id=str(order["id"])).digest
    written = world.box.moysklad.stats()["by_route"].get("POST /entity/customerorder", 0)
    world.box.store.edit_order(order["id"], {"meta_data": [{"key": "_views", "value": "2"}]})
    world.quiet()
    assert Order.objects.get(source_id=str(order["id"])).digest == digest
    assert world.box.moysklad.stats()["by_route"].get("POST /entity/customerorder", 0) == written


def test_a_rule_may_ask_for_the_role_of_a_registered_buyer(world: Any) -> None:
    rule(world, "role", "wholesale", "project", world.box.moysklad.directory("project")["Опт"])
    projects = []
    for role in ("wholesale", "customer"):
        buyer = world.box.store.add_customer(role=role)
        order = world.box.store.place_order({"S-00001": 1}, customer_id=buyer)
        projects.append("project" in world.document(order["id"]))
    assert projects == [True, False]


def test_fields_of_the_buyers_own_record_fill_fields_of_the_counterparty(world: Any) -> None:
    field(world, "Карта клуба", "long", "club_card", of="counterparty")
    buyer = world.box.store.add_customer(meta={"club_card": "4007"})
    contacts = {"email": "club@example.test", "phone": "+7 999 400-07-00"}
    order = world.box.store.place_order({"S-00001": 1}, customer_id=buyer, **contacts)
    agent = world.document(order["id"])["agent"]
    (found,) = [row for row in world.box.moysklad.counterparties() if row["id"] == agent["id"]]
    assert values(found) == {"Карта клуба": 4007}
