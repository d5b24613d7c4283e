"""The money of an order in MoySklad: entered once, whoever enters it, and never more than the document costs."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import PaymentMethod, Shop
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage

Json = dict[str, Any]


def money(world: Any, document: Json, kind: str = "paymentin") -> list[Json]:
    """The payments of a kind that are linked to a document."""
    return [
        row
        for row in world.box.moysklad.documents(kind)
        if any(link.get("id") == document["id"] for link in row.get("operations") or [])
    ]


def sums(world: Any, document: Json) -> tuple[float, float]:
    """What a document costs, and what was paid for it."""
    there = world.box.moysklad.document(document["id"])
    return there["sum"], there["payedSum"]


def made_again(world: Any, order: Json, document: Json) -> Json:
    """The document made in the place of a removed one."""

    def others() -> list[Json]:
        return [one for one in world.documents(order["id"]) if one["id"] != document["id"]]

    [new] = world.until(others, "the document is made again")
    world.quiet()
    return dict(new)


def living(world: Any, order: Json) -> list[Json]:
    return [one for one in world.documents(order["id"]) if not one.get("deleted")]


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test."""
    world.configure()
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    yield change
    world.box.moysklad.faults.clear()
    world.quiet()
    change(**{key: value for key, value in before.items() if key != "id"})
    PaymentMethod.objects.all().delete()


@pytest.fixture
def method(world: Any, chosen: Any) -> Any:
    """Choose the document of all payment methods."""

    def choose(document: str) -> None:
        PaymentMethod.objects.update_or_create(shop=world.shop, method="*", defaults={"document": document})

    return choose


@pytest.fixture
def sent(world: Any, chosen: Any) -> tuple[Json, Json]:
    """An order of two kinds of goods and its document, everything quiet."""
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 3}, shipping=("Курьер", "350.00"))
    document = world.document(order["id"])
    world.quiet()
    return order, document


@pytest.fixture
def paid(world: Any, method: Any) -> tuple[Json, Json, Json]:
    """A paid order, its document and the payment of it."""
    method("paymentin")
    order = world.box.store.place_order({"S-00001": 3}, shipping=None, paid=True, payment_method="bacs")
    document = world.document(order["id"])
    [payment] = world.until(lambda: money(world, document), "the payment")
    world.quiet()
    return order, document, payment


def test_a_payment_of_staff_that_pays_the_site_is_not_made_again(
    world: Any, sent: Any, chosen: Any, method: Any
) -> None:
    order, document = sent
    chosen(mark_paid=True)
    method("paymentin")
    world.box.moysklad.pay(document["id"])
    world.run_flow("statuses")
    world.until(lambda: world.box.store.order(order["id"])["date_paid"], "paid on the site")
    world.quiet()
    total, entered = sums(world, document)
    assert total == entered
    assert len(money(world, document)) == 1


def test_cash_that_staff_entered_is_not_entered_again_when_the_order_is_completed(
    world: Any, sent: Any, method: Any
) -> None:
    order, document = sent
    method("cashin")
    world.box.moysklad.pay(document["id"], kind="cashin")
    world.quiet()
    world.box.store.set_status(order["id"], "completed")
    world.until(lambda: world.row(order["id"]).binding.written.get("paid"), "the payment was looked for")
    world.quiet()
    total, entered = sums(world, document)
    assert total == entered


def test_a_document_seen_to_is_not_asked_about_again(world: Any, paid: Any) -> None:
    order, document, payment = paid
    world.box.moysklad.delete(payment["id"], "paymentin")
    world.quiet()
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.until(
        lambda: "позвоните" in world.box.moysklad.document(document["id"]).get("description", ""), "the note"
    )
    world.quiet()
    key = world.row(order["id"]).object_key
    assert OutboxMessage.objects.filter(kind="payment_to_moysklad", object_key=key).count() == 1
    assert money(world, document) == []


def test_only_the_rest_of_a_part_payment_is_entered(world: Any, sent: Any, method: Any) -> None:
    order, document = sent
    method("cashin")
    world.box.moysklad.pay(document["id"], sum_minor=10000, kind="cashin")
    world.box.store.pay(order["id"])
    world.until(lambda: len(money(world, document, "cashin")) == 2, "the rest is paid")
    world.quiet()
    total, entered = sums(world, document)
    assert total == entered
    assert sum(row["sum"] for row in money(world, document, "cashin")) == total


