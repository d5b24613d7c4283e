"""A document that both sides work on: lost answers, words and reserves of staff, conflicts a person solved."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop
from bridge.domain.fingerprint import fingerprint
from bridge.domain.order import to_json
from bridge.orders.models import Order, OrderBinding
from bridge.outbox.enqueue import retry
from bridge.sync.models import Upload
from bridge.sync.uploads import uploads
from bridge.sync.uploads.upload_choice import Chosen

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
    world.quiet()
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
    world.quiet()
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


def test_a_conflict_that_a_person_solved_in_the_document_goes_on(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.set_position(document["id"], "S-00002", quantity=7)
    world.quiet()
    world.box.store.set_line(order["id"], "S-00002", quantity=5)
    message = world.message(order["id"], kind="order_to_moysklad", state="parked")
    assert message.problem == "positions_changed_on_both_sides"
    world.box.moysklad.set_position(document["id"], "S-00002", quantity=5)
    world.quiet()
    retry(message)
    world.quiet()
    assert world.message(order["id"], pk=message.pk).state == "done"
    world.box.store.set_line(order["id"], "S-00002", quantity=4)
    world.until(lambda: positions(world, document)["S-00002"]["quantity"] == 4, "the next change")


def test_an_order_cancelled_while_its_goods_are_in_question_keeps_nothing_aside(
    world: Any, sent: Any
) -> None:
    order, document = sent
    world.box.moysklad.set_position(document["id"], "S-00002", quantity=7)
    world.quiet()
    world.box.store.set_line(order["id"], "S-00002", quantity=5)
    message = world.message(order["id"], kind="order_to_moysklad", state="parked")
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    world.quiet()
    assert reserved(world, document) == 0
    assert positions(world, document)["S-00002"]["quantity"] == 7
    assert world.message(order["id"], pk=message.pk).state == "done"
    world.box.store.set_status(order["id"], "processing")
    asked = world.message(order["id"], kind="order_to_moysklad", state="parked")
    assert asked.problem == "positions_changed_on_both_sides"
    assert positions(world, document)["S-00002"]["quantity"] == 7


def test_goods_of_staff_are_not_taken_for_agreed_when_only_the_reserve_goes(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.set_position(document["id"], "S-00002", quantity=7)
    world.quiet()
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: reserved(world, document) == 0, "released")
    world.quiet()
    world.box.store.set_line(order["id"], "S-00002", quantity=5)
    world.quiet()
    world.box.store.set_status(order["id"], "processing")
    message = world.message(order["id"], kind="order_to_moysklad", state="parked")
    assert message.problem == "positions_changed_on_both_sides"
    assert positions(world, document)["S-00002"]["quantity"] == 7


def test_a_cancelled_order_holds_nothing_though_the_reserve_was_switched_off_meanwhile(
    world: Any, sent: Any, chosen: Any
) -> None:
    order, document = sent
    assert reserved(world, document) == 5
    chosen(reserve=False)
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    world.quiet()
    assert reserved(world, document) == 0


def test_what_staff_reserve_themselves_survives_an_edit_and_a_cancellation(world: Any, chosen: Any) -> None:
    chosen(reserve=False)
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 3}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    rows = positions(world, document).values()
    own = [{"id": row["id"], "reserve": row["quantity"]} for row in rows]
    world.box.moysklad.edit("customerorder", document["id"], {"positions": own})
    world.quiet()
    world.box.store.set_line(order["id"], "S-00001", quantity=1, total="111.00")
    world.until(lambda: positions(world, document)["S-00001"]["price"] == 11100, "the edit")
    assert reserved(world, document) == 4
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    world.quiet()
    assert reserved(world, document) == 4


def test_a_document_follows_an_order_that_was_emptied_on_the_site(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    world.box.store.remove_line(order["id"], "S-00001")
    world.until(lambda: not positions(world, document), "emptied")
    assert world.box.moysklad.document(document["id"])["sum"] == 0


def test_a_price_that_moysklad_raised_does_not_change_the_buyers_order(world: Any, chosen: Any) -> None:
    chosen(accept_edits=True)
    item = world.box.moysklad.item("S-00004")
    world.box.moysklad.configure(check_min_price=True)
    world.box.moysklad.edit("product", item["id"], {"minPrice": {"value": 9999900.0}})
    try:
        line = {"sku": "S-00004", "quantity": 1, "total": "10.00"}
        order = world.box.store.place_order([line], shipping=None)
        document = world.document(order["id"])
        world.flag(order["id"], "sum_differs")
        world.box.moysklad.set_state(document["id"], "Подтвержден")
        world.run_flow("statuses")
        world.quiet()
        assert world.box.store.order(order["id"])["total"] == "10.00"
    finally:
        world.box.moysklad.configure(check_min_price=False)


def test_goods_shipped_between_a_refund_and_its_writing_come_back_as_a_return(
    world: Any, chosen: Any
) -> None:
    order = world.box.store.place_order({"S-00001": 3}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.faults.add(
        "status", method="POST", path="entity/customerorder$", status=503, count=None
    )
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: world.row(order["id"]).refunds.exclude(plan=None).exists(), "decided")
    world.box.moysklad.ship(document["id"])
    world.box.moysklad.faults.clear()

    def returns() -> list[Json]:
        every = world.box.moysklad.documents("salesreturn")
        return [one for one in every if one["demand"]["customerOrder"]["id"] == document["id"]]

    world.until(returns, "a return of the shipment")
    world.quiet()
    [back] = returns()
    assert back["sum"] == positions(world, document)["S-00001"]["price"]
    assert positions(world, document)["S-00001"]["quantity"] == 3


def written_by_the_earlier_release(world: Any, order: Json) -> None:
    """The binding as the release before kept it: another digest of the goods, the address as a text, no more."""
    row = world.row(order["id"])
    content, binding = row.canonical, row.binding
    lines = [
        (x.source_id, x.product_id, x.variation_id, str(x.quantity), x.total_minor, x.vat_percent)
        for x in content.lines
    ]
    charges = [{k: v for k, v in to_json(x).items() if k != "tax_rates"} for x in content.charges]
    written = {
        "description": binding.written["description"],
        "shipmentAddress": content.shipping.one_line()[:255],
        "positions": binding.written["positions"],
    }
    goods = fingerprint([lines, charges, content.currency])
    OrderBinding.objects.filter(pk=binding.pk).update(written=written, goods=goods)


def test_after_an_upgrade_words_and_goods_of_staff_stay_and_a_status_goes(world: Any, sent: Any) -> None:
    order, document = sent
    words = {"description": "СПИШИТЕСЬ С ПОКУПАТЕЛЕМ", "shipmentAddress": "Самовывоз со склада"}
    world.box.moysklad.edit("customerorder", document["id"], words)
    world.box.moysklad.set_position(document["id"], "S-00002", quantity=7)
    world.quiet()
    written_by_the_earlier_release(world, order)
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    world.quiet()
    there = world.box.moysklad.document(document["id"])
    assert {key: there[key] for key in words} == words
    assert (positions(world, document)["S-00002"]["quantity"], reserved(world, document)) == (7, 0)
    assert world.message(order["id"], kind="order_to_moysklad").state == "done"


def test_after_an_upgrade_an_event_without_news_writes_nothing(world: Any, sent: Any) -> None:
    order, document = sent
    before = world.box.moysklad.document(document["id"])["updated"]
    written_by_the_earlier_release(world, order)
    Order.objects.filter(source_id=str(order["id"])).update(digest="x" * 32)
    world.box.store.resend(order["id"])
    world.until(lambda: "seen" in world.row(order["id"]).binding.written, "settled")
    world.quiet()
    assert world.box.moysklad.document(document["id"])["updated"] == before


def test_after_an_upgrade_the_first_change_on_the_site_is_news(world: Any, sent: Any) -> None:
    order, document = sent
    written_by_the_earlier_release(world, order)
    world.box.store.set_line(order["id"], "S-00001", quantity=4)
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.until(lambda: "позвоните" in text(world, document), "the note")
    world.until(lambda: positions(world, document)["S-00001"]["quantity"] == 4, "the goods")


@pytest.fixture
def linked(world: Any, chosen: Any, settings: Any) -> tuple[Json, Json]:
    """An old order and the document that people made for it, with words and goods of their own."""
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    world.box.store.event_knobs(drop=True)
    order = world.box.store.place_order({"S-00001": 2}, created="2025-03-01T10:00:00", shipping=None)
    world.box.settle()
    world.box.store.event_knobs(drop=False)
    there = world.box.moysklad
    agent = there.add_counterparty(name="Покупатель", email=order["billing"]["email"])
    price = float(order["line_items"][0]["total"]) * 50
    goods = [("S-00001", 2, price), ("S-00005", 1, 7700.0)]
    body = {
        "name": str(order["id"]),
        "organization": there.ref("organization", there.organization),
        "agent": there.ref("counterparty", agent["id"]),
        "store": there.ref("store", there.stores["Основной склад"]),
        "description": "ПИСАЛИ РУКАМИ",
        "positions": [
            {"quantity": count, "price": each, "assortment": {"meta": there.item(sku)["meta"]}}
            for sku, count, each in goods
        ],
    }
    document = there.create("customerorder", body)
    begun = uploads.start(world.shop, Chosen(ids=(order["id"],)), create_missing=False)
    world.until(lambda: Upload.objects.get(pk=begun.pk).state == "done", "finished")
    world.quiet()
    assert world.row(order["id"]).binding.external_id == document["id"]
    return order, document


def test_words_and_goods_of_a_linked_document_stay(world: Any, linked: Any) -> None:
    order, document = linked
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    assert "позвоните" in world.flag(order["id"], "header_kept")["fields"]
    world.box.store.set_line(order["id"], "S-00001", quantity=3)
    message = world.message(order["id"], kind="order_to_moysklad", state="parked")
    assert message.problem == "positions_changed_on_both_sides"
    assert text(world, document) == "ПИСАЛИ РУКАМИ"
    assert set(positions(world, document)) == {"S-00001", "S-00005"}
