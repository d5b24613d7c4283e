"""What people do meanwhile: links missing, managers editing and deleting documents, tokens revoked."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync import flows
from bridge.sync.goods.catalog_from_moysklad import link

WORLD = {"special": ["duplicate_article", "missing_in_moysklad", "no_sku", "missing_on_site"]}


def test_ambiguous_and_missing_goods_are_listed_never_guessed(world: Any) -> None:
    found = dict(Listing.objects.exclude(match="linked").values_list("sku", "match"))
    assert found.get("X-DUP") == "ambiguous"
    assert found.get("X-NOMS") == "missing"
    assert found.get("") == "no_sku"


def test_an_order_with_an_unlinked_line_waits_and_goes_when_it_is_linked(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1, "X-NOMS": 2})
    message = world.message(order["id"], state="parked")
    assert message.problem == "unlinked_lines"
    assert "X-NOMS" in message.problem_params["lines"]
    assert "S-00001" not in message.problem_params["lines"]
    assert world.documents(order["id"]) == [], "an order is never sent half"
    listing = Listing.objects.get(sku="X-NOMS")
    assert link(listing, Product.objects.get(article="X-NOSITE")) == 1
    document = world.document(order["id"])
    assert len(document["positions"]["rows"]) == 3


def test_goods_made_in_moysklad_after_the_order_release_it_by_themselves(world: Any) -> None:
    ProductBinding.objects.filter(listing__sku="S-00010").delete()
    Listing.objects.filter(sku="S-00010").update(match="missing", sku="NEW-1")
    order = world.box.store.place_order({"S-00010": 1})
    world.message(order["id"], state="parked")
    world.box.moysklad.create("product", {"name": "Новинка", "article": "NEW-1"})
    flows.run_soon(world.shop.account, "catalogue")
    world.document(order["id"])


def test_a_managers_edit_survives_a_status_change_on_the_site(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None)
    document = world.document(order["id"])
    other = world.box.moysklad.item("S-00002")
    positions = [{"quantity": 5, "price": 12300.0, "assortment": {"meta": other["meta"]}}]
    world.box.moysklad.edit(
        "customerorder", document["id"], {"positions": positions, "description": "Звонил клиенту"}
    )
    world.quiet()
    world.box.store.set_status(order["id"], "cancelled")
    world.until(
        lambda: world.box.moysklad.document(document["id"])["state"]["name"] == "Отменен",
        "the status went over",
    )
    after = world.box.moysklad.document(document["id"])
    assert [(row["quantity"], row["price"]) for row in after["positions"]["rows"]] == [(5, 12300.0)]
    assert after["description"] == "Звонил клиенту"


def test_goods_changed_on_both_sides_wait_for_a_person(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None)
    document = world.document(order["id"])
    other = world.box.moysklad.item("S-00002")
    positions = [{"quantity": 5, "price": 12300.0, "assortment": {"meta": other["meta"]}}]
    world.box.moysklad.edit("customerorder", document["id"], {"positions": positions})
    line = world.box.store.order(order["id"])["line_items"][0]
    world.box.store.edit_order(
        order["id"], {"line_items": [{"id": line["id"], "quantity": 3, "total": "900.00"}]}
    )
    message = world.message(order["id"], state="parked")
    assert message.problem == "positions_changed_on_both_sides"
    after = world.box.moysklad.document(document["id"])
    assert [row["quantity"] for row in after["positions"]["rows"]] == [5]


def test_goods_changed_on_the_site_alone_follow_and_keep_their_positions(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 2}, shipping=None)
    document = world.document(order["id"])
    before = document["positions"]["rows"][0]["id"]
    line = world.box.store.order(order["id"])["line_items"][0]
    world.box.store.edit_order(
        order["id"], {"line_items": [{"id": line["id"], "quantity": 3, "total": "900.00"}]}
    )
    world.until(lambda: world.box.moysklad.document(document["id"])["sum"] == 90000, "the sum follows")
    [row] = world.box.moysklad.document(document["id"])["positions"]["rows"]
    assert (row["id"], row["quantity"], row["reserve"]) == (before, 3, 3)


@pytest.mark.parametrize("how", ["delete", "trash"])
@pytest.mark.parametrize("webhooks", [True, False])
def test_a_document_removed_there_is_asked_about_once(world: Any, how: str, webhooks: bool) -> None:
    order = world.box.store.place_order({"S-00001": 1})
    document = world.document(order["id"])
    world.quiet()
    world.box.moysklad.webhook_knobs(drop=not webhooks)
    try:
        getattr(world.box.moysklad, how)(document["id"])
        world.box.settle()
    finally:
        world.box.moysklad.webhook_knobs(drop=False)
    world.box.moysklad.reset_stats()
    world.box.store.set_status(order["id"], "cancelled")
    message = world.message(order["id"], state="parked")
    assert message.problem == "document_gone"
    expected = OrderBinding.Gone.DELETED if how == "delete" else OrderBinding.Gone.BINNED
    assert world.row(order["id"]).binding.gone == expected
    world.quiet()
    world.box.store.set_status(order["id"], "processing")
    world.quiet()
    world.message(order["id"], state="parked")
    assert world.site_status(order["id"]) == "processing"
    assert len([call for call in world.box.moysklad.calls() if call["status"] == 404]) <= 1, "no loop of 404s"
    assert (
        OutboxMessage.objects.filter(object_key=world.row(order["id"]).object_key, state="parked").count()
        == 1
    )


def test_a_buyer_deleted_in_moysklad_is_made_anew(world: Any) -> None:
    buyer = {"email": "gone@example.org", "phone": "+7 916 000-00-09"}
    first = world.document(world.box.store.place_order({"S-00001": 1}, **buyer)["id"])
    world.box.moysklad.delete(first["id"])
    world.box.moysklad.delete(first["agent"]["id"], "counterparty")
    second = world.document(world.box.store.place_order({"S-00001": 1}, **buyer)["id"])
    assert second["agent"]["id"] != first["agent"]["id"]


def test_a_currency_moysklad_does_not_have_parks_the_order(world: Any) -> None:
    order = world.box.store.place_order({"S-00001": 1}, currency="EUR")
    message = world.message(order["id"], state="parked")
    assert (message.problem, message.problem_params["currency"]) == ("currency_unknown", "EUR")


def test_a_revoked_token_stops_the_account_and_a_new_one_lets_everything_go(world: Any) -> None:
    fresh = world.box.moysklad.revoke_token()
    world.box.moysklad.reset_stats()
    orders = world.box.store.place_orders(5)
    world.until(lambda: world.shop.account.pause_problem == "auth", "the account is paused")
    message = world.message(orders[0], problem="auth")
    assert (message.state, message.attempts) == ("waiting", 0)
    assert len([call for call in world.box.moysklad.calls() if call["status"] == 401]) <= 4, "no hammering"
    assert world.box.moysklad.token == fresh
    world.configure()
    for order in orders:
        world.document(order)
