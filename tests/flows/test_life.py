"""The life of an order after it was sent: edits, shipment, cancellation, trash, payment, and what MoySklad says."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Watermark
from bridge.sync.orders import goods_choice


def state(world: Any, document: dict[str, Any]) -> str:
    return str(world.box.moysklad.document(document["id"])["state"]["name"])


def positions(world: Any, document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The positions of a document by the article of their goods."""
    rows = world.box.moysklad.document(document["id"])["positions"]["rows"]
    return {row["assortment"].get("article") or row["assortment"]["name"]: row for row in rows}


def reserved(world: Any, document: dict[str, Any]) -> float:
    return sum(row.get("reserve") or 0 for row in positions(world, document).values())


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test."""
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    yield change
    Shop.objects.update(**{key: value for key, value in before.items() if key != "id"})
    PaymentMethod.objects.all().delete()


@pytest.fixture
def sent(world: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order of two kinds of goods and its document, everything quiet."""
    world.configure()
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 3}, shipping=("Курьер", "350.00"))
    document = world.document(order["id"])
    world.quiet()
    return order, document


def test_an_edit_on_the_site_keeps_the_ids_of_positions(world: Any, sent: Any) -> None:
    order, document = sent
    before = positions(world, document)
    world.box.store.set_line(order["id"], "S-00001", quantity=5, total="500.00")
    world.until(lambda: positions(world, document)["S-00001"]["quantity"] == 5, "the new quantity")
    after = positions(world, document)
    assert after["S-00001"]["id"] == before["S-00001"]["id"]
    assert after["S-00002"]["id"] == before["S-00002"]["id"]
    assert after["S-00001"]["reserve"] == 5
    total = world.box.store.order(order["id"])["total"]
    assert world.box.moysklad.document(document["id"])["sum"] == round(float(total) * 100)


def test_after_shipping_a_price_and_the_header_go_but_fewer_pieces_than_shipped_wait(
    world: Any, sent: Any
) -> None:
    order, document = sent
    world.box.moysklad.ship(document["id"], {"S-00001": 2}, "Основной склад")
    world.quiet()
    world.box.store.set_line(order["id"], "S-00001", total="123.46")
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.until(
        lambda: "позвоните" in world.box.moysklad.document(document["id"]).get("description", ""), "the note"
    )
    world.quiet()
    assert positions(world, document)["S-00001"]["price"] == 6173
    world.box.store.set_line(order["id"], "S-00001", quantity=1, total="60.00")
    message = world.message(order["id"], state="parked")
    assert message.problem == "less_than_shipped"
    assert positions(world, document)["S-00001"]["quantity"] == 2


@pytest.mark.parametrize("accepts", [True, False])
def test_where_more_was_shipped_a_person_may_let_the_document_count(
    world: Any, sent: Any, chosen: Any, accepts: bool
) -> None:
    order, document = sent
    chosen(accept_edits=accepts)
    world.box.moysklad.ship(document["id"], {"S-00001": 2}, "Основной склад")
    world.quiet()
    world.box.store.set_line(order["id"], "S-00001", quantity=1, total="60.00")
    message = world.message(order["id"], state="parked")
    assert message.problem == "less_than_shipped"
    row = Order.objects.get(source_id=str(order["id"]))
    assert not goods_choice.choose(row, goods_choice.SITE, by="anna", why="")
    assert goods_choice.choose(row, goods_choice.DOCUMENT, by="anna", why="")
    world.quiet()
    lines = {line["sku"]: line["quantity"] for line in world.box.store.order(order["id"])["line_items"]}
    assert lines["S-00001"] == (2 if accepts else 1)
    assert positions(world, document)["S-00001"]["quantity"] == 2
    left = OutboxMessage.objects.filter(object_key=row.object_key).exclude(state="done")
    assert list(left.values_list("kind", "state", "problem", "problem_params")) == []


def test_a_cancelled_order_gets_its_state_and_releases_its_reserve_and_comes_back(
    world: Any, sent: Any
) -> None:
    order, document = sent
    assert reserved(world, document) == 5
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "the state of a cancelled order")
    assert reserved(world, document) == 0
    world.box.store.set_status(order["id"], "processing")
    world.until(lambda: state(world, document) == "Новый", "the order is back")
    assert reserved(world, document) == 5
    assert len(world.documents(order["id"])) == 1


