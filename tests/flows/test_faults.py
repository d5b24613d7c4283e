"""Either side answers badly, slowly, late or not at all: nothing is lost, nothing doubled, nobody hammered."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.outbox.models import OutboxMessage

ORDERS = "entity/customerorder"


def test_an_answer_lost_after_the_commit_gives_one_document(world: Any) -> None:
    world.box.moysklad.faults.add("cut_after", method="POST", path=f"{ORDERS}$")
    order = world.box.store.place_order({"S-00001": 1})
    message = world.message(order["id"], state="done")
    assert len(world.documents(order["id"])) == 1
    assert (message.attempts, message.deliveries.count()) == (0, 2), (
        "the account gave no answer: nobody's try"
    )
    assert world.row(order["id"]).binding.external_id == world.document(order["id"])["id"]


def test_an_answer_lost_after_the_commit_and_a_change_meanwhile_are_both_carried_over(world: Any) -> None:
    world.box.moysklad.faults.add("cut_after", method="POST", path=f"{ORDERS}$")
    order = world.box.store.place_order({"S-00001": 1})
    world.document(order["id"])
    world.box.store.set_status(order["id"], "cancelled")
    world.until(
        lambda: [d["state"]["name"] for d in world.documents(order["id"])] == ["Отменен"],
        "one document, newest state",
    )


def test_a_connection_cut_before_the_commit_is_sent_again(world: Any) -> None:
    world.box.moysklad.faults.add("cut_before", method="POST", path=f"{ORDERS}$", count=2)
    order = world.box.store.place_order({"S-00001": 1})
    world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_server_errors_are_survived(world: Any, status: int) -> None:
    world.box.moysklad.faults.add("status", method="POST", path=f"{ORDERS}$", status=status, count=2)
    order = world.box.store.place_order({"S-00001": 1})
    world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1


@pytest.mark.parametrize("flavour", ["rate", "parallel"])
def test_429_of_both_kinds_is_waited_out(world: Any, flavour: str) -> None:
    world.box.moysklad.faults.add(
        "status", method="POST", path=f"{ORDERS}$", status=429, flavour=flavour, count=2
    )
    order = world.box.store.place_order({"S-00001": 1})
    world.document(order["id"])
    assert world.message(order["id"], state="done").attempts == 0, "a limit is nobody's failure"


def test_a_web_page_instead_of_json_is_survived_on_both_sides(world: Any) -> None:
    world.box.moysklad.faults.add("html", method="POST", path=f"{ORDERS}$")
    order = world.box.store.place_order({"S-00001": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.store.faults.add("html", method="PUT", path="orders/")
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.until(
        lambda: world.site_status(order["id"]) == "completed", "the status arrives after the web page"
    )


def test_the_site_away_for_a_while_loses_no_status_and_no_stock(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.store.faults.add("status", path="wc/v3", status=503, count=3)
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.box.moysklad.set_stock("S-00006", "Основной склад", 31)
    world.box.moysklad.tell_stock()
    world.until(lambda: world.site_status(order["id"]) == "completed", "the status arrives")
    world.until(lambda: world.box.store.product("S-00006")["stock_quantity"] == 31, "the stock arrives")


def test_a_backlog_of_an_outage_goes_in_bulk_afterwards(world: Any) -> None:
    world.box.moysklad.faults.add("status", path="entity", status=503, count=4)
    orders = world.box.store.place_orders(12)
    for order in orders:
        world.document(order)
    world.quiet()
    assert all(len(world.documents(order)) == 1 for order in orders)
    assert not OutboxMessage.objects.filter(state="dead").exists()


def test_a_refused_order_is_shown_with_its_reason_and_the_others_go(world: Any) -> None:
    world.box.moysklad.configure(unique_names=True)
    try:
        taken = world.box.store.place_order({"S-00001": 1})
        document = world.document(taken["id"])
        next_id = taken["id"] + 1
        world.box.moysklad.edit("customerorder", document["id"], {"name": f"WOO-{next_id}"})
        order = world.box.store.place_order({"S-00001": 1}, number=str(next_id))
        message = world.message(order["id"], state="dead")
        assert message.problem == "name_taken"
        world.box.moysklad.edit("customerorder", document["id"], {"name": f"WOO-{taken['id']}"})
        from bridge.outbox.enqueue import retry

        assert retry(message)
        world.message(order["id"], state="done")
    finally:
        world.box.moysklad.configure(unique_names=False)
