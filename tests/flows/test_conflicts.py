"""Both sides change one order, answers are lost in between: the newer word counts, nothing comes back as an echo."""

from __future__ import annotations

from typing import Any

import pytest
from world import SLOW_MACHINE

from bridge.catalog.models import Listing, Product, ProductBinding
from bridge.orders.models import OrderBinding
from bridge.outbox.models import OutboxMessage
from bridge.sync.goods.catalog_from_moysklad import link


def state(world: Any, document: dict[str, Any]) -> str:
    return str(world.box.moysklad.document(document["id"])["state"]["name"])


@pytest.fixture
def sent(world: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order and its document, everything quiet; the mappings as usual."""
    world.configure()
    order = world.box.store.place_order({"S-00002": 1}, shipping=None)
    document = world.document(order["id"])
    world.quiet()
    return order, document


def test_a_closing_is_seen_in_the_answer_to_our_own_write(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.webhook_knobs(drop=True)
    try:
        world.box.moysklad.set_state(document["id"], "Завершен")
        world.box.settle()
        address = {"address_1": "Новая улица, 5", "city": "Москва"}
        world.box.store.edit_order(order["id"], {"shipping": address})
        world.until(
            lambda: world.site_status(order["id"]) == "completed", "the closing arrives with the address"
        )
        assert "Новая улица" in world.box.moysklad.document(document["id"])["shipmentAddress"]
    finally:
        world.box.moysklad.webhook_knobs(drop=False)


def test_a_state_made_a_minute_ago_is_understood_and_stops_nobody(world: Any, sent: Any) -> None:
    order, document = sent
    other = world.box.store.place_order({"S-00003": 1})
    second = world.document(other["id"])
    world.quiet()
    world.box.moysklad.add_state("Выдан", "Successful")
    world.box.moysklad.set_state(document["id"], "Выдан")
    world.box.moysklad.set_state(second["id"], "Завершен")
    for one in (order, other):
        world.until(lambda one=one: world.site_status(one["id"]) == "completed", "completed")


def test_the_site_can_take_back_what_moysklad_decided(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.set_state(document["id"], "Отменен")
    world.until(lambda: world.site_status(order["id"]) == "cancelled", "cancelled")
    world.quiet()
    world.box.store.set_status(order["id"], "processing")
    world.until(lambda: state(world, document) == "Новый", "the document is new again")


def test_of_two_states_while_the_site_is_away_the_last_counts(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.store.faults.add("status", path="wc/v3", status=503, count=None)
    world.box.moysklad.set_state(document["id"], "Отменен")
    world.message(order["id"], kind="status_to_site", state="waiting")
    world.box.moysklad.set_state(document["id"], "Новый")
    world.box.settle()
    world.until(
        lambda: world.row(order["id"]).binding.state_id == world.box.moysklad.states["Новый"], "noticed"
    )
    world.box.store.faults.clear()
    world.message(order["id"], kind="status_to_site", state="done")
    assert world.site_status(order["id"]) == "processing"


def test_our_write_whose_answer_was_lost_is_not_taken_for_a_managers(world: Any, sent: Any) -> None:
    order, document = sent
    world.configure(states={"processing": "Новый", "refunded": "Отменен"})
    world.box.moysklad.faults.add("cut_after", method="POST", path="entity/customerorder$")
    world.box.store.set_status(order["id"], "refunded")
    world.until(lambda: state(world, document) == "Отменен", "it was carried out")
    world.run_flow("statuses")
    assert world.site_status(order["id"]) == "refunded"


def test_a_lost_answer_of_the_site_leaves_the_loop_guard_in_place(world: Any, sent: Any) -> None:
    order, document = sent
    world.configure(states={"processing": "Новый", "completed": "Отгружен"})
    world.box.store.faults.add("cut_after", method="PUT", path="orders/")
    world.box.moysklad.set_state(document["id"], "Завершен")
    world.until(lambda: world.site_status(order["id"]) == "completed", "it was carried out")
    world.quiet()
    assert state(world, document) == "Завершен"


def test_mappings_that_disagree_do_not_run_in_circles(world: Any, sent: Any) -> None:
    order, document = sent
    world.configure(
        states={"processing": "Новый", "on-hold": "Подтвержден", "completed": "Отгружен"},
        statuses={"Новый": "on-hold", "Подтвержден": "processing", "Отгружен": "processing"},
    )
    before = OutboxMessage.objects.count()
    world.box.store.set_status(order["id"], "completed")
    world.until(lambda: state(world, document) == "Отгружен", "the site's word")
    world.run_flow("statuses")
    world.run_flow("statuses")
    assert world.site_status(order["id"]) == "completed"
    assert OutboxMessage.objects.count() - before <= 2
    world.configure(statuses={})


@pytest.mark.parametrize("status", ["trash", "refunded"])
def test_an_order_a_person_put_away_is_not_brought_back(world: Any, sent: Any, status: str) -> None:
    order, document = sent
    if status == "trash":
        world.box.store.trash_order(order["id"])
    else:
        world.box.store.set_status(order["id"], status)
    world.until(lambda: world.row(order["id"]).status == status, "the bridge knows")
    world.quiet()
    world.box.moysklad.set_state(document["id"], "Завершен")
    message = world.message(order["id"], kind="status_to_site", state="parked")
    assert message.problem == "status_left_to_people"
    assert world.site_status(order["id"]) == status


def test_a_status_goes_over_though_its_goods_are_no_longer_linked(world: Any, sent: Any) -> None:
    order, document = sent
    ProductBinding.objects.filter(listing__sku="S-00002").delete()
    Listing.objects.filter(sku="S-00002").update(match="missing")
    try:
        world.box.store.set_status(order["id"], "cancelled")
        world.until(lambda: state(world, document) == "Отменен", "the status needs no goods")
    finally:
        world.run_flow("catalogue")


def test_linking_anew_changes_no_document_that_was_sent(world: Any, sent: Any) -> None:
    order, document = sent
    listing = Listing.objects.get(sku="S-00002")
    before = listing.binding.product
    link(listing, Product.objects.get(article="S-00007"))
    try:
        world.box.store.set_status(order["id"], "cancelled")
        world.until(lambda: state(world, document) == "Отменен", "the status went over")
        after = world.box.moysklad.document(document["id"])
        ids = [
            {row["assortment"]["meta"]["href"] for row in d["positions"]["rows"]} for d in (document, after)
        ]
        assert ids[0] == ids[1]
    finally:
        link(listing, before)


def test_a_document_taken_out_of_the_bin_goes_on(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.trash(document["id"])
    world.until(lambda: world.row(order["id"]).binding.gone == OrderBinding.Gone.BINNED, "in the bin")
    world.message(order["id"], state="parked", problem="document_gone")
    world.box.moysklad.restore(document["id"])
    world.run_flow("statuses")
    assert world.row(order["id"]).binding.gone == ""
    world.box.store.set_status(order["id"], "cancelled")
    world.until(lambda: state(world, document) == "Отменен", "it is kept up again")
    assert len(world.documents(order["id"])) == 1


def test_a_price_that_moysklad_raised_is_shown_with_both_sums(world: Any) -> None:
    world.configure()
    item = world.box.moysklad.item("S-00004")
    world.box.moysklad.configure(check_min_price=True)
    world.box.moysklad.edit("product", item["id"], {"minPrice": {"value": 9999900.0}})
    try:
        line = {"sku": "S-00004", "quantity": 1, "total": "10.00"}
        order = world.box.store.place_order([line], shipping=None)
        assert world.flag(order["id"], "sum_differs") == {"remote": "99999.00", "local": "10.00"}
        assert len(world.documents(order["id"])) == 1
    finally:
        world.box.moysklad.configure(check_min_price=False)


def test_a_refusal_of_one_call_hurts_only_its_orders(world: Any, sent: Any) -> None:
    order, _document = sent
    world.bridge.worker.terminate()  # let three different orders wait for one batch
    world.bridge.worker.wait(SLOW_MACHINE)
    new = world.box.store.place_order({"S-00003": 1})
    unlinked = world.box.store.place_order([{"name": "Подарок", "quantity": 1, "total": "1.00"}])
    world.box.store.edit_order(order["id"], {"customer_note": "позвоните"})
    world.box.settle()
    world.box.moysklad.faults.add(
        "error", method="POST", path="entity/customerorder$", code=1017, status=403, skip=1
    )
    world.bridge.start_worker()
    world.document(new["id"])
    world.message(unlinked["id"], state="parked", problem="unlinked_lines")