def test_a_payment_of_staff_in_a_document_of_an_earlier_release_is_not_made_again(
    world: Any, chosen: Any, method: Any
) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None, payment_method="bacs", paid=True)
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.pay(document["id"])
    world.quiet()
    binding = world.row(order["id"]).binding
    OrderBinding.objects.filter(pk=binding.pk).update(agent_id="", organization_id="", payed_minor=0)
    method("paymentin")
    world.box.store.set_status(order["id"], "completed")
    world.until(lambda: world.row(order["id"]).binding.written.get("paid"), "the payment was looked for")
    world.quiet()
    total, entered = sums(world, document)
    assert total == entered


def test_another_kind_chosen_after_a_lost_answer_makes_no_second_payment(
    world: Any, sent: Any, method: Any
) -> None:
    order, document = sent
    method("paymentin")
    box = world.box.moysklad
    box.faults.add("cut_after", method="POST", path="entity/paymentin$")
    box.faults.add("status", method="GET", path="entity/paymentin", status=503, count=None)
    world.box.store.pay(order["id"])
    world.until(lambda: money(world, document), "made, its answer is lost")
    method("cashin")
    box.faults.clear()
    world.until(lambda: world.row(order["id"]).binding.written.get("paid"), "found")
    world.quiet()
    assert (len(money(world, document)), len(money(world, document, "cashin"))) == (1, 0)
    assert [row.kind for row in world.row(order["id"]).documents.all()] == ["paymentin"]


def test_another_kind_chosen_after_a_try_that_failed_is_the_kind_that_is_made(
    world: Any, sent: Any, method: Any
) -> None:
    order, document = sent
    method("paymentin")
    world.box.moysklad.faults.add("cut_before", method="POST", path="entity/paymentin$")
    world.box.moysklad.faults.add("status", method="GET", path="entity/paymentin", status=503, count=None)
    world.box.store.pay(order["id"])
    world.until(lambda: world.row(order["id"]).documents.filter(sending=True).exists(), "a try")
    world.message(order["id"], kind="payment_to_moysklad", state="waiting", problem__gt="")  # in doubt
    method("cashin")
    world.box.moysklad.faults.clear()
    world.until(lambda: money(world, document, "cashin"), "paid")
    world.quiet()
    [row] = world.row(order["id"]).documents.all()
    assert (row.kind, money(world, document)) == ("cashin", [])


@pytest.mark.parametrize("removed", ["delete", "trash"])
def test_the_payment_of_a_removed_document_pays_for_the_one_made_again(
    world: Any, paid: Any, chosen: Any, removed: str
) -> None:
    order, document, payment = paid
    chosen(on_removed="create")
    getattr(world.box.moysklad, removed)(document["id"])
    new = made_again(world, order, document)
    total, entered = sums(world, new)
    assert total == entered
    assert [one["id"] for one in money(world, new)] == [payment["id"]]


def test_links_that_staff_gave_a_payment_survive_its_second_document(
    world: Any, paid: Any, sent: Any, chosen: Any
) -> None:
    order, document, payment = paid
    other = sent[1]
    chosen(on_removed="create")
    links = [{"meta": one["meta"], "linkedSum": 10000.0} for one in (document, other)]
    world.box.moysklad.edit("paymentin", payment["id"], {"operations": links})
    world.box.moysklad.trash(document["id"])
    new = made_again(world, order, document)
    assert sums(world, other)[1] == 10000.0
    assert sums(world, new)[1] == payment["sum"] - 10000.0


def test_a_payment_that_is_gone_with_its_document_is_made_again_with_it(
    world: Any, paid: Any, chosen: Any
) -> None:
    order, document, payment = paid
    world.box.moysklad.trash(payment["id"], "paymentin")
    chosen(on_removed="create")
    world.box.moysklad.trash(document["id"])
    new = made_again(world, order, document)
    total, entered = sums(world, new)
    assert total == entered
    assert payment["id"] not in [one["id"] for one in money(world, new)]