@pytest.mark.parametrize("how", ["failed", "trash", "deleted"])
def test_an_order_that_is_over_on_the_site_has_the_state_of_a_cancelled_one(
    world: Any, sent: Any, how: str
) -> None:
    order, document = sent
    if how == "failed":
        world.box.store.set_status(order["id"], "failed")
    elif how == "trash":
        world.box.store.trash_order(order["id"])
    else:
        world.box.store.delete_order(order["id"])
    world.until(lambda: state(world, document) == "Отменен", f"{how}: the state of a cancelled order")
    assert reserved(world, document) == 0
    assert not world.box.moysklad.document(document["id"]).get("deleted")
    if how == "trash":
        world.box.store.untrash_order(order["id"])
        world.until(lambda: state(world, document) == "Новый", "untrashed: the order is back")
        assert reserved(world, document) == 5


def test_goods_a_manager_changed_survive_a_cancellation(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.set_position(document["id"], "S-00002", quantity=7)
    world.quiet()
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    assert positions(world, document)["S-00002"]["quantity"] == 7
    assert reserved(world, document) == 0


def test_a_deleted_order_takes_its_document_to_the_bin_only_when_the_owner_wants_that(
    world: Any, sent: Any, chosen: Any
) -> None:
    order, document = sent
    chosen(bin_deleted=True)
    world.box.store.trash_order(order["id"])
    world.until(lambda: world.box.moysklad.documents(binned=True), "the document is in the bin")
    world.quiet()
    assert world.row(order["id"]).binding.gone == "ours"
    world.box.store.untrash_order(order["id"])
    world.until(lambda: len(world.documents(order["id"])) == 2, "a new document is made")
    world.quiet()
    living = [one for one in world.documents(order["id"]) if not one.get("deleted")]
    assert len(living) == 1
    assert living[0]["id"] != document["id"]


@pytest.mark.parametrize(
    ("rule", "documents", "status"), [("create", 1, "processing"), ("cancel", 0, "cancelled")]
)
def test_a_rule_decides_for_documents_that_staff_removed(
    world: Any, sent: Any, chosen: Any, rule: str, documents: int, status: str
) -> None:
    order, document = sent
    chosen(on_removed=rule)
    world.box.moysklad.delete(document["id"])
    if documents:
        world.until(lambda: world.documents(order["id"]), "created again")
        assert world.documents(order["id"])[0]["id"] != document["id"]
    world.until(lambda: world.site_status(order["id"]) == status, status)
    world.quiet()
    assert len(world.documents(order["id"])) == documents


def test_payment_and_shipment_in_moysklad_can_set_the_status(world: Any, sent: Any, chosen: Any) -> None:
    order, document = sent
    chosen(status_when_paid="on-hold", status_when_partly_shipped="pending", status_when_shipped="completed")
    world.box.moysklad.pay(document["id"])
    world.run_flow("statuses")
    world.until(lambda: world.site_status(order["id"]) == "on-hold", "paid")
    world.box.moysklad.ship(document["id"], {"S-00001": 1}, "Основной склад")
    world.run_flow("statuses")
    world.until(lambda: world.site_status(order["id"]) == "pending", "partly shipped")
    world.box.moysklad.ship(document["id"], {"S-00001": 1, "S-00002": 3, "DELIVERY": 1}, "Основной склад")
    world.run_flow("statuses")
    world.until(lambda: world.site_status(order["id"]) == "completed", "shipped")


def test_a_payment_in_moysklad_pays_the_order_on_the_site_when_the_owner_wants_that(
    world: Any, sent: Any, chosen: Any
) -> None:
    order, document = sent
    assert world.box.store.order(order["id"])["date_paid"] is None
    chosen(mark_paid=True)
    world.box.moysklad.pay(document["id"])
    world.run_flow("statuses")
    world.until(lambda: world.box.store.order(order["id"])["date_paid"], "paid on the site")
    world.quiet()
    assert world.site_status(order["id"]) == "processing"


@pytest.mark.parametrize("kind", ["paymentin", "cashin"])
def test_a_paid_order_makes_one_payment_linked_to_it(world: Any, sent: Any, chosen: Any, kind: str) -> None:
    order, document = sent
    PaymentMethod.objects.create(shop=world.shop, method="cod", document=kind)
    earlier = {row["id"] for row in world.box.moysklad.documents(kind)}
    world.box.store.pay(order["id"])
    new = world.until(
        lambda: [row for row in world.box.moysklad.documents(kind) if row["id"] not in earlier], "a payment"
    )
    world.box.store.resend(order["id"])
    world.quiet()
    [payment] = [row for row in world.box.moysklad.documents(kind) if row["id"] not in earlier]
    assert payment["id"] == new[0]["id"]
    assert payment["sum"] == world.box.moysklad.document(document["id"])["sum"]
    assert [row["linkedSum"] for row in payment["operations"]] == [payment["sum"]]
    paid = world.box.moysklad.document(document["id"])
    assert paid["payedSum"] == paid["sum"]


def test_a_payment_whose_answer_was_lost_is_not_made_twice(world: Any, sent: Any, chosen: Any) -> None:
    order, _document = sent
    PaymentMethod.objects.create(shop=world.shop, method="*", document="paymentin")
    earlier = len(world.box.moysklad.documents("paymentin"))
    world.box.moysklad.faults.add("cut_after", method="POST", path="entity/paymentin$")
    world.box.store.pay(order["id"])
    world.until(lambda: len(world.box.moysklad.documents("paymentin")) > earlier, "a payment")
    world.quiet()
    assert len(world.box.moysklad.documents("paymentin")) == earlier + 1
    row = world.row(order["id"]).documents.get()
    assert row.external_id
    assert not row.sending


def test_moysklad_decides_on_closing_when_both_sides_changed(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.webhook_knobs(drop=True)
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.box.settle()
    world.box.store.set_status(order["id"], "on-hold")
    world.box.moysklad.webhook_knobs(drop=False)
    world.run_flow("statuses")
    world.until(lambda: world.site_status(order["id"]) == "completed", "MoySklad's closing counts")
    assert world.flag(order["id"], "status_conflict")["side"] == "moysklad"
    assert state(world, document) == "Завершен"


def test_the_site_decides_on_the_buyers_cancellation_when_both_sides_changed(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.webhook_knobs(drop=True)
    world.box.moysklad.set_state(document["id"], "Подтвержден")
    world.box.settle()
    world.box.store.set_status(order["id"], "cancelled")
    world.box.moysklad.webhook_knobs(drop=False)
    world.until(lambda: state(world, document) == "Отменен", "the cancellation counts")
    assert world.flag(order["id"], "status_conflict")["side"] == "site"
    world.run_flow("statuses")
    assert world.site_status(order["id"]) == "cancelled"


def test_a_change_on_the_site_that_the_bridge_has_not_heard_of_is_seen_before_a_status_is_written(
    world: Any, sent: Any
) -> None:
    order, document = sent
    world.box.store.hold_events()
    world.box.store.set_status(order["id"], "cancelled")
    world.configure(statuses={"Подтвержден": "on-hold"})
    world.box.moysklad.set_state(document["id"], "Подтвержден")
    world.flag(order["id"], "status_conflict")
    world.box.store.release_events()
    world.until(lambda: state(world, document) == "Отменен", "the cancellation counts")
    world.quiet()
    assert world.site_status(order["id"]) == "cancelled"
    assert Watermark.objects.filter(problem="internal").count() == 0


def test_what_staff_wrote_into_the_comment_stays_and_the_sites_news_is_shown(world: Any, sent: Any) -> None:
    order, document = sent
    text = world.box.moysklad.document(document["id"])["description"]
    world.box.moysklad.edit(
        "customerorder", document["id"], {"description": f"{text}\nЗвонили: ждёт до пятницы"}
    )
    world.quiet()
    world.box.store.edit_order(order["id"], {"customer_note": "везите в среду"})
    assert "везите в среду" in world.flag(order["id"], "header_kept")["fields"]
    world.quiet()
    assert "ждёт до пятницы" in world.box.moysklad.document(document["id"])["description"]
    world.box.store.edit_order(order["id"], {"shipping": {"address_1": "Новая улица, 5", "city": "Москва"}})
    world.until(
        lambda: "Новая улица" in world.box.moysklad.document(document["id"])["shipmentAddress"],
        "the address, which staff left alone",
    )
    assert "ждёт до пятницы" in world.box.moysklad.document(document["id"])["description"]


def test_a_payment_in_moysklad_leaves_the_state_that_staff_chose(world: Any, sent: Any, chosen: Any) -> None:
    order, document = sent
    world.box.store.set_status(order["id"], "on-hold")
    world.quiet()
    chosen(mark_paid=True)
    world.box.moysklad.set_state(document["id"], "Подтвержден")
    world.box.moysklad.pay(document["id"])
    world.run_flow("statuses")
    world.until(lambda: world.box.store.order(order["id"])["date_paid"], "paid on the site")
    world.quiet()
    assert world.site_status(order["id"]) == "processing"
    assert state(world, document) == "Подтвержден"


def test_an_order_refunded_whole_after_shipping_is_not_called_cancelled(world: Any, sent: Any) -> None:
    order, document = sent
    shipped = {"S-00001": 2, "S-00002": 3, "DELIVERY": 1}
    world.box.moysklad.ship(document["id"], shipped, "Основной склад")
    world.quiet()
    world.box.store.refund(order["id"])
    world.until(lambda: world.box.moysklad.documents("salesreturn"), "a return of the shipment")
    world.quiet()
    assert world.site_status(order["id"]) == "refunded"
    assert state(world, document) == "Новый"
