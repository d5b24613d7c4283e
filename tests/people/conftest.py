"""People of each role in browsers of their own, and one of everything they could look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from bridge.alerts.models import Alert, Recipient
from bridge.apilog.models import ApiCall
from bridge.catalog.models import Listing
from bridge.pairing.models import PairingCode
from bridge.people.roles import Role, give_role
from bridge.sync.models import Drift, GoodsChange, GoodsRun, LinkRun, Reconciliation, Upload
from tests.admin.conftest import Desk, Rows, desk, rows

__all__ = ["desk", "rows"]

PASSWORD = "long enough 4 me"


def person(name: str, role: Role) -> User:
    made = User(username=name)
    made.set_password(PASSWORD)
    give_role(made, role)
    return made


@pytest.fixture
def browser_of(db: None) -> Callable[[str], Client]:
    """A signed-in browser of somebody with the role."""

    def open_one(role: str) -> Client:
        client = Client()
        client.force_login(person(f"a-{role}", Role(role)))
        client.cookies["django_language"] = "en"
        return client

    return open_one


@pytest.fixture
def everything(rows: Rows) -> dict[str, Any]:
    """One row for every page, by its table's name."""
    shop = rows.shop
    listing = Listing.objects.filter(shop=shop).first()
    run = GoodsRun.objects.create(shop=shop, step=GoodsRun.Step.READY, state="paused")
    GoodsChange.objects.create(run=run, shop=shop, listing=listing, field="stock", old="1", new="2")
    compared = Reconciliation.objects.create(shop=shop)
    Drift.objects.create(
        reconciliation=compared,
        shop=shop,
        subject="stock",
        code="stock_differs",
        title="Mug",
        listing=listing,
    )
    ApiCall.objects.create(
        at=timezone.now(), direction="out", method="GET", host="x.test", path="/", status=200, duration_ms=1
    )
    Alert.objects.create(key="1", kind="failure", subject="failure", shop=shop, facts={"count": 1})
    Recipient.objects.create(name="Anna", channel="email", address="anna@example.test")
    Upload.objects.create(shop=shop)
    LinkRun.objects.create(shop=shop, kind=LinkRun.Kind.values[0])
    PairingCode.objects.create(
        digest="0" * 64, account=shop.account, expires_at=timezone.now() + timedelta(minutes=5)
    )
    return {"shop": shop, "listing": listing, "goodsrun": run}


__all__ += ["PASSWORD", "Desk", "Rows", "person"]
