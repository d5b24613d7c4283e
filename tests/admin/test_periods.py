"""Days that people choose: both ends of a period count, written as the reader's language writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import Model

from bridge.apilog.models import ApiCall
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from tests import factories
from tests.admin.conftest import Desk, Rows

MOSCOW = ZoneInfo("Europe/Moscow")
FIRST_MOMENT = datetime(2026, 1, 14, tzinfo=MOSCOW)
LAST_MOMENT = FIRST_MOMENT + timedelta(days=1, microseconds=-1)


def deed() -> LogEntry:
    person = User.objects.get()
    return LogEntry.objects.create(user=person, object_id=person.pk, object_repr="owner", action_flag=CHANGE)


LISTS: list[tuple[str, str, type[Model], Callable[[], Any]]] = [
    ("bridge/order", "placed_at", Order, factories.OrderFactory),
    ("bridge/inboxevent", "received_at", InboxEvent, factories.EventFactory),
    ("bridge/outboxmessage", "created_at", OutboxMessage, factories.ParkedFactory),
    ("bridge/apicall", "at", ApiCall, factories.CallFactory),
    ("admin/logentry", "action_time", LogEntry, deed),
]


@pytest.mark.parametrize(("page", "field", "model", "make"), LISTS, ids=[page for page, *_rest in LISTS])
def test_a_list_shows_the_days_chosen_with_the_last_one(
    desk: Desk, page: str, field: str, model: type[Any], make: Callable[[], Any]
) -> None:
    moments = {
        "day before": FIRST_MOMENT - timedelta(microseconds=1),
        "morning": FIRST_MOMENT,
        "midnight": LAST_MOMENT,
        "day after": LAST_MOMENT + timedelta(microseconds=1),
    }
    made = {name: make().pk for name in moments}
    for name, moment in moments.items():
        model.objects.filter(pk=made[name]).update(**{field: moment})

    def listed(language: str = "ru", **days: str) -> set[str]:
        params = {f"{field}_{end}": day for end, day in days.items()}
        desk.client.cookies["django_language"] = language
        response = desk.client.get(f"/admin/{page}/", params)
        assert response.status_code == 200, params
        shown = {row.pk for row in response.context["cl"].result_list}
        return {name for name, pk in made.items() if pk in shown}

    for language, day in (("ru", "14.01.2026"), ("ru", "2026-01-14"), ("en", "2026-01-14")):
        assert listed(language, **{"from": day, "to": day}) == {"morning", "midnight"}, (language, day)
    assert listed(to="14.01.2026") == set(moments) - {"day after"}
    assert listed(**{"from": "14.01.2026"}) == set(moments) - {"day before"}
    for junk in ("no day", "31.02.2026", "0001-01-01", "9999-12-31"):
        assert listed(**{"from": junk}) == listed(to=junk) == set(moments), junk


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("bridge/upload/add/", "after"),
        ("bridge/upload/add/", "before"),
        ("bridge/reconciliation/add/", "since"),
    ],
)
def test_a_day_at_the_end_of_the_calendar_is_none_to_work_with(
    desk: Desk, rows: Rows, page: str, name: str, day: str
) -> None:
    response = desk.post(f"/admin/{page}", {"shop": rows.shop.pk, name: day})
    assert response.status_code == 200
    assert response.context["form"].errors[name]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_what_needs_attention_is_not_narrowed_by_such_a_day(desk: Desk, rows: Rows, day: str) -> None:
    page = "/admin/bridge/outboxmessage/attention/"
    desk.client.cookies["django_language"] = "ru"
    assert desk.client.get(page, {"since": day}).status_code == 200
    assert desk.client.get(page, {"until": day}).status_code == 200
