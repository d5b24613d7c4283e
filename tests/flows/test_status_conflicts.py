"""Statuses, payments and edited goods while answers are lost: nobody's word is undone, nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage

Json = dict[str, Any]


def state(world: Any, document: Json) -> str:
    return str(world.box.moysklad.document(document["id"])["state"]["name"])


def pieces(world: Any, order: Json, document: Json, sku: str = "S-00001") -> tuple[float, float]:
    """How many of an item the order on the site holds, and how many its document."""
    [line] = [row for row in world.box.store.order(order["id"])["line_items"] if row["sku"] == sku]
    rows = world.box.moysklad.document(document["id"])["positions"]["rows"]
    [position] = [row for row in rows if row["assortment"].get("article") == sku]
    return float(line["quantity"]), float(position["quantity"])


def waiting_for_a_person(world: Any, order: Json) -> list[tuple[str, str]]:
    messages = OutboxMessage.objects.filter(object_key=world.row(order["id"]).object_key)
    return list(messages.filter(state__in=("parked", "dead")).values_list("kind", "problem"))


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test; mappings, faults and choices are as usual afterwards."""
    world.configure()
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    change(expense_item_id=next(iter(world.box.moysklad.directory("expenseitem").values())))
    yield change
    world.box.moysklad.faults.clear()
    world.box.store.faults.clear()
    world.box.moysklad.webhook_knobs(drop=False)
    world.box.store.release_events()
    world.quiet()
    Shop.objects.update(**{key: value for key, value in before.items() if key != "id"})
    PaymentMethod.objects.all().delete()
    world.configure(statuses={})


@pytest.fixture
def sent(world: Any, chosen: Any) -> tuple[Json, Json]:
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 3}, shipping=("Курьер", "350.00"))
    document = world.document(order["id"])
    world.quiet()
    return order, document


@pytest.fixture
def shipped(world: Any, chosen: Any) -> tuple[Json, Json, Json]:
    order = world.box.store.place_order({"S-00001": 3}, shipping=None)
    document = world.document(order["id"])
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    return order, document, demand


def note_arrives_while_the_site_is_away(world: Any, order: Json, document: Json) -> None:
    world.box.store.faults.add("status", path="wc/v3", status=503, count=None)
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.until(
        lambda: "позвоните" in world.box.moysklad.document(document["id"]).get("description", ""), "the note"
    )


def test_a_closing_that_never_reached_the_site_is_not_undone_by_a_note(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.store.faults.add("cut_before", method="PUT", path="orders/", count=None)
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.until(lambda: world.row(order["id"]).binding.expected_status == "completed", "the call was begun")
    note_arrives_while_the_site_is_away(world, order, document)
    assert state(world, document) == "Завершен"
    world.box.store.faults.clear()
    world.quiet()
    assert (state(world, document), world.site_status(order["id"])) == ("Завершен", "completed")


def test_a_closing_the_site_has_not_heard_of_is_not_undone_by_its_own_change(world: Any, sent: Any) -> None:
    order, document = sent
    world.configure(states={"processing": "Новый", "on-hold": "Подтвержден", "cancelled": "Отменен"})
    world.box.store.faults.add("status", path="wc/v3", status=503, count=None)
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.message(order["id"], kind="status_to_site", state="waiting")
    world.box.store.set_status(order["id"], "on-hold")
    assert world.flag(order["id"], "status_conflict")["side"] == "moysklad"
    world.box.store.faults.clear()
    world.until(lambda: world.site_status(order["id"]) == "completed", "the closing counts")
    world.quiet()
    assert (state(world, document), world.site_status(order["id"])) == ("Завершен", "completed")


def test_a_buyers_cancellation_counts_though_a_closing_was_on_its_way(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.store.faults.add("status", path="wc/v3", status=503, count=None)
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.message(order["id"], kind="status_to_site", state="waiting")
    world.box.moysklad.faults.add("status", status=503, count=None)
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: world.row(order["id"]).status == "cancelled", "heard")
    world.box.store.faults.clear()
    world.message(order["id"], kind="status_to_site", state="done")
    world.box.moysklad.faults.clear()
    world.until(lambda: state(world, document) == "Отменен", "the cancellation counts")
    world.quiet()
    assert world.site_status(order["id"]) == "cancelled"


def test_a_return_of_everything_whose_refund_was_lost_sets_no_state(world: Any, shipped: Any) -> None:
    order, document, demand = shipped
    world.box.moysklad.set_state(document["id"], "Подтвержден")
    world.quiet()
    world.box.store.faults.add("cut_before", method="POST", path="refunds", count=None)
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 3})
    world.until(lambda: world.row(order["id"]).binding.expected_status == "refunded", "the call was begun")
    note_arrives_while_the_site_is_away(world, order, document)
    world.box.store.faults.clear()
    world.quiet()
    assert (state(world, document), world.site_status(order["id"])) == ("Подтвержден", "refunded")
    assert len(world.box.store.refunds(order["id"])) == 1


