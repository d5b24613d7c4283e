"""Refunds and returns that people make on both sides: nothing is given back twice, no question outlives its reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from django.utils.translation import override

from bridge.connections.models import Shop
from bridge.orders.after_sale import Refund, Return
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.problems import sentence
from bridge.sync.models import Watermark
from bridge.sync.refunds import refund_plans
from bridge.sync.returns import returns_to_site

Json = dict[str, Any]


@pytest.fixture
def chosen(world: Any) -> Any:
    """Change choices of the shop for one test."""
    world.configure()
    before = Shop.objects.values().get()

    def change(**fields: Any) -> None:
        Shop.objects.update(**fields)

    yield change
    world.box.moysklad.webhook_knobs(drop=False)
    world.quiet()
    Shop.objects.update(**{key: value for key, value in before.items() if key != "id"})


@pytest.fixture
def shipped(world: Any, chosen: Any) -> Any:
    """Place an order of three pieces; its document is shipped whole."""

    def place(**more: Any) -> tuple[Json, Json, Json]:
        order = world.box.store.place_order({"S-00001": 3}, shipping=None, **more)
        document = world.document(order["id"])
        demand = world.box.moysklad.ship(document["id"])
        world.quiet()
        return order, document, demand

    return place


def on_the_site(world: Any, order: Json) -> list[Json]:
    return list(world.box.store.refunds(order["id"]))


def returns(world: Any, document: Json) -> list[Json]:
    every = world.box.moysklad.documents("salesreturn")
    return [o for o in every if o.get("demand", {}).get("customerOrder", {}).get("id") == document["id"]]


def questions(world: Any, order: Json) -> list[str]:
    waiting = OutboxMessage.objects.filter(
        object_key=world.row(order["id"]).object_key, state__in=("parked", "dead")
    )
    return sorted(waiting.values_list("problem", flat=True))


def flags_of(world: Any, order: Json) -> set[str]:
    return set(world.row(order["id"]).flags.values_list("code", flat=True))


def row_of(refund: Json) -> Refund:
    return Refund.objects.select_related("order__shop__site", "order__shop__account").get(
        source_id=str(refund["id"])
    )


def back_again(world: Any, demand: Json, quantity: int) -> Json:
    """Staff enter a return in MoySklad, and the bridge has heard of it."""
    back: Json = world.box.moysklad.return_goods(demand["id"], {"S-00001": quantity})
    world.quiet()
    world.run_flow("returns")
    return back


# --- a return entered by hand for a refund of the site -------------------------------------------


def test_a_return_an_owner_makes_himself_for_a_refund_is_not_refunded_again(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(send_refunds=False)
    order, _document, demand = shipped()
    refund = world.box.store.refund(order["id"], {"S-00001": 1})
    world.flag(order["id"], "refund_not_sent")
    back = back_again(world, demand, 1)
    assert [one["id"] for one in on_the_site(world, order)] == [refund["id"]]
    assert Return.objects.get(external_id=back["id"]).refund == row_of(refund)
    assert flags_of(world, order) == set()


def test_a_return_entered_for_a_refund_that_waited_answers_its_question(world: Any, shipped: Any) -> None:
    order, document, demand = shipped()
    world.box.store.refund(order["id"], {"S-00001": 1}, amount="10.00")
    assert world.message(order["id"], state="parked").problem == "refund_price_differs"
    back_again(world, demand, 1)
    assert len(on_the_site(world, order)) == len(returns(world, document)) == 1
    assert questions(world, order) == []


def test_a_return_of_ours_that_staff_make_anew_is_not_refunded_again(world: Any, shipped: Any) -> None:
    order, document, demand = shipped()
    world.box.store.refund(order["id"], {"S-00001": 1})
    [ours] = world.until(lambda: returns(world, document), "the return")
    world.quiet()
    world.box.moysklad.delete(ours["id"], "salesreturn")
    world.flag(order["id"], "refund_return_removed")
    back_again(world, demand, 1)
    assert len(on_the_site(world, order)) == len(returns(world, document)) == 1
    assert flags_of(world, order) == set()


def test_a_refund_settled_before_its_return_was_entered_is_known_too(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped()
    refund = world.box.store.refund(order["id"], {"S-00001": 1}, amount="10.00")
    world.message(order["id"], state="parked")
    refund_plans.settle_by_hand(row_of(refund))
    world.quiet()
    back_again(world, demand, 1)
    back_again(world, demand, 2)
    assert len(on_the_site(world, order)) == 2
    assert questions(world, order) == []


def test_a_return_of_a_part_of_what_was_refunded_asks_a_person(world: Any, shipped: Any, chosen: Any) -> None:
    chosen(send_refunds=False)
    order, _document, demand = shipped()
    world.box.store.refund(order["id"], {"S-00001": 2})
    world.quiet()
    back = back_again(world, demand, 1)
    assert questions(world, order) == ["return_of_refund"]
    assert len(on_the_site(world, order)) == 1
    returns_to_site.settle(Return.objects.select_related("order__shop__site").get(external_id=back["id"]))
    world.quiet()
    assert questions(world, order) == []
    assert len(on_the_site(world, order)) == 1


def test_refunds_that_cannot_be_told_apart_from_each_other_ask_a_person(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(send_refunds=False)
    order, _document, demand = shipped()
    for amount in ("10.00", "20.00"):
        world.box.store.refund(order["id"], {"S-00001": 1}, amount=amount)
    world.quiet()
    back_again(world, demand, 1)
    assert questions(world, order) == ["return_of_refund"]


def test_a_return_entered_for_a_refund_of_the_site_never_changes_that_refund(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(send_refunds=False, follow_returns=True)
    order, _document, demand = shipped()
    refund = world.box.store.refund(order["id"], {"S-00001": 1})
    world.quiet()
    back = back_again(world, demand, 1)
    rows = world.box.moysklad.document(back["id"], "salesreturn")["positions"]["rows"]
    world.box.moysklad.edit("salesreturn", back["id"], {"positions": [{"id": rows[0]["id"], "quantity": 2}]})
    world.quiet()
    assert questions(world, order) == ["return_of_refund"]
    world.box.moysklad.trash(back["id"], "salesreturn")
    world.quiet()
    assert questions(world, order) == []
    assert [one["id"] for one in on_the_site(world, order)] == [refund["id"]]
    back_again(world, demand, 1)
    assert [one["id"] for one in on_the_site(world, order)] == [refund["id"]]


# --- refunds that cannot be read -----------------------------------------------------------------


def test_a_refund_nobody_can_read_is_shown_and_stops_nothing(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None, decimals=3)
    document = world.document(order["id"])
    world.quiet()
    unread = world.box.store.refund(order["id"], amount="10.005")
    told = world.flag(order["id"], "refund_not_read")
    assert told["refunds"] == str(unread["id"])
    with override("ru"):
        said = sentence("refund_not_read", told)
    assert f"Возвраты {unread['id']}" in said
    assert "считает деньги до сотых" in said
    assert "10,005 RUB" in said
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: row_count(world, order) == 1, "the other refund is kept")
    world.box.store.set_status(order["id"], "cancelled")
    world.quiet()
    assert world.box.moysklad.document(document["id"])["state"]["name"] == "Отменен"
    world.box.store.delete_refund(order["id"], unread["id"])
    world.until(lambda: "refund_not_read" not in flags_of(world, order), "the flag is lowered")


def row_count(world: Any, order: Json) -> int:
    return int(Refund.objects.filter(order=world.row(order["id"])).count())


# --- what was there before -----------------------------------------------------------------------


def test_refunds_made_before_the_upgrade_are_history(world: Any, shipped: Any, chosen: Any) -> None:
    order, document, demand = shipped()
    chosen(accept_returns=False)
    world.box.store.hold_events()
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.quiet()
    world.box.store.release_events(drop=99)
    chosen(accept_returns=True)
    upgrade(chosen)
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.until(lambda: row_count(world, order) == 1, "the refund is known")
    world.quiet()
    assert len(returns(world, document)) == 1
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.until(lambda: len(returns(world, document)) == 2, "a refund made since is returned")


def upgrade(chosen: Any) -> None:
    """What the shop and its orders have when this release begins to work; the site counts in whole seconds."""
    import time

    time.sleep(1.1)
    chosen(refunds_since=timezone.now())
    Return.objects.all().delete()
    time.sleep(1.1)


def test_returns_made_before_the_upgrade_mail_nobody(world: Any, shipped: Any, chosen: Any) -> None:
    order, _document, demand = shipped()
    world.box.moysklad.webhook_knobs(drop=True)
    old = world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.box.settle()
    upgrade(chosen)
    Watermark.objects.filter(flow="returns").update(position=None)
    world.run_flow("returns")
    assert on_the_site(world, order) == []
    world.box.moysklad.edit("salesreturn", old["id"], {"description": "проверено"})
    world.run_flow("returns")
    assert on_the_site(world, order) == []
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 1})
    world.run_flow("returns")
    assert len(on_the_site(world, order)) == 1


# --- what a person agreed to ---------------------------------------------------------------------


def change(world: Any, back: Json, quantity: float) -> None:
    rows = world.box.moysklad.document(back["id"], "salesreturn")["positions"]["rows"]
    positions = [{"id": rows[0]["id"], "quantity": quantity}]
    world.box.moysklad.edit("salesreturn", back["id"], {"positions": positions})


def test_two_returns_a_person_wants_followed_are_both_followed(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped()
    backs = [back_again(world, demand, 1), back_again(world, demand, 1)]
    for back in backs:
        change(world, back, 0.5)
    world.quiet()
    first = {one["id"] for one in on_the_site(world, order)}
    world.box.store.faults.add("status", path="wc/v3", status=503, count=3)
    for back in backs:
        returns_to_site.follow(Return.objects.select_related("order__shop__site").get(external_id=back["id"]))
    world.quiet()
    now = on_the_site(world, order)
    assert len(now) == 2
    assert not first & {one["id"] for one in now}


def test_a_person_agrees_to_one_change_and_not_to_those_after_it(
    world: Any, shipped: Any, chosen: Any
) -> None:
    """A second return that waits for a person keeps the message open in which the word was given."""
    chosen(send_refunds=False)
    order, _document, demand = shipped()
    back = back_again(world, demand, 1)
    world.box.store.refund(order["id"], {"S-00001": 1})
    world.quiet()
    back_again(world, demand, 2)
    assert questions(world, order) == ["return_exceeds_order"]
    change(world, back, 0.5)
    world.quiet()
    returned = Return.objects.select_related("order__shop__site").get(external_id=back["id"])
    returns_to_site.follow(returned)
    world.quiet()
    returned.refresh_from_db()
    assert returned.done == returned.content
    change(world, back, 0.25)
    world.quiet()
    returned.refresh_from_db()
    assert returned.done != returned.content


# --- no question outlives its reason -------------------------------------------------------------


def test_a_question_about_a_refund_goes_when_the_refund_is_deleted(world: Any, shipped: Any) -> None:
    order, _document, _demand = shipped()
    refund = world.box.store.refund(order["id"], amount="100.00")
    world.message(order["id"], kind="refund_to_moysklad", state="parked")
    world.quiet()
    world.box.store.delete_refund(order["id"], refund["id"])
    world.until(lambda: questions(world, order) == [], "nothing is asked any more")


def test_a_question_about_a_refund_goes_when_the_document_is_made_again(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(on_removed="create")
    order, document, _demand = shipped()
    world.box.store.refund(order["id"], amount="100.00")
    world.message(order["id"], kind="refund_to_moysklad", state="parked")
    world.box.moysklad.trash(document["id"])
    world.until(lambda: len(world.documents(order["id"])) == 2, "made again")
    world.quiet()
    assert questions(world, order) == []


def test_a_return_goes_on_when_the_refund_in_its_way_is_deleted(
    world: Any, shipped: Any, chosen: Any
) -> None:
    chosen(send_refunds=False)
    order, _document, demand = shipped()
    refund = world.box.store.refund(order["id"], {"S-00001": 2})
    world.quiet()
    world.box.moysklad.return_goods(demand["id"], {"S-00001": 3})
    message = world.message(order["id"], kind="return_to_site", state="parked")
    assert message.problem == "return_exceeds_order"
    world.box.store.delete_refund(order["id"], refund["id"])
    world.until(lambda: questions(world, order) == [], "nothing is asked any more")
    world.quiet()
    [made] = on_the_site(world, order)
    assert made["id"] != refund["id"]
    assert flags_of(world, order) == set()


def test_the_flag_of_a_refund_that_is_gone_is_lowered(world: Any, shipped: Any, chosen: Any) -> None:
    chosen(send_refunds=False)
    order, _document, _demand = shipped()
    first = world.box.store.refund(order["id"], {"S-00001": 1})
    world.flag(order["id"], "refund_not_sent")
    second = world.box.store.refund(order["id"], {"S-00001": 1})
    world.quiet()
    world.box.store.delete_refund(order["id"], second["id"])
    world.quiet()
    assert world.flag(order["id"], "refund_not_sent")["refund"] == str(first["id"])
    world.box.store.delete_refund(order["id"], first["id"])
    world.until(lambda: flags_of(world, order) == set(), "the flag is lowered")


def test_a_refund_of_a_return_that_was_deleted_on_the_site_is_shown_until_a_person_has_seen_to_it(
    world: Any, shipped: Any
) -> None:
    order, _document, demand = shipped()
    back = back_again(world, demand, 1)
    [refund] = on_the_site(world, order)
    world.box.store.delete_refund(order["id"], refund["id"])
    assert world.flag(order["id"], "return_refund_deleted")["document"] == back["name"]
    returns_to_site.settle(Return.objects.select_related("order__shop__site").get(external_id=back["id"]))
    assert flags_of(world, order) == set()


# --- orders that are not what they seem ----------------------------------------------------------


def test_an_order_deleted_on_a_restored_site_leaves_its_namesake_alone(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    older = world.row(order["id"])
    Order.objects.filter(pk=older.pk).update(order_key="of_the_site_before")
    world.box.store.resend(order["id"])
    same = Order.objects.filter(source_id=str(order["id"]))
    world.until(lambda: same.count() == 2, "two orders of one number")
    world.quiet()
    world.box.store.delete_order(order["id"])
    world.until(lambda: same.filter(status="trash").exists(), "the deletion is heard of")
    world.quiet()
    older.refresh_from_db()
    assert older.status == "processing"
    assert world.box.moysklad.document(document["id"])["state"]["name"] == "Новый"


def test_an_unpaid_order_refused_at_the_door_mails_no_refund(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped()
    world.box.store.set_status(order["id"], "cancelled")
    world.quiet()
    back = back_again(world, demand, 3)
    assert on_the_site(world, order) == []
    assert not [one for one in world.box.store.mails(order["id"]) if "efund" in one["mail"]]
    assert world.flag(order["id"], "return_of_unpaid")["document"] == back["name"]
    assert questions(world, order) == []


def test_a_paid_order_that_was_cancelled_is_refunded_by_its_return(world: Any, shipped: Any) -> None:
    order, _document, demand = shipped(paid=True, payment_method="bacs")
    world.box.store.set_status(order["id"], "cancelled")
    world.quiet()
    back_again(world, demand, 3)
    assert len(on_the_site(world, order)) == 1


def decided(refund: Json) -> bool:
    return Refund.objects.filter(source_id=str(refund["id"])).exclude(plan=None).exists()


def test_the_rest_of_a_refund_whose_shipment_is_gone_may_be_entered_by_hand(world: Any, chosen: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 1}, shipping=None)
    document = world.document(order["id"])
    world.box.moysklad.ship(document["id"], {"S-00001": 2})
    gone = world.box.moysklad.ship(document["id"], {"S-00002": 1})
    world.quiet()
    world.box.moysklad.faults.add("status", method="POST", path="entity/salesreturn$", status=503, count=None)
    refund = world.box.store.refund(order["id"], {"S-00001": 1, "S-00002": 1})
    world.until(lambda: decided(refund), "decided")
    world.box.moysklad.delete(gone["id"], "demand")
    world.box.moysklad.faults.clear()
    message = world.message(order["id"], kind="refund_to_moysklad", state="parked")
    assert message.problem == "refund_partly_returned"
    assert len(returns(world, document)) == 1
    again = world.box.moysklad.ship(document["id"], {"S-00002": 1})
    world.quiet()
    world.box.moysklad.return_goods(again["id"], {"S-00002": 1})
    world.until(lambda: questions(world, order) == [], "nothing is asked any more")
    world.quiet()
    assert len(on_the_site(world, order)) == 1
    assert len(returns(world, document)) == 2
