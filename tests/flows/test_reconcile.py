"""Orders of both sides compared: what is broken behind the bridge's back is found, explained and repaired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from killing import cluster_workers, kill
from world import KILLING

from bridge.models import Shop
from bridge.outbox.models import OutboxMessage
from bridge.sync import leased
from bridge.sync.models import Drift, Reconciliation, Watermark
from bridge.sync.reconcile import reconciliations
from tests.both_sides import QUICK, all_equal, compared, differing, repaired, said, sent, unheard

WORLD = {"env": {**KILLING, **QUICK}}


@pytest.fixture(scope="module", autouse=True)
def shop_with_a_past(bridge: Any) -> None:
    """The shop works since yesterday and writes its goods."""
    Shop.objects.update(started_at=timezone.now() - timedelta(days=1), write_goods=True)


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


def test_equal_sides_are_all_equal(world: Any) -> None:
    sent(world)
    assert all_equal(world)
    run = Reconciliation.objects.latest("pk")
    assert run.counts["order"] == {"compared": 1, "differ": 0, "accepted": 0}
    assert run.counts["stock"]["compared"] >= 16
    assert run.counts["stock"]["differ"] == 0
    assert (run.done, run.total) == (run.done, run.done)


def test_an_order_that_was_never_heard_of_is_missing(world: Any) -> None:
    with unheard(world):
        order = dict(world.box.store.place_order({"S-00002": 1}))
    (drift,) = differing(world)
    assert (drift.code, drift.title, drift.order) == ("drift_order_unheard", str(order["id"]), None)
    assert "never heard" in said(drift)
    assert repaired(world, drift) == []
    assert len(world.documents(order["id"])) == 1
    assert all_equal(world)


@pytest.mark.parametrize("how", ["trash", "delete"])
def test_a_document_that_was_removed_is_made_again(world: Any, how: str) -> None:
    order = sent(world)
    first = world.document(order["id"])
    with unheard(world):
        getattr(world.box.moysklad, how)(first["id"])
    (drift,) = differing(world)
    assert drift.code == {"trash": "drift_document_binned", "delete": "drift_document_deleted"}[how]
    assert first["name"] in said(drift)
    assert repaired(world, drift) == []
    living = [row for row in world.documents(order["id"]) if not row.get("deleted")]
    assert [row["id"] != first["id"] for row in living] == [True]
    assert all_equal(world)


def test_a_sum_changed_by_staff_gets_the_goods_of_the_site_back(world: Any) -> None:
    order = sent(world)
    document = world.document(order["id"])
    with unheard(world):
        world.box.moysklad.set_position(document["id"], "S-00001", quantity=3)
    (drift,) = differing(world)
    assert (drift.code, drift.repair) == ("drift_sum_changed_there", "site_goods")
    assert drift.here == order["total"] != drift.there
    assert repaired(world, drift) == []
    assert world.document(order["id"])["sum"] == document["sum"]
    assert all_equal(world)


def test_where_staff_may_change_orders_the_sum_is_carried_to_the_site(world: Any) -> None:
    order = sent(world)
    document = world.document(order["id"])
    with unheard(world):
        world.box.moysklad.set_position(document["id"], "S-00001", quantity=3)
    Shop.objects.update(accept_edits=True)
    try:
        (drift,) = differing(world)
        assert drift.repair == "edit"
        assert repaired(world, drift) == []
    finally:
        Shop.objects.update(accept_edits=False)
    assert world.box.store.order(order["id"])["line_items"][0]["quantity"] == 3
    assert all_equal(world)


def test_a_change_on_the_site_that_was_not_heard_of_is_read_again(world: Any) -> None:
    order = sent(world)
    with unheard(world):
        world.box.store.set_line(order["id"], "S-00001", quantity=2)
        world.box.store.recalculate(order["id"])
    (drift,) = differing(world)
    assert drift.code == "drift_change_unheard"
    assert repaired(world, drift) == []
    assert all_equal(world)


def test_a_second_document_of_an_order_is_named_and_left_to_people(world: Any) -> None:
    order = sent(world)
    first = world.document(order["id"])
    body = {key: first[key] for key in ("organization", "agent", "name")}
    second = world.box.moysklad.create("customerorder", body)
    (drift,) = differing(world)
    assert (drift.code, drift.repair) == ("drift_order_doubled", "")
    assert drift.there.count("WOO-") == 2
    world.box.moysklad.delete(second["id"])
    assert all_equal(world)
    drift.refresh_from_db()
    assert drift.state == "gone"


def test_a_document_restored_beside_the_one_that_took_its_place_is_doubled(world: Any) -> None:
    order = sent(world)
    first = world.document(order["id"])
    with unheard(world):
        world.box.moysklad.trash(first["id"])
    (drift,) = differing(world)
    assert repaired(world, drift) == []
    with unheard(world):
        world.box.moysklad.edit(
            "customerorder", world.box.moysklad.restore(first["id"])["id"], {"name": "Копия"}
        )
    (drift,) = differing(world)
    assert drift.code == "drift_order_doubled"
    assert "Копия" in drift.there
    world.box.moysklad.trash(first["id"])
    world.quiet()
    assert all_equal(world)


def test_orders_of_others_are_never_listed(world: Any) -> None:
    first = world.document(sent(world)["id"])
    body = {key: first[key] for key in ("organization", "agent")}
    world.box.moysklad.create("customerorder", {**body, "name": "Телефон-5"})
    of_no_stock = [{"product_id": 99999, "name": "Забытое", "total": "5.00"}]
    with unheard(world):
        world.box.store.place_order(of_no_stock, created="2025-01-01T10:00:00")
        world.box.store.place_order(of_no_stock, status="pending")
    assert all_equal(world)


def test_a_state_changed_in_moysklad_reaches_the_site(world: Any) -> None:
    order = sent(world)
    with unheard(world):
        world.box.moysklad.set_state(world.document(order["id"])["id"], "Отменен")
    (drift,) = differing(world)
    assert (drift.code, drift.there) == ("drift_state_unheard", "Отменен")
    assert repaired(world, drift) == []
    assert world.site_status(order["id"]) == "cancelled"
    assert all_equal(world)


def test_a_status_changed_on_the_site_reaches_the_document(world: Any) -> None:
    order = sent(world)
    with unheard(world):
        world.box.store.set_status(order["id"], "cancelled")
    (drift,) = differing(world)
    assert (drift.code, drift.here) == ("drift_status_unheard", "cancelled")
    assert repaired(world, drift) == []
    assert world.document(order["id"])["state"]["name"] == "Отменен"
    assert all_equal(world)


@pytest.mark.parametrize("how", ["trash_order", "delete_order"])
def test_an_order_removed_on_the_site_is_told_of(world: Any, how: str) -> None:
    order = sent(world)
    with unheard(world):
        getattr(world.box.store, how)(order["id"])
    (drift,) = differing(world)
    assert drift.code == "drift_order_gone_here"
    assert repaired(world, drift) == []
    assert world.document(order["id"])["state"]["name"] == "Отменен"
    assert all_equal(world)


def test_an_order_that_could_not_be_sent_names_the_reason(world: Any) -> None:
    order = world.box.store.place_order([{"product_id": 99999, "name": "Забытое", "total": "5.00"}])
    message = world.message(order["id"], state="parked")
    (drift,) = compared(world)
    assert (drift.code, drift.params["reason"]) == ("drift_order_stuck", message.problem)
    assert "Забытое" in said(drift)
    (still,) = repaired(world, drift)
    assert (still.pk, still.state) == (drift.pk, "open")
    world.box.store.set_status(order["id"], "cancelled")
    world.quiet()
    OutboxMessage.objects.filter(pk=message.pk).update(state="discarded")
    assert all_equal(world)


def test_what_is_on_its_way_is_no_difference(world: Any) -> None:
    world.box.moysklad.faults.add("status", method="POST", path="/customerorder", status=503, count=None)
    order = world.box.store.place_order({"S-00001": 1})
    world.message(order["id"], state="waiting")
    world.box.moysklad.faults.clear()
    run = reconciliations.of_order(world.row(order["id"]))
    assert compared(world, run) == []
    world.document(order["id"])
    world.quiet()
    assert all_equal(world)


def test_an_accepted_difference_is_told_of_again_only_when_it_changes(world: Any) -> None:
    order = sent(world)
    document = world.document(order["id"])
    with unheard(world):
        world.box.moysklad.set_position(document["id"], "S-00001", quantity=3)
    (drift,) = differing(world)
    assert reconciliations.accept(Drift.objects.filter(pk=drift.pk)) == 1
    assert all_equal(world)
    assert reconciliations.whole(world.shop).latest("pk").counts["order"]["accepted"] == 1
    with unheard(world):
        world.box.moysklad.set_position(document["id"], "S-00001", quantity=4)
    (again,) = compared(world)
    assert (again.pk, again.state) == (drift.pk, "open")
    assert repaired(world, again) == []


def test_one_order_is_compared_by_itself(world: Any) -> None:
    order, other = sent(world), sent(world)
    with unheard(world):
        for one in (order, other):
            world.box.moysklad.trash(world.document(one["id"])["id"])
    (drift,) = compared(world, reconciliations.of_order(world.row(order["id"])))
    assert drift.title == str(order["id"])
    assert len(differing(world, 2)) == 2
    both = Drift.objects.filter(state="open")
    assert repaired(world, *both) == []
    assert all_equal(world)


def test_the_command_says_what_differs_and_repairs_it(world: Any) -> None:
    order = sent(world)
    assert "all equal" in world.bridge.manage("reconcile", "--shop", world.shop.name)
    with unheard(world):
        world.box.moysklad.delete(world.document(order["id"])["id"])
    with pytest.raises(RuntimeError) as told:
        world.bridge.manage("reconcile", "--order", str(order["id"]))
    assert f"WOO-{order['id']}" in str(told.value)
    assert "1 compared: 1 differ." in str(told.value)
    assert "all equal" in world.bridge.manage("reconcile", "--repair")
    world.document(order["id"])
    with pytest.raises(RuntimeError, match="knows no order"):
        world.bridge.manage("reconcile", "--order", "keine")


def test_the_command_leaves_what_staff_changed_to_people_unless_the_order_is_named(world: Any) -> None:
    order = sent(world)
    document = world.document(order["id"])
    with unheard(world):
        world.box.moysklad.set_position(document["id"], "S-00001", quantity=3)
    with pytest.raises(RuntimeError, match="1 differ"):
        world.bridge.manage("reconcile", "--repair")
    assert world.document(order["id"])["sum"] != document["sum"]
    assert "all equal" in world.bridge.manage("reconcile", "--order", str(order["id"]), "--repair")
    assert world.document(order["id"])["sum"] == document["sum"]


def test_every_night_both_sides_are_compared_but_not_on_the_first_day(world: Any) -> None:
    flow = Watermark.objects.get(flow="reconcile")
    Watermark.objects.filter(pk=flow.pk).update(last_success_at=None)
    before = reconciliations.whole(world.shop).count()
    world.run_flow("reconcile")
    assert reconciliations.whole(world.shop).count() == before
    world.run_flow("reconcile")
    assert reconciliations.whole(world.shop).count() == before + 1
    assert compared(world, reconciliations.whole(world.shop).latest("pk")) == []


def test_a_comparison_pauses_and_goes_on_where_it_was(world: Any) -> None:
    world.box.store.faults.add("slow", method="GET", path="/products$", ms=10000, count=None)
    run = reconciliations.start(world.shop)
    world.until(
        lambda: (Reconciliation.objects.get(pk=run.pk).place or {}).get("step") == "goods", "it reads goods"
    )
    assert leased.pause(run)
    world.until(lambda: Reconciliation.objects.get(pk=run.pk).running_since is None, "it stands still")
    place = Reconciliation.objects.get(pk=run.pk).place
    world.box.store.faults.clear()
    assert place is not None
    assert leased.resume(run)
    assert compared(world, run) == []


def test_a_comparison_survives_the_death_of_its_workers_and_counts_nothing_twice(world: Any) -> None:
    sent(world)
    undisturbed = reconciliations.start(world.shop)
    assert compared(world, undisturbed) == []
    undisturbed.refresh_from_db()
    world.box.store.faults.add("slow", method="GET", path="/products$", ms=10000, count=None)
    run = reconciliations.start(world.shop)
    world.until(
        lambda: (Reconciliation.objects.get(pk=run.pk).place or {}).get("step") == "goods", "it reads goods"
    )
    kill(cluster_workers(world.bridge.worker.pid))
    world.box.store.faults.clear()
    assert compared(world, run) == []
    run.refresh_from_db()
    assert run.counts["order"]["compared"] > 0
    for subject, figures in undisturbed.counts.items():
        assert run.counts[subject]["compared"] == figures["compared"], subject


def test_a_side_that_is_away_is_named_and_waited_for(world: Any) -> None:
    world.box.moysklad.faults.add("status", method="GET", path="/customerorder", status=503, count=None)
    run = reconciliations.start(world.shop)
    world.until(lambda: Reconciliation.objects.get(pk=run.pk).problem, "it says what is wrong")
    world.box.moysklad.faults.clear()
    assert compared(world, run) == []


def test_orders_that_are_equal_cost_few_calls(world: Any) -> None:
    placed = world.box.store.place_orders(230)
    world.quiet(120)
    world.document(placed[-1])
    world.box.moysklad.reset_stats()
    world.box.store.reset_stats()
    run = reconciliations.start(world.shop)
    assert compared(world, run) == []
    run.refresh_from_db()
    assert run.counts["order"]["compared"] >= 230
    documents = [call for call in world.box.moysklad.calls() if call["path"].endswith("/customerorder")]
    assert len(documents) <= 4, "the period, the names, and what lacks a document by id and by key"
    orders = [call for call in world.box.store.calls() if call["path"].endswith("/orders")]
    assert len(orders) <= 8, "one to count, a hundred to a page, two for orders that are gone"