def test_a_state_taken_back_after_a_lost_answer_of_the_site_is_taken_back(world: Any, sent: Any) -> None:
    order, document = sent
    world.configure(states={"processing": "Новый", "cancelled": "Отменен"}, statuses={"Новый": "processing"})
    world.box.store.hold_events()
    world.box.store.faults.add("cut_after", method="PUT", path="orders/")
    world.box.moysklad.set_state(document["id"], "Отменен")
    world.until(lambda: world.site_status(order["id"]) == "cancelled", "carried out")
    world.box.store.faults.add("status", path="wc/v3", status=503, count=None)
    world.box.moysklad.set_state(document["id"], "Новый")
    world.box.moysklad.settle()
    world.until(
        lambda: world.row(order["id"]).binding.state_id == world.box.moysklad.states["Новый"], "noticed"
    )
    world.box.store.faults.clear()
    world.until(lambda: world.site_status(order["id"]) == "processing", "taken back")
    world.box.store.release_events()
    world.quiet()
    assert (world.site_status(order["id"]), state(world, document)) == ("processing", "Новый")


def test_a_state_that_means_nothing_to_the_site_does_not_swallow_its_status(world: Any, sent: Any) -> None:
    order, document = sent
    world.configure(states={"processing": "Новый", "on-hold": "Отгружен", "cancelled": "Отменен"})
    world.box.moysklad.webhook_knobs(drop=True)
    world.box.moysklad.set_state(document["id"], "Подтвержден")
    world.box.settle()
    world.box.store.set_status(order["id"], "on-hold")
    world.quiet()
    assert state(world, document) == "Отгружен"


@pytest.mark.parametrize("how", ["answered", "lost"])
def test_a_state_that_refunds_on_the_site_pays_nothing_back_in_moysklad(
    world: Any, chosen: Any, how: str
) -> None:
    PaymentMethod.objects.create(shop=world.shop, method="*", document="paymentin")
    order = world.box.store.place_order({"S-00001": 3}, shipping=None, paid=True, payment_method="bacs")
    document = world.document(order["id"])
    world.quiet()
    world.configure(statuses={"Подтвержден": "refunded"})
    if how == "lost":
        world.box.store.faults.add("cut_after", method="PUT", path="orders/")
    world.box.moysklad.set_state(document["id"], "Подтвержден")
    world.until(lambda: world.site_status(order["id"]) == "refunded", "refunded")
    world.quiet()
    every = world.box.moysklad.documents("paymentout")
    assert not [row for row in every if document["name"] in row.get("paymentPurpose", "")]
    assert state(world, document) == "Подтвержден"
    [position] = world.box.moysklad.document(document["id"])["positions"]["rows"]
    assert position["quantity"] == 3


def test_a_payment_that_we_made_ourselves_does_not_take_up_a_completed_order(world: Any, chosen: Any) -> None:
    chosen(status_when_paid="processing")
    PaymentMethod.objects.create(shop=world.shop, method="*", document="paymentin")
    order = world.box.store.place_order(
        {"S-00001": 1}, shipping=None, status="completed", paid=True, payment_method="bacs"
    )
    document = world.document(order["id"])
    world.until(lambda: world.row(order["id"]).documents.exclude(external_id=""), "the payment is made")
    world.run_flow("statuses")
    paid = world.box.moysklad.document(document["id"])
    assert paid["payedSum"] == paid["sum"]
    assert world.site_status(order["id"]) == "completed"


