"""What is noticed in the tables becomes one alert for each event, whoever looks and how often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from bridge.alerts import present, watch
from bridge.alerts.models import Alert, AlertDelivery, AlertRules, Incident
from bridge.apilog.models import ApiCall
from bridge.connections.models import Connection
from bridge.inbox.models import InboxEvent
from bridge.outbox import pauses
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Heartbeat
from tests import factories
from tests.alerts.conftest import NOON, recipient

MINUTE = timedelta(minutes=1)


@pytest.fixture
def shop(db: None) -> Any:
    Heartbeat.objects.create(pk=1, at=NOON + timedelta(days=30))
    return factories.ShopFactory(name="kruzhki", started_at=NOON)


def told() -> list[tuple[str, str]]:
    return list(Alert.objects.order_by("pk").values_list("subject", "event"))


def look(now: datetime) -> None:
    assert watch.look(now)


def stuck(shop: Any, count: int = 1, problem: str = "unlinked_lines") -> list[OutboxMessage]:
    return [
        factories.ParkedFactory(order=factories.OrderFactory(shop=shop), problem=problem)
        for _n in range(count)
    ]


def test_forty_orders_of_one_cause_are_two_alerts_not_forty(shop: Any) -> None:
    stuck(shop)
    look(NOON)
    for minute in range(1, 20):
        stuck(shop, 2)
        look(NOON + minute * MINUTE)
    assert told() == [("failure", "began"), ("failure", "again")]
    again = Alert.objects.get(event="again")
    assert (again.facts["new"], again.facts["count"]) == (30, 31)
    assert len(again.facts["orders"]) == present.ORDERS_NAMED


def test_each_cause_is_told_of_by_itself(shop: Any) -> None:
    stuck(shop, 3)
    stuck(shop, 2, "total_differs")
    look(NOON)
    assert sorted(Alert.objects.values_list("facts__code", "facts__count")) == [
        ("total_differs", 2),
        ("unlinked_lines", 3),
    ]


def test_a_repaired_cause_is_told_to_those_who_knew(shop: Any) -> None:
    knew = recipient("Anna")
    stuck(shop)
    look(NOON)
    recipient("Boris")
    OutboxMessage.objects.update(state="done")
    look(NOON + MINUTE)
    assert told() == [("failure", "began")]
    look(NOON + 7 * MINUTE)
    assert told() == [("failure", "began"), ("failure", "over")]
    assert list(AlertDelivery.objects.filter(alert__event="over").values_list("recipient", flat=True)) == [
        knew.pk
    ]
    assert Incident.objects.get().over_at == NOON + 7 * MINUTE


def test_an_outage_is_one_alert_however_much_waits(shop: Any) -> None:
    for _n in range(30):
        factories.MessageFactory(order=factories.OrderFactory(shop=shop), state="waiting", due_at=NOON)
    away = Connection.objects.filter(pk=shop.account_id)
    away.update(failures=3, pause_problem="net_timeout", paused_until=NOON + MINUTE)
    for minute in range(60):
        look(NOON + minute * MINUTE)
    assert told() == [("away", "began")]
    assert Alert.objects.get().connection == shop.account
    away.update(failures=0, pause_problem="", paused_until=None)
    OutboxMessage.objects.all().delete()
    look(NOON + 61 * MINUTE)
    look(NOON + 62 * MINUTE)
    assert told() == [("away", "began"), ("away", "over")]


def test_an_outage_that_turns_into_a_refused_login_does_not_count_as_over(shop: Any) -> None:
    away = Connection.objects.filter(pk=shop.account_id)
    away.update(failures=3, pause_problem="away")
    look(NOON)
    look(NOON + 6 * MINUTE)
    away.update(pause_problem="auth")
    for minute in range(7, 12):
        look(NOON + minute * MINUTE)
    assert told() == [("away", "began"), ("auth", "began")]


@pytest.mark.parametrize("late", [29, 31])
def test_the_exchange_is_late_after_the_owners_minutes(shop: Any, late: int) -> None:
    order = factories.OrderFactory(shop=shop)
    factories.MessageFactory(order=order, state="waiting", due_at=NOON - late * MINUTE)
    look(NOON)
    assert told() == ([("backlog", "began")] if late > 30 else [])


def test_gone_workers_are_told_of_and_not_also_what_waits_for_them(shop: Any) -> None:
    Heartbeat.objects.update(at=NOON - 60 * MINUTE)
    factories.MessageFactory(
        order=factories.OrderFactory(shop=shop), state="waiting", due_at=NOON - 60 * MINUTE
    )
    look(NOON)
    assert told() == [("worker", "began")]
    Heartbeat.objects.update(at=NOON + MINUTE)
    OutboxMessage.objects.all().delete()
    look(NOON + MINUTE)
    assert told() == [("worker", "began"), ("worker", "over")]


def test_a_bridge_whose_workers_never_ran_is_no_trouble(db: None) -> None:
    look(NOON)
    assert told() == []


@pytest.mark.parametrize(
    ("calls", "what"),
    [
        ({"status": 429, "method": "GET"}, "too_many"),
        ({"status": 412, "method": "POST"}, "failing"),
        ({"status": 200, "method": "PUT"}, "puts"),
    ],
)
def test_calls_near_to_what_moysklad_locks_out_for(shop: Any, calls: dict[str, Any], what: str) -> None:
    for number in range(100):
        path = "/entity/customerorder/1" if what != "too_many" else f"/entity/customerorder/{number}"
        ApiCall.objects.create(
            at=NOON - timedelta(seconds=30), direction="out", connection=shop.account, host="x", path=path,
            duration_ms=1, **calls,
        )  # fmt: skip
    look(NOON)
    assert told() == [("budget", "began")]
    assert Alert.objects.get().facts["what"] == what


def test_many_different_calls_that_work_are_no_trouble(shop: Any) -> None:
    for number in range(400):
        ApiCall.objects.create(
            at=NOON, direction="out", connection=shop.account, host="x", path=f"/entity/product/{number}",
            method="PUT", status=200, duration_ms=1,
        )  # fmt: skip
    look(NOON)
    assert told() == []


def test_only_one_process_looks_at_a_time(shop: Any) -> None:
    look(NOON)
    assert not watch.look(NOON)
    assert not watch.look(NOON + timedelta(seconds=5))
    assert AlertRules.objects.get().looked_at == NOON


@override_settings(BEAT_SECONDS=0)
def test_a_process_that_looks_with_an_old_view_tells_nothing_twice(shop: Any) -> None:
    stuck(shop)
    look(NOON)
    seen = Incident.objects.get()
    stuck(shop, 5)
    look(NOON + 20 * MINUTE)
    found = present.troubles(NOON, AlertRules.now())
    for key, trouble in found.items():
        assert key == seen.key
        watch._take_further(seen, trouble, set(found), NOON + 20 * MINUTE, AlertRules.now())
        watch._take_further(None, trouble, set(found), NOON + 20 * MINUTE, AlertRules.now())
    assert told() == [("failure", "began"), ("failure", "again")]
    assert Incident.objects.count() == 1


def test_who_wants_what_of_which_shops(shop: Any) -> None:
    other = factories.ShopFactory(name="chashki")
    recipient("All")
    recipient("Own", shops=[shop])
    recipient("Other", shops=[other])
    recipient("Seldom", kinds=["digest"])
    recipient("Off", active=False)
    stuck(shop)
    Connection.objects.filter(pk=other.account_id).update(failures=1, pause_problem="auth")
    look(NOON)
    names = AlertDelivery.objects.order_by("recipient__name").values_list("alert__subject", "recipient__name")
    assert sorted(names) == [("auth", "All"), ("auth", "Other"), ("failure", "All"), ("failure", "Own")]


def test_an_empty_database_is_looked_at_without_asking_much(
    db: None, django_assert_max_num_queries: Any
) -> None:
    watch.look(timezone.now() - timedelta(hours=1))
    with django_assert_max_num_queries(20):  # no worker ever ran, so what waits is looked for twice
        watch.look(timezone.now())


def test_what_is_tried_again_for_too_long_is_late_too(shop: Any) -> None:
    """It is neither away nor given up, and the pauses between its tries grow to hours: nobody would hear of it."""
    order = factories.OrderFactory(shop=shop)
    row = factories.MessageFactory(
        order=order,
        state="waiting",
        due_at=NOON + 60 * MINUTE,
        first_failed_at=NOON - 29 * MINUTE,
        attempts=4,
    )
    look(NOON)
    assert told() == []
    look(NOON + 2 * MINUTE)
    assert told() == [("backlog", "began")]
    assert Alert.objects.get().facts["minutes"] == 31
    assert Alert.objects.get().facts["waiting"] == 1
    OutboxMessage.objects.filter(pk=row.pk).update(state="done")
    for minute in range(3, 12):
        look(NOON + minute * MINUTE)
    assert told() == [("backlog", "began"), ("backlog", "over")]


def test_an_event_that_is_tried_again_for_too_long_is_late_too(shop: Any) -> None:
    InboxEvent.objects.create(
        connection=shop.site,
        topic="site.order",
        dedup_key="1",
        body="{}",
        due_at=NOON + 60 * MINUTE,
        first_failed_at=NOON - 31 * MINUTE,
        attempts=4,
    )
    look(NOON)
    assert told() == [("backlog", "began")]


@pytest.mark.parametrize("how", ["away", "paused"])
def test_what_waits_for_another_reason_is_not_late(shop: Any, how: str) -> None:
    order = factories.OrderFactory(shop=shop)
    factories.MessageFactory(
        order=order, state="waiting", due_at=NOON, first_failed_at=NOON - 600 * MINUTE, attempts=4
    )
    if how == "away":
        Connection.objects.filter(pk=shop.account_id).update(failures=2, pause_problem="away")
    else:
        pauses.begin(shop, until=None)
        OutboxMessage.objects.update(first_failed_at=NOON - 600 * MINUTE)
    look(NOON)
    assert "backlog" not in [subject for subject, _event in told()]


def test_a_worker_that_never_ran_is_missed_once_something_waits_for_it(shop: Any) -> None:
    Heartbeat.objects.all().delete()
    look(NOON)
    assert told() == []
    InboxEvent.objects.create(
        connection=shop.site, topic="site.order", dedup_key="1", body="{}", due_at=NOON, received_at=NOON
    )
    look(NOON + MINUTE)
    assert told() == []
    look(NOON + 4 * MINUTE)
    assert told() == [("worker", "began")]
    assert Alert.objects.get().facts["since"] == NOON.isoformat()
    Heartbeat.objects.create(pk=1, at=NOON + 5 * MINUTE)
    look(NOON + 5 * MINUTE)
    assert told() == [("worker", "began"), ("worker", "over")]
