"""Orders that MoySklad refuses or that change under way: a reason and a remedy, and nothing doubled."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import Shop
from bridge.outbox import enqueue
from bridge.outbox.models import OutboxMessage
from bridge.problems import remedy, sentence


@pytest.fixture(autouse=True)
def configured(world: Any) -> None:
    world.configure()


def explained(message: OutboxMessage) -> bool:
    return bool(sentence(message.problem, message.problem_params) and remedy(message.problem))


def test_a_closed_period_is_named_and_the_order_goes_once_it_is_open(world: Any) -> None:
    world.box.moysklad.configure(closed_before="2099-01-01")
    try:
        order = world.box.store.place_order({"S-00001": 1})
        message = world.message(order["id"], state="dead")
        assert message.problem == "closed_period"
        assert explained(message)
    finally:
        world.box.moysklad.configure(closed_before="")
    enqueue.retry(message)
    world.document(order["id"])
    world.quiet()
    assert len(world.documents(order["id"])) == 1


@pytest.mark.parametrize("asked", ["parked", "dead"])
def test_nobody_is_asked_about_an_order_that_ended_before_it_could_be_sent(world: Any, asked: str) -> None:
    world.box.moysklad.configure(closed_before="2099-01-01" if asked == "dead" else "")
    gift = {"name": "Подарок", "quantity": 1, "total": "1.00"}
    try:
        order = world.box.store.place_order({"S-00001": 1} if asked == "dead" else [gift])
        world.message(order["id"], state=asked)
        world.box.store.set_status(order["id"], "cancelled")
        key = world.row(order["id"]).object_key
        world.until(
            lambda: not OutboxMessage.objects.filter(object_key=key, state=asked).exists(), "nothing is asked"
        )
    finally:
        world.box.moysklad.configure(closed_before="")
    world.quiet()
    assert not world.documents(order["id"])


def test_an_account_of_another_organization_is_named(world: Any) -> None:
    world.box.moysklad.faults.add(
        "error", method="POST", path="entity/customerorder$", code=17000, status=412
    )
    order = world.box.store.place_order({"S-00001": 1})
    message = world.message(order["id"], state="dead")
    assert message.problem == "account_mismatch"
    assert explained(message)
    enqueue.retry(message)
    world.document(order["id"])


def test_a_chosen_account_is_written_only_for_its_own_organization(world: Any) -> None:
    accounts = world.box.moysklad.directory("account")
    other = world.box.moysklad.directory("organization")["ООО «Василёк»"]
    Shop.objects.update(organization_account_id=next(iter(accounts.values())))
    try:
        first = world.box.store.place_order({"S-00001": 1})
        assert "organizationAccount" in world.document(first["id"])
        Shop.objects.update(organization_id=other)
        second = world.box.store.place_order({"S-00001": 1})
        assert "organizationAccount" not in world.document(second["id"])
    finally:
        Shop.objects.update(organization_account_id="")


def test_an_order_edited_while_it_is_being_sent_ends_as_the_site_has_it(world: Any) -> None:
    world.box.moysklad.faults.add("slow", method="POST", path="entity/customerorder$", ms=10000)
    order = world.box.store.place_order({"S-00001": 1})
    world.until(
        lambda: OutboxMessage.objects.filter(
            object_key=world.row(order["id"]).object_key, state=OutboxMessage.State.IN_FLIGHT
        ).exists(),
        "the order is on its way",
    )
    world.box.store.set_line(order["id"], "S-00001", quantity=4, total="444.00")
    document = world.document(order["id"])
    world.quiet()
    world.until(
        lambda: next(r["quantity"] for r in world.documents(order["id"])[0]["positions"]["rows"]) == 4,
        "the edit is in the document",
    )
    assert world.documents(order["id"])[0]["id"] == document["id"]
    assert world.documents(order["id"])[0]["sum"] == round(
        float(world.box.store.order(order["id"])["total"]) * 100
    )


def test_a_buyer_deleted_in_moysklad_is_made_anew(world: Any) -> None:
    buyer = {"email": "lost@example.com", "phone": "+7 900 111-22-33", "last_name": "Пропавший"}
    first = world.box.store.place_order({"S-00001": 1}, **buyer)
    agent = world.document(first["id"])["agent"]["id"]
    world.quiet()
    world.box.moysklad.delete(world.document(first["id"])["id"])
    world.box.moysklad.delete(agent, kind="counterparty")
    second = world.box.store.place_order({"S-00002": 1}, **buyer)
    document = world.document(second["id"])
    assert document["agent"]["id"] != agent
    same = [row for row in world.box.moysklad.counterparties() if row.get("email") == "lost@example.com"]
    assert len(same) == 1
