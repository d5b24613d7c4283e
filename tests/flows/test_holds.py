"""A person at the order's page, between real processes: an order held and released, whose goods count."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import Shop
from bridge.outbox import holds
from bridge.outbox.models import OutboxMessage
from bridge.sync.orders import goods_choice

Json = dict[str, Any]


@pytest.fixture
def sent(world: Any) -> Any:
    """An order of two kinds of goods and its document, everything quiet."""
    world.configure()
    order = world.box.store.place_order({"S-00001": 2, "S-00002": 3}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    yield order, document
    Shop.objects.update(accept_edits=False)


def quantities(world: Any, document: Json) -> dict[str, float]:
    rows = world.box.moysklad.document(document["id"])["positions"]["rows"]
    return {row["assortment"]["article"]: row["quantity"] for row in rows}


def on_site(world: Any, order: Json) -> dict[str, int]:
    return {row["sku"]: row["quantity"] for row in world.box.store.order(order["id"])["line_items"]}


def change(world: Any, order: Json, document: Json, there: int, here: int) -> None:
    """The document's first goods and the order's second; the document's news comes once both are made."""
    world.box.moysklad.webhook_knobs(hold=True)
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=there)
    world.box.store.set_line(order["id"], "S-00002", quantity=here, total=f"{here * 100}.00")
    world.box.moysklad.webhook_knobs(hold=False)
    world.box.moysklad.release_webhooks()


def both_change_goods(world: Any, order: Json, document: Json) -> OutboxMessage:
    """Before either is told of the other's change."""
    change(world, order, document, 5, 9)
    message: OutboxMessage = world.message(order["id"], kind="order_to_moysklad", state="parked")
    assert message.problem == goods_choice.CONFLICT
    return message


def test_nothing_of_a_held_order_goes_out_while_others_do(world: Any, sent: Any) -> None:
    order, document = sent
    key = world.row(order["id"]).object_key
    holds.begin(key, by="Анна")
    world.box.store.edit_order(order["id"], {"shipping": {"address_1": "Новая улица, 5", "city": "Москва"}})
    world.message(order["id"], kind="order_to_moysklad", state="waiting")
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.run_flow("statuses")
    world.message(order["id"], kind="status_to_site", state="waiting")
    other = world.box.store.place_order({"S-00003": 1})
    world.document(other["id"])
    assert "Новая улица" not in world.box.moysklad.document(document["id"]).get("shipmentAddress", "")
    assert world.site_status(order["id"]) == "processing"
    holds.end(key)
    world.until(
        lambda: "Новая улица" in world.box.moysklad.document(document["id"]).get("shipmentAddress", ""),
        "the address arrives once released",
    )
    world.until(lambda: world.site_status(order["id"]) == "completed", "so does the status")


def test_the_sites_goods_go_into_the_document(world: Any, sent: Any) -> None:
    order, document = sent
    both_change_goods(world, order, document)
    assert quantities(world, document) == {"S-00001": 5, "S-00002": 3}
    assert goods_choice.choose(world.row(order["id"]), goods_choice.SITE, by="Анна", why="")
    world.until(
        lambda: quantities(world, document) == {"S-00001": 2, "S-00002": 9}, "the site's goods are there"
    )
    world.quiet()
    change(world, order, document, 6, 4)  # chosen once, not for ever
    world.message(order["id"], kind="order_to_moysklad", state="parked")


def test_the_documents_goods_stay_and_the_order_too(world: Any, sent: Any) -> None:
    order, document = sent
    message = both_change_goods(world, order, document)
    assert goods_choice.choose(world.row(order["id"]), goods_choice.DOCUMENT, by="Анна", why="")
    world.until(lambda: OutboxMessage.objects.get(pk=message.pk).state == "done", "the question is settled")
    world.quiet()
    assert quantities(world, document) == {"S-00001": 5, "S-00002": 3}
    assert on_site(world, order) == {"S-00001": 2, "S-00002": 9}


def test_where_edits_go_to_the_site_it_gets_the_documents_goods(world: Any, sent: Any) -> None:
    order, document = sent
    Shop.objects.update(accept_edits=True)
    both_change_goods(world, order, document)
    assert goods_choice.choose(world.row(order["id"]), goods_choice.DOCUMENT, by="Анна", why="")
    world.until(lambda: on_site(world, order) == {"S-00001": 5, "S-00002": 3}, "the document's goods")
    world.quiet()
    assert quantities(world, document) == {"S-00001": 5, "S-00002": 3}
    assert not OutboxMessage.objects.filter(
        object_key=world.row(order["id"]).object_key, state__in=("parked", "dead")
    ).exists()
