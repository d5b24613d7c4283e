"""The summary of the week: once, at the owner's day and hour, with what the shop did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from bridge.alerts import digest
from bridge.alerts.models import Alert, AlertRules, Incident
from bridge.alerts.wording import said
from tests import factories

MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = datetime(2026, 5, 18, 9, tzinfo=MOSCOW)
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(db: None) -> Any:
    return factories.ShopFactory(name="kruzhki", started_at=MONDAY - timedelta(days=60))


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        (MONDAY, MONDAY),
        (MONDAY - HOUR, MONDAY - timedelta(days=7)),
        (MONDAY + timedelta(days=6, hours=23), MONDAY),
    ],
)
def test_the_newest_monday_at_nine(now: datetime, moment: datetime) -> None:
    assert digest.last_moment(now, 1, 9, MOSCOW) == moment


def test_it_is_told_once_and_not_days_late(shop: Any) -> None:
    rules = AlertRules()
    digest.tell(MONDAY - HOUR, rules)
    assert Alert.objects.count() == 0
    digest.tell(MONDAY + HOUR, rules)
    digest.tell(MONDAY + 2 * HOUR, rules)
    assert Alert.objects.count() == 1
    Alert.objects.all().delete()
    digest.tell(MONDAY + timedelta(days=2), rules)
    assert Alert.objects.count() == 0


def test_a_shop_of_today_has_no_week_yet(shop: Any) -> None:
    shop.started_at = MONDAY - HOUR
    shop.save()
    digest.tell(MONDAY + HOUR, AlertRules())
    assert Alert.objects.count() == 0


def test_what_it_says(shop: Any) -> None:
    for days, currency, total in ((1, "RUB", 10000), (2, "RUB", 20050), (3, "EUR", 500), (9, "RUB", 999999)):
        factories.OrderFactory(
            shop=shop, placed_at=MONDAY - timedelta(days=days), currency=currency, total_minor=total
        )
    Incident.objects.create(
        key="a", kind="failure", shop=shop, since=MONDAY, told_at=MONDAY, total=12, over_at=MONDAY,
        facts={"code": "unlinked_lines"},
    )  # fmt: skip
    digest.tell(MONDAY + HOUR, AlertRules())
    with translation.override("en"), timezone.override(UTC):
        text = said(Alert.objects.get())
    assert text.title == "kruzhki: the week 05/11/2026 – 05/18/2026"
    assert text.lines[:2] == ["Orders: 2 for ₽300.50.", "Orders: 1 for €5.00."]
    assert "(12, solved)" in text.lines[3]
    assert "have not been compared yet" in text.lines[-1]