def test_what_was_given_back_before_the_first_sending_is_not_paid_for_the_document(
    world: Any, method: Any
) -> None:
    method("paymentin")
    order = world.box.store.place_order(
        {"S-00001": 3}, status="pending", shipping=None, paid=True, payment_method="bacs"
    )
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.box.store.set_status(order["id"], "processing")
    document = world.document(order["id"])
    [payment] = world.until(lambda: money(world, document), "the payment")
    world.quiet()
    total, entered = sums(world, document)
    assert total == entered
    assert payment["sum"] == round(float(order["total"]) * 100)


def test_money_that_staff_entered_is_not_entered_again_for_the_document_made_again(
    world: Any, sent: Any, chosen: Any, method: Any
) -> None:
    order, document = sent
    method("paymentin")
    world.box.moysklad.pay(document["id"])
    world.box.store.pay(order["id"])
    world.until(lambda: world.row(order["id"]).binding.written.get("paid"), "the payment was looked for")
    world.quiet()
    before = len(world.box.moysklad.documents("paymentin"))
    chosen(on_removed="create")
    world.box.moysklad.trash(document["id"])
    made_again(world, order, document)
    assert len(world.box.moysklad.documents("paymentin")) == before


def test_a_failed_move_to_the_bin_is_tried_again(world: Any, sent: Any, chosen: Any) -> None:
    order, document = sent
    chosen(bin_deleted=True)
    world.box.moysklad.faults.add("status", method="POST", path="/trash$", status=503)
    world.box.store.trash_order(order["id"])
    world.until(lambda: world.box.moysklad.document(document["id"]).get("deleted"), "in the bin")
    world.quiet()
    assert world.row(order["id"]).binding.gone == "ours"


def test_a_move_to_the_bin_that_never_arrived_is_made_up_for(world: Any, sent: Any, chosen: Any) -> None:
    order, document = sent
    chosen(bin_deleted=True)
    world.box.moysklad.faults.add("cut_before", method="POST", path="/trash$")
    world.box.store.trash_order(order["id"])
    world.until(lambda: world.box.moysklad.document(document["id"]).get("deleted"), "in the bin")
    world.quiet()
    assert living(world, order) == []


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "cut_before"}])
def test_an_order_back_before_its_document_was_in_the_bin_keeps_it(
    world: Any, sent: Any, chosen: Any, fault: Json
) -> None:
    order, document = sent
    chosen(bin_deleted=True)
    world.box.moysklad.faults.add(method="POST", path="/trash$", count=None, **fault)
    world.box.store.trash_order(order["id"])
    world.message(order["id"], kind="order_to_moysklad", state="waiting", problem__gt="")
    world.box.store.untrash_order(order["id"])
    world.until(lambda: world.row(order["id"]).status == "processing", "back")
    world.until(lambda: world.row(order["id"]).binding.gone == "", "the document goes on")
    world.box.moysklad.faults.clear()
    world.quiet()
    assert [one["id"] for one in living(world, order)] == [document["id"]]
    assert len(world.documents(order["id"])) == 1


@pytest.mark.parametrize("side", ["site", "moysklad"])
def test_a_document_made_again_holds_no_goods_that_were_given_back(
    world: Any, paid: Any, chosen: Any, side: str
) -> None:
    order, document, payment = paid
    expense_item = next(iter(world.box.moysklad.directory("expenseitem").values()))
    chosen(on_removed="create", expense_item_id=expense_item)
    demand = world.box.moysklad.ship(document["id"])
    world.quiet()
    if side == "site":
        world.box.store.refund(order["id"], {"S-00001": 1})
    else:
        world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
        world.until(lambda: world.box.store.refunds(order["id"]), "the refund")
    world.quiet()
    before = len(world.box.moysklad.documents("salesreturn"))
    world.box.moysklad.trash(document["id"])
    new = made_again(world, order, document)
    [position] = world.box.moysklad.document(new["id"])["positions"]["rows"]
    assert (position["quantity"], position["reserve"]) == (2, 2)
    total, entered = sums(world, new)
    assert total == entered == payment["sum"] * 2 / 3
    assert len(world.box.moysklad.documents("salesreturn")) == before
    assert not world.row(order["id"]).flags.exists()
