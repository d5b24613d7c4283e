"""Uploads of older orders: what is asked of the site, that no order is met twice, and who may work on one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bridge.models import Upload
from bridge.routes import LONG_WORK
from bridge.sync import leased
from bridge.sync.uploads import upload_portions, uploads
from bridge.sync.uploads.earlier_documents import noted_in
from bridge.sync.uploads.upload_choice import Chosen, from_json
from connectors.woocommerce.paging import CREATION, page_along
from tests import factories

IDS = st.lists(st.integers(1, 10**6), unique=True, max_size=350).map(tuple)
DAYS = st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))
STATUSES = st.lists(st.sampled_from(["processing", "cancelled", "trash", "packed"]), unique=True).map(tuple)
DOCUMENT = "5b1c2a80-1111-11ee-0a80-0f0f0f0f0f0f"
FIRST_SECOND = datetime(2025, 3, 10, tzinfo=UTC)


def test_days_begin_and_end_where_the_shop_is() -> None:
    [asked] = Chosen(date(2026, 3, 1), date(2026, 3, 2)).filters()
    assert (asked.after_gmt, asked.before_gmt) == ("2026-02-28T20:59:59", "2026-03-02T21:00:00")
    assert asked.statuses == ("any",)


@given(DAYS, DAYS, STATUSES, IDS)
def test_a_choice_survives_being_stored(after: Any, before: Any, statuses: Any, ids: Any) -> None:
    chosen = Chosen(after, before, statuses, ids)
    assert from_json(chosen.to_json()) == chosen


@given(IDS)
def test_any_number_of_ids_is_asked_for_each_once(ids: tuple[int, ...]) -> None:
    asked = Chosen(ids=ids).filters()
    assert tuple(one for part in asked for one in part.ids) == ids
    assert len(asked) == max(1, -(-len(ids) // 100))


@pytest.mark.parametrize("status", ["cancelled", "failed", "refunded", "trash"])
def test_orders_that_came_to_nothing_get_documents_only_when_named(status: str) -> None:
    assert not Chosen().makes(status)
    assert Chosen(statuses=(status,)).makes(status)
    assert Chosen().makes("processing")


def test_notes_of_earlier_plugins_are_read_as_ids_or_addresses() -> None:
    href = f"https://api.moysklad.ru/api/remap/1.2/entity/customerorder/{DOCUMENT.upper()}"
    assert noted_in({"meta_data": [{"key": "wooms_id", "value": DOCUMENT}]}) == {DOCUMENT}
    assert noted_in({"meta_data": [{"key": "_ms_order_id", "value": href}]}) == {DOCUMENT}
    assert (
        noted_in({"meta_data": [{"key": "wooms_id", "value": "1"}, {"key": "x", "value": DOCUMENT}]}) == set()
    )
    assert noted_in({"meta_data": None}) == set()


class Site:
    """A list of orders as `GET /orders` answers it: placed after a moment, oldest first, in pages."""

    def __init__(self, seconds: list[int]) -> None:
        moments = [FIRST_SECOND + timedelta(seconds=one) for one in sorted(seconds)]
        self.rows = [
            {"id": n, "date_created_gmt": m.strftime("%Y-%m-%dT%H:%M:%S")} for n, m in enumerate(moments)
        ]

    def page(self, _path: str, **asked: Any) -> tuple[list[dict[str, Any]], None]:
        rows = [row for row in self.rows if row["date_created_gmt"] > asked["after"]]
        start = (asked["page"] - 1) * asked["per_page"]
        return rows[start : start + asked["per_page"]], None


@given(st.lists(st.integers(0, 12), max_size=60), st.integers(1, 7), st.lists(st.integers(1, 7), min_size=1))
def test_every_order_is_met_once_however_many_share_a_second_or_fit_in_its_time(
    seconds: list[int], per_page: int, fitting: list[int]
) -> None:
    site, met, fits = Site(seconds), [], cycle(fitting)
    place: Any = upload_portions.BEGINNING
    while place is not None:
        at = tuple(place["at"]) if place["at"] else ("", 1)
        rows, following = page_along(site, "orders", CREATION, at, per_page)  # type: ignore[arg-type]
        taken = upload_portions._unseen(place, rows)[: next(fits)]
        met += [row["id"] for row in taken]
        place = upload_portions._onward(place, 1, rows, following, taken)
    assert met == [row["id"] for row in site.rows]


def upload(shop: Any, **fields: Any) -> Upload:
    return Upload.objects.create(shop=shop, **({"chosen": {}} | fields))


def test_one_worker_at_a_time_and_another_after_its_lease(db: None, settings: Any) -> None:
    now = timezone.now()
    ended = timedelta(seconds=settings.LEASE_SECONDS + 1)
    shop = factories.ShopFactory()
    held, lost = upload(shop, running_since=now), upload(shop, running_since=now - ended)
    upload(shop, state="paused")
    upload(shop, state="cancelled")
    assert leased.due(LONG_WORK) == [("upload", lost.pk)]
    assert not leased.run("upload", held.pk, LONG_WORK)


def test_a_worker_that_comes_back_late_stores_nothing(db: None) -> None:
    order = factories.OrderFactory(status="processing")
    row = upload(order.shop, running_since=timezone.now())
    late = Upload.objects.get(pk=row.pk)
    Upload.objects.filter(pk=row.pk).update(running_since=timezone.now() + timedelta(seconds=1))
    assert not upload_portions._store(late, 1, 0, [order], {}, None)
    row.refresh_from_db()
    assert (row.read, row.queued, row.state) == (0, 0, "running")


def test_what_comes_after_cancelling_is_not_stored(db: None) -> None:
    order = factories.OrderFactory(status="processing")
    row = upload(order.shop, running_since=timezone.now())
    assert uploads.cancel(row)
    assert not upload_portions._store(row, 1, 0, [order], {}, None)
    assert not uploads.queued(row).exists()


def test_cancelling_keeps_orders_that_go_to_moysklad_anyway(db: None) -> None:
    shop = factories.ShopFactory()
    recent, old = (
        factories.OrderFactory(shop=shop, requested=True, **when)
        for when in ({}, {"placed_at": shop.started_at - timedelta(days=100)})
    )
    row = upload(shop)
    messages = [
        factories.MessageFactory(order=one, shop=shop, payload={"upload": row.pk}) for one in (recent, old)
    ]
    uploads.cancel(row)
    assert [type(one).objects.get(pk=one.pk).state for one in messages] == ["waiting", "discarded"]


def test_its_messages_are_found_by_an_index_among_millions(db: None) -> None:
    row = upload(factories.ShopFactory())
    mine = factories.MessageFactory(payload={"upload": row.pk})
    for payload in ({"upload": row.pk + 1}, {}, {"status": "completed"}):
        factories.MessageFactory(payload=payload)
    assert list(uploads.queued(row)) == [mine]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "message_of_upload" in uploads.queued(row).explain()


def test_progress_is_whole_only_at_the_end(db: None) -> None:
    shop = factories.ShopFactory()
    assert upload(shop, total=200, read=199).percent == 99
    assert upload(shop, total=2, read=5).percent == 99
    assert upload(shop).percent == 0
    assert upload(shop, state="done", total=3, read=2).percent == 100
    assert upload(shop, read=10, linked=2, queued=3, known=1, doubtful=1).left_alone == 3


def test_the_terminal_names_the_shops_there_are(db: None) -> None:
    factories.ShopFactory(name="market")
    with pytest.raises(CommandError, match="known: market"):
        call_command("upload_orders", "marked")
