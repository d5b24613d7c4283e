"""A document that both sides work on: lost answers, words and reserves of staff, conflicts a person solved."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop

Json = dict[str, Any]


def positions(world: Any, document: Json) -> dict[str, Json]:
    """The positions of a document by the article of their goods."""
    rows = world.box.moysklad.document(document["id"])["positions"]["rows"]
    return {row["assortment"].get("article") or row["assortment"]["name"]: row for row in rows}


def reserved(world: Any, document: Json) -> float:
    return sum(row.get("reserve") or 0 for row in positions(world, document).values())


def state(world: Any, document: Json) -> str:
    return str(world.box.moysklad.document(document["id"])["state"]["name"])


def text(world: Any, document: Json) -> str:
    return str(world.box.moysklad.document(document["id"]).get("description", ""))


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test."""
    world.configure()
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    yield change
    world.box.moysklad.faults.clear()
    world.box.store.faults.clear()
    world.quiet()
    Shop.objects.update(**{key: value for key, value in before.items() if key != "id"})
    PaymentMethod.objects.all().delete()


@pytest.fixture
def sent(world: Any, chosen: Any) -> tuple[Json, Json]:
    """An order of two kinds of goods and its document, everything quiet."""
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 3}, shipping=("Курьер", "350.00"))
    document = world.document(order["id"])
    world.quiet()
    return order, document


def lose_the_next_answer(world: Any) -> None:
    world.box.moysklad.faults.add("cut_after", method="POST", path="entity/customerorder$")


def take_moysklad_away(world: Any) -> None:
    world.box.moysklad.faults.add("status", path="entity/customerorder", status=503, count=None)


def test_a_refund_taken_back_while_its_answer_is_lost_is_taken_back_in_the_document(
    world: Any, chosen: Any
) -> None:
    order = world.box.store.place_order({"S-00001": 3}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    lose_the_next_answer(world)
    refund = world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: positions(world, document)["S-00001"]["quantity"] == 2, "carried out")
    take_moysklad_away(world)
    world.box.store.delete_refund(order["id"], refund["id"])
    world.until(lambda: not world.row(order["id"]).refunds.filter(deleted_at=None).exists(), "heard")
    world.box.moysklad.faults.clear()
    world.quiet(60)
    assert positions(world, document)["S-00001"]["quantity"] == 3


def test_a_cancellation_taken_back_while_its_answer_is_lost_is_taken_back(world: Any, sent: Any) -> None:
    order, document = sent
    lose_the_next_answer(world)
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "carried out")
    take_moysklad_away(world)
    world.box.store.set_status(order["id"], "processing")
    world.until(lambda: world.row(order["id"]).status == "processing", "heard")
    world.box.moysklad.faults.clear()
    world.quiet(60)
    assert (state(world, document), reserved(world, document)) == ("Новый", 5)


def test_words_of_staff_stay_however_often_the_site_changes(world: Any, sent: Any) -> None:
    order, document = sent
    words = f"{text(world, document)}\nЖДЁТ ДО ПЯТНИЦЫ"
    world.box.moysklad.edit("customerorder", document["id"], {"description": words})
    world.quiet()
    world.box.store.edit_order(order["id"], {"shipping": {"address_1": "Новая улица, 5", "city": "Москва"}})
    world.until(
        lambda: "Новая улица" in world.box.moysklad.document(document["id"])["shipmentAddress"], "address"
    )
    world.quiet()
    world.box.store.edit_order(order["id"], {"customer_note": "везите в среду"})
    assert "везите в среду" in world.flag(order["id"], "header_kept")["fields"]
    world.quiet()
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    world.quiet()
    world.box.store.set_status(order["id"], "processing")
    world.until(lambda: state(world, document) == "Новый", "back")
    world.quiet()
    assert text(world, document) == words
