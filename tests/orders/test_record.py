"""The newest version of an order wins, by the source's own version; arrival decides nothing."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from bridge.connections.models import Shop
from bridge.domain import order as canonical
from bridge.orders.models import Order
from bridge.orders.record import Change, Reading, record

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 11, 21, 18, 0, 0, tzinfo=UTC)


def version(status: str, seconds: int = 0) -> canonical.Order:
    moment = T0 + timedelta(seconds=seconds)
    return canonical.Order("621", "wc_order_x", "621", status, "RUB", 100, T0, moment)


def seen(shop: Shop, order: canonical.Order, read: float | None = None, *, sure: bool = False) -> Change:
    read_at = None if read is None else T0 + timedelta(seconds=read)
    with transaction.atomic():
        [(_row, change)] = record(shop, [Reading(order, read_at)], sure=sure)
    return change


def test_new_same_changed_older(shop: Shop) -> None:
    assert seen(shop, version("processing")) is Change.NEW
    assert seen(shop, version("processing")) is Change.SAME
    assert seen(shop, version("completed", 5)) is Change.CHANGED
    assert seen(shop, version("processing", 3)) is Change.OLDER
    assert Order.objects.get().status == "completed"


def test_in_any_order_of_arrival_the_newest_remains(shop: Shop) -> None:
    versions = [version("pending", 1), version("processing", 2), version("completed", 3)]
    for number, arrival in enumerate(itertools.permutations(versions)):
        for one in arrival:
            seen(shop, replace(one, source_id=str(number)))
    assert set(Order.objects.values_list("status", flat=True)) == {"completed"}


def test_within_one_second_the_time_of_reading_decides(shop: Shop) -> None:
    seen(shop, version("processing"), read=0.5)
    assert seen(shop, version("pending"), read=0.2) is Change.OLDER
    assert seen(shop, version("completed"), read=0.9) is Change.CHANGED


def test_without_it_only_the_site_can_say(shop: Shop) -> None:
    seen(shop, version("processing"))
    assert seen(shop, version("completed")) is Change.TIE
    assert Order.objects.get().status == "processing"
    assert seen(shop, version("completed"), sure=True) is Change.CHANGED


def test_the_same_number_with_another_key_is_another_order(shop: Shop) -> None:
    seen(shop, version("processing"))
    assert seen(shop, replace(version("processing"), order_key="wc_order_y")) is Change.NEW
    assert Order.objects.count() == 2
