"""Goods changed in a document change the order on the site, where the owner wants it, and coupons are not lost."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.connections.models import Connection, Shop


@pytest.fixture
def sent(world: Any) -> Any:
    """An order with a coupon, shipping and its document; changes in MoySklad are carried over."""
    world.configure()
    Shop.objects.update(accept_edits=True)
    order = world.box.store.place_order(
        {"S-00001": 2, "S-00002": 3}, shipping=("Курьер", "350.00"), coupon={"code": "sale10", "percent": 10}
    )
    document = world.document(order["id"])
    world.quiet()
    yield order, document
    Shop.objects.update(accept_edits=False)


def line(world: Any, order: dict[str, Any], sku: str) -> dict[str, Any]:
    rows = [row for row in world.box.store.order(order["id"])["line_items"] if row["sku"] == sku]
    return dict(rows[0]) if rows else {}


def both_agree(world: Any, order: dict[str, Any], document: dict[str, Any]) -> None:
    world.quiet()
    there = world.box.moysklad.document(document["id"])
    assert there["sum"] == round(float(world.box.store.order(order["id"])["total"]) * 100)


def test_a_quantity_and_a_price_changed_in_moysklad_change_the_order(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    world.until(lambda: line(world, order, "S-00001")["quantity"] == 5, "five pieces on the site")
    both_agree(world, order, document)
    world.box.moysklad.set_position(document["id"], "S-00002", price=5000.0)
    world.until(lambda: line(world, order, "S-00002")["total"] == "150.00", "the new price on the site")
    both_agree(world, order, document)


def test_a_coupon_survives_and_still_shows_its_discount(world: Any, sent: Any) -> None:
    order, document = sent
    before = line(world, order, "S-00001")
    assert float(before["subtotal"]) > float(before["total"])
    unit = float(before["total"]) * 100 / 2
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=4, price=unit)
    world.until(lambda: line(world, order, "S-00001")["quantity"] == 4, "four pieces on the site")
    after = line(world, order, "S-00001")
    assert float(after["subtotal"]) == pytest.approx(2 * float(before["subtotal"]))
    assert float(after["total"]) == pytest.approx(2 * float(before["total"]))
    assert [row["code"] for row in world.box.store.order(order["id"])["coupon_lines"]] == ["sale10"]
    both_agree(world, order, document)


def test_goods_added_and_removed_in_moysklad_are_added_and_removed_on_the_site(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.add_position(document["id"], "S-00003", 2, 12300.0)
    world.until(lambda: line(world, order, "S-00003").get("total") == "246.00", "the new goods on the site")
    world.box.moysklad.remove_position(document["id"], "S-00002")
    world.until(lambda: not line(world, order, "S-00002"), "the line is gone")
    both_agree(world, order, document)


def test_an_edit_leaves_a_note_on_the_order_and_makes_no_echo(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=3)
    world.until(lambda: line(world, order, "S-00001")["quantity"] == 3, "three pieces on the site")
    world.quiet()
    notes = [row["note"] for row in world.box.store.notes(order["id"])]
    [note] = [text for text in notes if document["name"] in text]
    assert note.startswith(f"Изменено в МойСклад ({document['name']}): ")
    updated = world.box.moysklad.document(document["id"])["updated"]
    world.run_flow("statuses")
    world.box.store.resend(order["id"])
    world.quiet()
    assert world.box.moysklad.document(document["id"])["updated"] == updated


def test_nothing_changes_on_the_site_unless_the_owner_switched_it_on(world: Any, sent: Any) -> None:
    order, document = sent
    Shop.objects.update(accept_edits=False)
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    world.run_flow("statuses")
    assert line(world, order, "S-00001")["quantity"] == 2


def test_an_edit_whose_answer_was_lost_is_made_once(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.store.faults.add("cut_after", method="PUT", path="orders/")
    world.box.moysklad.add_position(document["id"], "S-00003", 1, 10000.0)
    world.until(lambda: line(world, order, "S-00003"), "the new goods on the site")
    both_agree(world, order, document)
    rows = [row for row in world.box.store.order(order["id"])["line_items"] if row["sku"] == "S-00003"]
    assert len(rows) == 1


def test_an_edit_that_the_site_makes_after_its_gateway_gave_up_is_made_once(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.store.faults.add("late", method="PUT", path="orders/", status=504, ms=5000)
    world.box.moysklad.add_position(document["id"], "S-00003", 2, 12300.0)
    world.until(lambda: line(world, order, "S-00003"), "the new goods on the site")
    both_agree(world, order, document)
    rows = world.box.store.order(order["id"])["line_items"]
    assert [row["quantity"] for row in rows if row["sku"] == "S-00003"] == [2]


def test_goods_changed_on_both_sides_wait_for_a_person(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.store.hold_events()
    world.box.store.set_line(order["id"], "S-00002", quantity=9, total="900.00")
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    message = world.message(order["id"], kind="edit_to_site", state="parked")
    world.box.store.release_events()
    assert message.problem == "positions_changed_on_both_sides"
    assert line(world, order, "S-00001")["quantity"] == 2


def test_goods_the_site_does_not_sell_wait_with_their_name(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.create("product", {"name": "Только на складе", "article": "X-ONLY"})
    world.box.moysklad.add_position(document["id"], "X-ONLY", 1, 100.0)
    message = world.message(order["id"], kind="edit_to_site", state="parked")
    assert message.problem == "edit_item_unknown"


def test_an_account_that_is_away_does_not_stop_the_site(world: Any, sent: Any) -> None:
    order, document = sent
    world.box.moysklad.faults.add(
        "status", method="GET", path="entity/customerorder/[^/]+$", status=503, count=3
    )
    world.box.moysklad.set_position(document["id"], "S-00001", quantity=5)
    world.until(lambda: line(world, order, "S-00001")["quantity"] == 5, "five pieces on the site")
    shown = Connection.objects.get(vendor="woocommerce")
    assert (shown.failures, shown.paused_until) == (0, None)
