"""Orders that ended long ago lose their customer's data by the clock, where the owner says after how many days."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.utils import timezone, translation

from bridge import routes, schedules
from bridge.dashboard.orders.timeline import timeline
from bridge.domain import order as canonical
from bridge.domain import refunds
from bridge.domain.errors import Problem
from bridge.domain.status import CLOSED
from bridge.inbox.models import InboxEvent
from bridge.orders import flags
from bridge.orders.has_ended import HasEnded
from bridge.orders.models import CustomerBinding, Order, OrderBinding
from bridge.orders.record import Change, Reading, record
from bridge.orders.record_refunds import record_refunds
from bridge.outbox import holds
from bridge.outbox.models import OutboxMessage
from bridge.personal import ended, retention
from bridge.personal.anonymise import MASK
from bridge.sync.models import Drift, Reconciliation
from tests import factories
from tests.security.dump import tables_with

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)
KEPT = 60
FAMILY, EMAIL, PHONE = "Вышнеградская", "apollinaria@example.test", "+79215554873"


@pytest.fixture(autouse=True)
def kept(settings: Any) -> None:
    settings.KEEP_PERSONAL_DAYS = KEPT


def told(source_id: str, status: str = "completed", **changes: Any) -> canonical.Order:
    """As the site tells of an order of hers."""
    who = canonical.Customer(first_name="Аполлинария", last_name=FAMILY, email=EMAIL, phone=PHONE)
    fields = {"customer": who, "note": f"Для {FAMILY}", "status": status} | changes
    return factories.canonical_order(source_id, **fields)


def an_order(source_id: str = "5000", status: str = "completed", **fields: Any) -> Order:
    """One that came in just now; its document was made, and nothing more is to be done."""
    seen = fields.pop("seen", None) or told(source_id, status)
    row: Order = factories.OrderFactory(seen=seen, source_id=source_id, **fields)
    factories.BindingFactory(order=row, written={"description": f"Для {FAMILY}"})
    message = {"state": OutboxMessage.State.DONE, "done_at": timezone.now()}
    factories.MessageFactory(order=row, payload={"note": EMAIL}, problem_params={"detail": EMAIL}, **message)
    return row


def in_days(days: float) -> datetime:
    return timezone.now() + days * DAY


def has_data(order: Order) -> bool:
    order.refresh_from_db()
    return order.anonymised_at is None and FAMILY in str(order.content)


def test_a_beat_takes_it_out_of_an_order_that_ended_and_the_order_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = an_order()
    with monkeypatch.context() as clock:
        late = in_days(KEPT - 1)
        clock.setattr("django.utils.timezone.now", lambda: late)
        schedules.sweep(routes.FLOWS, routes.LONG_WORK)
        assert has_data(order)
        after = late + 2 * DAY
        clock.setattr("django.utils.timezone.now", lambda: after)
        schedules.sweep(routes.FLOWS, routes.LONG_WORK)
    assert not has_data(order)
    assert {text: tables_with(text) for text in (FAMILY, EMAIL, PHONE)} == {FAMILY: [], EMAIL: [], PHONE: []}
    assert (order.number, order.total_minor, order.email) == ("5000", 189170, "")
    assert order.canonical.lines[0].name == "Кружка"
    assert order.binding.document_name
    assert OutboxMessage.objects.get().payload == {"note": MASK}
    assert not LogEntry.objects.exists(), "the history is of people"
    with translation.override("en"):
        [step] = [step for step in timeline(order).steps if step.icon == "person_off"]
    assert (step.at, step.title) == (order.anonymised_at, "No personal data is kept of the order any more")


@pytest.mark.parametrize("status", ["cancelled", "failed", "refunded", "trash"])
def test_however_it_ended(status: str) -> None:
    order = an_order(status=status)
    assert retention.forget(in_days(KEPT + 1)) == 1
    assert not has_data(order)
    assert retention.forget(in_days(KEPT + 1)) == 0, "once is enough"


@pytest.mark.parametrize("status", ["pending", "processing", "on-hold", "at-the-tailors"])
def test_what_has_not_ended_keeps_it(status: str) -> None:
    order = an_order(status=status)
    retention.forget(in_days(4000))
    assert has_data(order)


def test_nought_days_keep_it_for_good(settings: Any) -> None:
    settings.KEEP_PERSONAL_DAYS = 0
    order = an_order()
    retention.forget(in_days(4000))
    assert has_data(order)


def a_message(state: str) -> Callable[[Order], Any]:
    return lambda order: factories.MessageFactory(order=order, kind="payment", state=state)


def an_event(state: str) -> Callable[[Order], Any]:
    return lambda order: factories.EventFactory(
        connection=order.shop.site, source_id=order.source_id, state=state
    )


def a_difference(state: str) -> Callable[[Order], Any]:
    def make(order: Order) -> Drift:
        run = Reconciliation.objects.create(shop=order.shop)
        return Drift.objects.create(
            reconciliation=run, shop=order.shop, order=order, subject="order", code="x", title="", state=state
        )

    return make


def a_flag(code: str) -> Callable[[Order], Any]:
    def make(order: Order) -> Any:
        flags.show(order, Problem(code))
        return order.flags.get()

    return make


def a_hold(order: Order) -> Any:
    holds.begin(order.object_key)
    return holds.of(order.object_key)


@pytest.mark.parametrize(
    "make",
    [
        *map(a_message, ("waiting", "in_flight", "parked", "dead")),
        *map(an_event, ("waiting", "in_flight", "failed")),
        *map(a_difference, ("open", "repairing")),
        *map(a_flag, ("link_several", "return_refund_deleted")),
        a_hold,
    ],
)
def test_what_is_on_its_way_or_waits_for_a_person_keeps_it(make: Callable[[Order], Any]) -> None:
    order = an_order()
    waiting = make(order)
    retention.forget(in_days(KEPT + 1))
    assert has_data(order)
    waiting.delete()
    retention.forget(in_days(KEPT + 1))
    assert not has_data(order)


@pytest.mark.parametrize(
    "make",
    [a_message("discarded"), an_event("done"), a_difference("gone"), a_flag("sum_differs")],
)
def test_what_is_over_or_a_mere_remark_does_not(make: Callable[[Order], Any]) -> None:
    order = an_order()
    make(order)
    retention.forget(in_days(KEPT + 1))
    assert not has_data(order)


def test_the_days_are_counted_from_the_last_change_of_either_side() -> None:
    moment = in_days(KEPT + 1)
    changed, written, calm = (an_order(one) for one in ("5000", "5001", "5002"))
    Order.objects.filter(pk=changed.pk).update(modified_at=in_days(2))
    OrderBinding.objects.filter(order=written).update(remote_updated_at=in_days(2))
    retention.forget(moment)
    assert [has_data(order) for order in (changed, written, calm)] == [True, True, False]
    retention.forget(moment + 2 * DAY)
    assert [has_data(order) for order in (changed, written)] == [False, False]


def test_an_old_order_that_was_uploaded_today_keeps_it_until_its_days_are_over() -> None:
    order = an_order(seen=told("5000", modified_at=in_days(-900)))
    retention.forget(in_days(KEPT - 1))
    assert has_data(order)


def test_what_comes_up_between_looking_and_taking_out_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    order = an_order()
    found = ended._some(in_days(1))
    assert found == [order]
    monkeypatch.setattr(ended, "_some", lambda _before: found)
    factories.MessageFactory(order=order)
    assert retention.forget(in_days(KEPT + 1)) == 0
    assert has_data(order)


def test_a_portion_at_a_beat_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "PORTION", 2)
    orders = [an_order(str(5000 + n), modified_at=factories.PLACED - n * DAY) for n in range(5)]
    left = []
    while retention.forget(in_days(KEPT + 1)):
        left.append([order.source_id for order in orders if has_data(order)])
    assert left == [["5000", "5001", "5002"], ["5000"], []]


def test_any_number_that_waits_for_somebody_does_not_stand_in_the_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ended, "LOOK_AT", 3)
    waiting = [an_order(str(5000 + n), modified_at=factories.PLACED - n * DAY) for n in range(8)]
    for order in waiting:
        holds.begin(order.object_key)
    free = an_order("6000", modified_at=factories.PLACED + DAY)
    monkeypatch.setattr("random.random", lambda: 0.0)
    assert retention.forget(in_days(KEPT + 1)) == 0, "no more is looked at in one beat"
    monkeypatch.undo()
    monkeypatch.setattr(ended, "LOOK_AT", 3)
    assert any(retention.forget(in_days(KEPT + 1)) for _beat in range(500))
    assert not has_data(free)
    assert all(has_data(order) for order in waiting)


def test_one_that_cannot_be_done_stops_neither_the_others_nor_the_beat(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = an_order("5000", modified_at=factories.PLACED - DAY), an_order("5001")
    Order.objects.filter(pk=broken.pk).update(content={})
    assert retention.forget(in_days(KEPT + 1)) == 1
    assert f"order {broken.pk} could not" in caplog.text
    assert not has_data(other)


def test_a_buyer_who_ordered_since_goes_on_being_known() -> None:
    old = an_order("5000")
    new = an_order("5001", status="processing", shop=old.shop)
    CustomerBinding.objects.create(connection=old.shop.account, key="email", value=EMAIL, external_id="agent")
    retention.forget(in_days(KEPT + 1))
    assert (has_data(old), has_data(new)) == (False, True)
    assert CustomerBinding.objects.exists()
    Order.objects.filter(pk=new.pk).update(status="completed")
    retention.forget(in_days(KEPT + 1))
    assert not has_data(new)
    assert not CustomerBinding.objects.exists()


def test_what_changes_on_the_site_later_brings_it_back_and_it_goes_again_in_its_time() -> None:
    order = an_order()
    Order.objects.update(digest="")
    with transaction.atomic():
        record(order.shop, [Reading(told("5000"), None)], sure=True)
    retention.forget(in_days(KEPT + 1))
    assert not has_data(order)
    refunded = told("5000", modified_at=in_days(KEPT + 2), refund_ids=("7000",))
    with transaction.atomic():
        [(_order, change)] = record(order.shop, [Reading(refunded, None)], sure=True)
    assert change is Change.CHANGED
    assert has_data(order)
    retention.forget(in_days(2 * KEPT + 1))
    assert has_data(order)
    retention.forget(in_days(2 * KEPT + 3))
    assert not has_data(order)


def test_words_of_a_refund_stay_out_and_decide_nothing_anew() -> None:
    order = an_order()
    said = refunds.Refund("7000", 79585, factories.PLACED, reason=f"Вернула {FAMILY}")
    plan = {"positions": [canonical.to_json(said)]}
    refund = factories.RefundFactory(order=order, source_id="7000", seen=said, plan=plan)
    retention.forget(in_days(KEPT + 1))
    order.refresh_from_db()
    assert not record_refunds(order, [said]), "the site tells the same again"
    assert tables_with(FAMILY) == []
    order.anonymised_at = None  # as after a change on the site
    assert record_refunds(order, [said])
    refund.refresh_from_db()
    assert refund.canonical == said
    assert refund.plan is not None


def test_they_are_found_in_an_index_of_their_own() -> None:
    assert set(HasEnded.STATUSES) == CLOSED
    if connection.vendor == "sqlite":  # PostgreSQL reads so few rows as they lie
        assert "order_with_data" in ended._due(timezone.now()).explain()


def check(tmp_path: Path, days: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), "KEEP_PERSONAL_DAYS": days}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("days", "taken"), [("0", True), ("30", True), ("29", False), ("-1", False)])
def test_less_than_a_month_is_refused_at_the_start(tmp_path: Path, days: str, taken: bool) -> None:
    done = check(tmp_path, days)
    assert (done.returncode == 0) is taken, done.stderr
    assert ("at least 30 days" in done.stderr) is not taken


def test_what_came_in_of_another_order_of_the_site_keeps_nothing() -> None:
    order = an_order()
    factories.EventFactory(connection=order.shop.site, source_id="5001", state=InboxEvent.State.FAILED)
    retention.forget(in_days(KEPT + 1))
    assert not has_data(order)
