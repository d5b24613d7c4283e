"""Calls are kept as long as the shop wants, and go a portion at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from bridge import routes, schedules
from bridge.apilog import retention
from bridge.apilog.models import ApiCall
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_beat_forgets_what_is_older_than_its_shop_wants() -> None:
    account = factories.AccountFactory()
    short = factories.ShopFactory(account=account, api_log_days=10)
    long = factories.ShopFactory(account=account, api_log_days=60)
    lonely = factories.AccountFactory()
    for connection in (short.site, long.site, account, lonely, None):
        for days in (5, 20, 50, 90):
            factories.CallFactory(connection=connection, at=timezone.now() - timedelta(days=days))
    schedules.sweep(routes.FLOWS, routes.LONG_WORK)

    def left(connection: object) -> list[int]:
        rows = ApiCall.objects.filter(connection=connection).order_by("-at")
        return [(timezone.now() - row.at).days for row in rows]

    assert left(short.site) == [5]
    assert left(long.site) == left(account) == [5, 20, 50]
    assert left(lonely) == left(None) == [5, 20]


def test_no_more_than_a_portion_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PORTION", 3)
    now: datetime = timezone.now()
    for days in range(31, 39):
        factories.CallFactory(connection=None, at=now - timedelta(days=days))
    assert [retention.forget(now, {}) for _ in range(4)] == [3, 3, 2, 0]