def test_a_payment_in_moysklad_does_not_revive_a_cancelled_order(world: Any, sent: Any, chosen: Any) -> None:
    order, document = sent
    chosen(status_when_paid="processing")
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "cancelled")
    world.quiet()
    world.box.moysklad.pay(document["id"])
    world.run_flow("statuses")
    assert world.row(order["id"]).binding.payed_minor > 0
    assert world.site_status(order["id"]) == "cancelled"


def test_a_status_set_by_shipping_sets_its_state_too(world: Any, chosen: Any) -> None:
    world.configure(states={"processing": "Новый", "completed": "Завершен", "cancelled": "Отменен"})
    chosen(status_when_shipped="completed")
    order = world.box.store.place_order({"S-00001": 3}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.ship(document["id"])
    world.run_flow("statuses")
    world.until(lambda: world.site_status(order["id"]) == "completed", "completed")
    world.quiet()
    assert state(world, document) == "Завершен"


def test_a_shipment_made_before_the_bridge_kept_shipments_is_no_news(
    world: Any, shipped: Any, chosen: Any
) -> None:
    order, document, _demand = shipped
    rows = OrderBinding.objects.filter(order=world.row(order["id"]))
    rows.update(agent_id="", organization_id="", payed_minor=0, shipped_minor=0)
    chosen(status_when_shipped="completed")
    note = {"customer_note": "позвоните"}
    world.box.store.edit_order(order["id"], note)
    world.until(
        lambda: "позвоните" in world.box.moysklad.document(document["id"]).get("description", ""), "the note"
    )
    world.quiet()
    assert rows.get().shipped_minor > 0
    assert world.site_status(order["id"]) == "processing"


def test_goods_that_staff_changed_just_before_a_note_of_the_buyer_reach_the_site(
    world: Any, sent: Any, chosen: Any
) -> None:
    chosen(accept_edits=True)
    order, document = sent
    world.box.moysklad.webhook_knobs(drop=True)
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    world.box.settle()
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.until(lambda: pieces(world, order, document) == (5, 5), "five pieces on the site")
    assert "позвоните" in world.box.moysklad.document(document["id"])["description"]


def test_an_edit_taken_back_after_a_lost_answer_is_taken_back(world: Any, sent: Any, chosen: Any) -> None:
    chosen(accept_edits=True)
    order, document = sent
    world.box.store.hold_events()
    world.box.store.faults.add("cut_after", method="PUT", path="orders/")
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    world.until(lambda: pieces(world, order, document) == (5, 5), "carried out")
    world.box.store.faults.add("status", path="wc/v3", status=503, count=None)
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=2)
    world.box.moysklad.settle()
    world.box.store.faults.clear()
    world.until(lambda: pieces(world, order, document) == (2, 2), "taken back")
    world.box.store.release_events()
    world.quiet()
    assert pieces(world, order, document) == (2, 2)
    assert not waiting_for_a_person(world, order)


def test_an_edit_with_an_unreachable_minor_unit_survives_a_lost_answer(world: Any, chosen: Any) -> None:
    chosen(accept_edits=True)
    order = world.box.store.place_order({"S-00001": 1}, shipping=None, tax_rates=[{"percent": 20}])
    document = world.document(order["id"])
    world.quiet()
    world.box.store.faults.add("cut_after", method="PUT", path="orders/")
    world.box.moysklad.set_position(document["id"], "S-00001", price=10005.0)
    world.flag(order["id"], "edit_total_differs")
    world.quiet()
    assert not waiting_for_a_person(world, order)
    assert world.box.moysklad.document(document["id"])["sum"] == 10005.0


@pytest.mark.parametrize("fault", ["refused", "lost"])
def test_the_note_of_an_edit_is_written_once_although_its_first_try_failed(
    world: Any, sent: Any, chosen: Any, fault: str
) -> None:
    chosen(accept_edits=True)
    order, document = sent
    kind = {"kind": "status", "status": 500} if fault == "refused" else {"kind": "cut_after"}
    world.box.store.faults.add(**kind, method="POST", path="notes$")
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    world.message(order["id"], kind="edit_to_site")
    world.quiet()
    notes = [row for row in world.box.store.notes(order["id"]) if document["name"] in row["note"]]
    assert len(notes) == 1
    assert world.row(order["id"]).binding.editing is None
