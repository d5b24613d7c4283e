"""Each table that has a period is emptied by the beat itself: not a day too early, and as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.utils import timezone

from bridge import routes, schedules
from bridge.alerts.models import Alert, AlertDelivery, Incident, Recipient
from bridge.apilog.models import ApiCall
from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from bridge.outbox.models import DeliveryAttempt
from bridge.people.roles import Role
from tests import factories
from tests.people.conftest import person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """`make` a row of now; so many days later there are none of `left`. `setting` says how many, where one does."""

    make: Callable[[datetime], Any]
    left: Callable[[], int]
    days: int
    setting: str = ""


def rows(model: type[Model]) -> Callable[[], int]:
    return lambda: model._default_manager.count()


def an_event(now: datetime) -> None:
    factories.EventFactory(state=InboxEvent.State.DONE, body='{"order": {}}')


def an_attempt(now: datetime) -> None:
    factories.AttemptFactory(started_at=now, finished_at=now)


def an_alert(now: datetime) -> None:
    anna = Recipient.objects.create(name="Anna", channel="email", address="anna@example.test")
    incident = Incident.objects.create(key="old", kind="failure", since=now, over_at=now, tellings=1)
    alert = Alert.objects.create(key="old:over", kind="over", subject="failure", incident=incident)
    AlertDelivery.objects.create(alert=alert, recipient=anna, state=AlertDelivery.State.SENT, sent_at=now)


def a_deed(now: datetime) -> None:
    deeds.note(person("olga", Role.OWNER), factories.ShopFactory(), "Saved.")


TABLES = {
    "incoming bodies": Kept(
        an_event, lambda: InboxEvent.objects.exclude(body="").count(), 90, "KEEP_EVENT_BODIES_DAYS"
    ),
    "tries": Kept(an_attempt, rows(DeliveryAttempt), 365, "KEEP_ATTEMPTS_DAYS"),
    "alerts": Kept(an_alert, rows(Alert), 365, "KEEP_ALERTS_DAYS"),
    "deliveries of alerts": Kept(an_alert, rows(AlertDelivery), 365, "KEEP_ALERTS_DAYS"),
    "incidents": Kept(an_alert, lambda: Incident.objects.filter(key="old").count(), 365, "KEEP_ALERTS_DAYS"),
    "history": Kept(a_deed, rows(LogEntry), 0, "KEEP_HISTORY_DAYS"),
    "log of calls": Kept(lambda now: factories.CallFactory(connection=None, at=now), rows(ApiCall), 30),
    "wrong passwords": Kept(
        lambda now: AccessAttempt.objects.create(
            username="olga", ip_address="203.0.113.5", attempt_time=now, failures_since_start=1
        ),
        rows(AccessAttempt),
        30,
    ),
    "sessions": Kept(
        lambda now: Session.objects.create(session_key="k", session_data="", expire_date=now + 7 * DAY),
        rows(Session),
        7,
    ),
}


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """One beat of the workers at that moment."""

    def at(moment: datetime) -> None:
        with monkeypatch.context() as clock:
            clock.setattr("django.utils.timezone.now", lambda: moment)
            schedules.sweep(routes.FLOWS, routes.LONG_WORK)

    return at


@pytest.mark.parametrize("name", TABLES)
def test_what_is_kept_for_a_time_goes_with_the_beat_after_it(
    name: str, beat: Callable[[datetime], None], settings: Any
) -> None:
    kept, now = TABLES[name], timezone.now()
    kept.make(now)
    days = kept.days or 400
    if not kept.days:
        assert getattr(settings, kept.setting) == 0, "for good, where nobody chose"
        setattr(settings, kept.setting, days)
    elif kept.setting:
        assert getattr(settings, kept.setting) == days
    beat(now + (days - 1) * DAY)
    assert kept.left() == 1
    beat(now + (days + 1) * DAY)
    assert kept.left() == 0


@pytest.mark.parametrize("name", [name for name, kept in TABLES.items() if kept.setting])
def test_nought_days_keep_it_for_good(name: str, beat: Callable[[datetime], None], settings: Any) -> None:
    kept, now = TABLES[name], timezone.now()
    kept.make(now)
    setattr(settings, kept.setting, 0)
    beat(now + 4000 * DAY)
    assert kept.left() == 1


def test_a_trouble_that_goes_on_is_not_forgotten(beat: Callable[[datetime], None]) -> None:
    """However long ago it began: it is counted from its end."""
    now = timezone.now()
    Incident.objects.create(key="open", kind="failure", since=now, tellings=1)
    beat(now + 400 * DAY)
    assert Incident.objects.filter(key="open").exists()
