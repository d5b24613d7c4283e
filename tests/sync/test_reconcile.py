"""A comparison's lots and what is kept of its findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bridge import worktime
from bridge.orders.models import Order
from bridge.routes import LONG_WORK
from bridge.sync import leased
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import comparison, findings, orders_compared, reconciliations
from bridge.sync.reconcile.findings import Compared, Found
from connectors.sandbox.control import Sandbox, running_sandbox
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with running_sandbox(items=5, limiter=False) as box:
        yield box


@pytest.fixture
def shop(box: Sandbox, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True
    settings.RETRY_SCALE = 0.01
    keys = {"consumer_key": box.store.consumer_key, "consumer_secret": box.store.consumer_secret}
    site = factories.SiteFactory(base_url=box.store.url, credentials=keys)
    account = factories.AccountFactory(base_url=box.moysklad.url, credentials={"token": box.moysklad.token})
    return factories.ShopFactory(
        site=site, account=account, started_at=timezone.now() - timedelta(days=20), write_goods=False
    )


def finished(run: Reconciliation) -> Reconciliation:
    """Worked on in this process until it ends."""
    for _portion in range(100):
        Reconciliation.objects.update(due_at=timezone.now())
        leased.run("reconciliation", run.pk, LONG_WORK)
        run.refresh_from_db()
        assert run.problem == "", run.problem_params
        if run.state != "running":
            return run
    raise AssertionError("it does not end")


def kept(run: Reconciliation, *found: Found) -> list[tuple[str, str]]:
    """The differences of the shop after this was found."""
    findings.keep(run, Compared(found=list(found)))
    return list(Drift.objects.order_by("pk").values_list("title", "state"))


@pytest.mark.parametrize("cut", [(comparison, "PAGES", 1), (worktime, "time_is_up", lambda: True)])
def test_every_order_is_compared_once_however_the_lots_are_cut(
    shop: Any, box: Sandbox, monkeypatch: pytest.MonkeyPatch, cut: tuple[Any, str, Any]
) -> None:
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    # 80 orders of one second, thrice on the same day: more than a lot holds. Of every other one the bridge knows a
    # document, and asks for it where it was not named.
    placed = set()
    for day in (noon - timedelta(days=days) for days in (9, 5, 5, 5, 1)):
        for order in box.store.place_orders(80, created=day.strftime("%Y-%m-%dT%H:%M:%S")):
            placed.add(str(order))
            if order % 2:
                key = box.store.order(order)["order_key"]
                row = factories.OrderFactory(shop=shop, source_id=str(order), order_key=key, placed_at=day)
                factories.BindingFactory(order=row)
    monkeypatch.setattr(*cut)
    lots: list[list[str]] = []
    compare = orders_compared.compare

    def watched(shop: Any, pairs: Any, period: Any = None) -> Compared:
        if period is not None:  # the walk, not the second look
            lots.append([pair.site.source_id for pair in pairs])
        return compare(shop, pairs, period)

    monkeypatch.setattr(orders_compared, "compare", watched)
    run = finished(reconciliations.start(shop))
    met = [source_id for lot in lots for source_id in lot]
    assert len(met) == len(set(met)) == run.counts["order"]["compared"]
    assert len(placed) == 400
    assert placed <= set(met)
    assert len([lot for lot in lots if lot]) >= 4, "it was cut"


def test_an_order_that_both_sides_have_no_more_is_no_difference(shop: Any) -> None:
    order = factories.OrderFactory(shop=shop, placed_at=timezone.now() - timedelta(days=15))
    factories.BindingFactory(order=order)
    run = finished(reconciliations.start(shop))
    assert run.counts["order"]["compared"] > 0
    assert not Drift.objects.filter(order=order).exists()


def test_a_difference_is_one_row_as_long_as_it_lasts(shop: Any) -> None:
    first, second = (Reconciliation.objects.create(shop=shop) for _ in range(2))
    order = factories.OrderFactory(shop=shop)
    found = Found("order", "drift_sum_not_sent", "640", "585.00", "500.00", "send", order=order.pk)
    assert kept(first, found) == [("640", "open")]
    assert kept(second, found._replace(there="510.00")) == [("640", "open")]
    row = Drift.objects.get()
    assert (row.there, row.reconciliation_id) == ("510.00", second.pk)


def test_two_fields_of_an_item_are_two_differences(shop: Any) -> None:
    run, listing = Reconciliation.objects.create(shop=shop), factories.ListingFactory(shop=shop)
    rows = [
        Found("price", "drift_field_behind", "Кружка", params={"field": field}, listing=listing.pk)
        for field in ("price", "name", "price")
    ]
    assert kept(run, *rows) == [("Кружка", "open"), ("Кружка", "open")]


def test_what_was_accepted_stays_so_until_a_side_says_something_else(shop: Any) -> None:
    run, order = Reconciliation.objects.create(shop=shop), factories.OrderFactory(shop=shop)
    found = Found("order", "drift_sum_changed_there", "640", "585.00", "500.00", "edit", order=order.pk)
    kept(run, found)
    assert reconciliations.accept(Drift.objects.all()) == 1
    assert kept(run, found) == [("640", "accepted")]
    assert kept(run, found._replace(here="600.00")) == [("640", "open")]


def test_one_comparison_of_a_shop_at_a_time_but_single_ones_beside_it(shop: Any) -> None:
    whole = reconciliations.start(shop)
    with pytest.raises(Exception, match="comparison_open"):
        reconciliations.start(shop)
    single = reconciliations.of_order(factories.OrderFactory(shop=shop))
    assert list(reconciliations.whole(shop)) == [whole]
    assert single.state == "running"
    assert reconciliations.cancel(whole)
    assert reconciliations.start(shop).pk not in (whole.pk, single.pk)


def test_repairs_of_people_s_changes_are_only_made_when_asked_for(shop: Any) -> None:
    run = Reconciliation.objects.create(shop=shop)
    orders = [factories.OrderFactory(shop=shop) for _ in range(2)]
    for order, repair in zip(orders, ("site_goods", "send"), strict=True):
        findings.keep(
            run, Compared(found=[Found("order", "drift", order.number, repair=repair, order=order.pk)])
        )
    begun = reconciliations.repair(Drift.objects.all(), overwriting=False)
    assert begun is not None
    assert [drift.repair for drift in begun.drifts.all()] == ["send"]
    again = reconciliations.repair(Drift.objects.all())
    assert again is not None
    assert [drift.repair for drift in again.drifts.all()] == ["site_goods"]
    assert reconciliations.repair(Drift.objects.all()) is None


def test_a_difference_in_repair_is_left_to_its_repair(shop: Any) -> None:
    first, order = Reconciliation.objects.create(shop=shop, state="done"), factories.OrderFactory(shop=shop)
    found = Found("order", "drift_sum_not_sent", "640", "585.00", "500.00", "send", order=order.pk)
    kept(first, found)
    repair = reconciliations.repair(Drift.objects.all())
    assert repair is not None
    nightly = Reconciliation.objects.create(shop=shop)
    assert kept(nightly, found) == [("640", "repairing")]
    assert repair.drifts.count() == 1
    assert kept(repair, found) == [("640", "open")], "its own second look finds it still there"


def test_old_comparisons_are_forgotten_with_what_is_equal_again(shop: Any) -> None:
    old, order = Reconciliation.objects.create(shop=shop), factories.OrderFactory(shop=shop)
    kept(
        old,
        Found("order", "drift_sum_not_sent", "1"),
        Found("order", "drift_sum_not_sent", "2", order=order.pk),
    )
    long_ago = timezone.now() - timedelta(days=100)
    Reconciliation.objects.filter(pk=old.pk).update(created_at=long_ago, state="done")
    Drift.objects.update(found_at=long_ago, state="gone")
    Order.objects.filter(pk=order.pk).update(placed_at=long_ago)
    finished(reconciliations.start(shop))
    assert not Reconciliation.objects.filter(pk=old.pk).exists()
    assert not Drift.objects.filter(title__in=("1", "2")).exists()


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({}, "gone"),
        ({"stock_differs": True}, "open"),
        ({"stock_stale": True}, "open"),
        ({"write_error": "Не сегодня"}, "open"),
        ({"written_at": timedelta(minutes=-20)}, "open"),
        ({"written_at": None}, "open"),
    ],
)
def test_a_number_written_after_the_comparison_ends_its_difference(
    shop: Any, row: dict[str, Any], state: str
) -> None:
    now = timezone.now()
    written = row.get("written_at", timedelta(minutes=-1))
    fields = {**row, "written_at": now + written if written is not None else None}
    listing = factories.ListingFactory(shop=shop, **fields)
    run = Reconciliation.objects.create(shop=shop, state="done", finished_at=now - timedelta(minutes=10))
    kept(run, Found("stock", "drift_stock_behind", "Кружка", "7", "9", "stock", listing=listing.pk))
    findings.mended()
    assert Drift.objects.get().state == state


def test_a_price_written_after_the_comparison_ends_its_difference_and_no_other(shop: Any) -> None:
    now = timezone.now()
    listing = factories.ListingFactory(shop=shop, written_at=now, stock_stale=True)
    run = Reconciliation.objects.create(shop=shop, state="done", finished_at=now - timedelta(minutes=10))
    price = Found("price", "drift_field_behind", "Кружка", "7", "9", "fields", {"field": "price"})
    stock = Found("stock", "drift_stock_behind", "Кружка", "7", "9", "stock")
    kept(run, *(one._replace(listing=listing.pk) for one in (price, stock)))
    findings.mended()
    assert dict(Drift.objects.values_list("subject", "state")) == {"price": "gone", "stock": "open"}
    Drift.objects.update(state="accepted")
    findings.mended()
    assert set(Drift.objects.values_list("state", flat=True)) == {"accepted"}


def test_what_is_found_while_it_is_compared_waits_for_the_second_look(shop: Any) -> None:
    listing = factories.ListingFactory(shop=shop, written_at=timezone.now())
    run = Reconciliation.objects.create(shop=shop)
    kept(run, Found("stock", "drift_stock_behind", "Кружка", "7", "9", "stock", listing=listing.pk))
    assert findings.mended() == 0
