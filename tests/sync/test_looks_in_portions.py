"""Every look reads the last minutes again; where these hold more than a job has time for, it goes on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from bridge.connections import clients
from bridge.connections.models import Connection, Shop
from bridge.inbox.models import InboxEvent
from bridge.mapping.moscow import to_wire
from bridge.sync import flows, leased
from bridge.sync.models import Watermark
from bridge.sync.returns import returns_from_moysklad
from bridge.sync.states import poll, progress

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PAGES = 6
Pages = Callable[..., Any]


@pytest.fixture(autouse=True)
def one_page_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leased, "BUDGET", -1.0)


def moment(second: int) -> datetime:
    return NOW + timedelta(seconds=second)


def along(wire: Callable[[int], dict[str, Any]], says: Callable[[datetime], str]) -> Pages:
    """Pages of one row, a second apart, all of them within the minutes that are read again."""

    def pages(*arguments: Any, **_which: Any) -> Any:
        *_kind, (start, _done) = arguments
        left = [second for second in range(PAGES) if says(moment(second))[: len(start)] > start]
        for second in left:
            last = second == left[-1]
            yield [wire(second)], None if last else (says(moment(second)), 1)

    return pages


def finished(connection: Connection, flow: str, run: Callable[[Watermark], None]) -> Watermark:
    """Jobs until none is asked for; too many fail the test."""
    row = Watermark.objects.create(
        connection=connection, flow=flow, position=NOW, next_due_at=NOW + timedelta(days=9999)
    )
    for _ in range(3 * PAGES):
        later = timezone.now() + timedelta(hours=1)
        Watermark.objects.filter(pk=row.pk).update(next_due_at=later)
        watermark = Watermark.objects.select_related("connection").get(pk=row.pk)
        run(watermark)
        Watermark.objects.filter(pk=row.pk).update(position=watermark.position)
        row.refresh_from_db()
        if row.next_due_at == later:
            assert row.cursor == {}
            return row
    raise AssertionError("the look does not come to its end")


def of_the_site(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%S")


def test_orders_of_a_site(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def wire(second: int) -> dict[str, Any]:
        return {
            "id": second + 1,
            "order_key": f"wc_order_{second}",
            "number": str(second + 1),
            "status": "processing",
            "currency": "RUB",
            "total": "100.00",
            "date_created_gmt": of_the_site(NOW),
            "date_modified_gmt": of_the_site(moment(second)),
        }

    site = SimpleNamespace(orders=SimpleNamespace(modified=along(wire, of_the_site)))
    monkeypatch.setattr(clients, "woocommerce", lambda _connection: site)
    row = finished(shop.site, "orders", poll.orders)
    assert set(InboxEvent.objects.values_list("source_id", flat=True)) == {str(n + 1) for n in range(PAGES)}
    assert row.position == moment(PAGES - 1)


def of_documents(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """An account with documents of all kinds; returns which of them were shown."""
    served: list[int] = []

    def wire(second: int) -> dict[str, Any]:
        served.append(second)
        said = to_wire(moment(second))
        return {"id": f"document-{second}", "updated": said, "moment": said}

    documents = SimpleNamespace(updated=along(wire, to_wire))
    client = SimpleNamespace(orders=documents, returns=documents, demands=documents, payments=documents)
    monkeypatch.setattr(clients, "moysklad", lambda *_arguments: client)
    return served


@pytest.mark.parametrize(
    ("flow", "run"),
    [("statuses", poll.statuses), ("returns", returns_from_moysklad.changes), ("progress", progress.changes)],
)
def test_documents_of_an_account(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, flow: str, run: Callable[[Watermark], None]
) -> None:
    served = of_documents(monkeypatch)
    Shop.objects.filter(pk=shop.pk).update(mark_paid=True)
    row = finished(shop.account, flow, run)
    assert set(served) == set(range(PAGES))
    assert row.position is not None
    assert row.position >= moment(PAGES - 1)


def a_look(shop: Shop) -> Watermark:
    return Watermark.objects.create(
        connection=shop.account, flow="statuses", position=NOW, next_due_at=timezone.now()
    )


def test_a_look_has_succeeded_when_it_has_come_to_its_end(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_documents(monkeypatch)
    row = a_look(shop)
    table = {"statuses": flows.Flow("moysklad", poll.statuses, lambda _shops: 3600.0)}
    for _ in range(PAGES):
        assert row.last_success_at is None
        assert flows.run(row.pk, table)
        row.refresh_from_db()
    assert row.last_success_at is not None
    assert row.cursor == {}


def test_what_shows_late_is_found_by_the_look_after_one_that_was_held_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look goes on after hours; its position stays where it began, so the next one reads on from there."""
    of_documents(monkeypatch)
    row, began = a_look(shop), moment(1)
    row.cursor = {"step": "documents", "began": began.isoformat(), "place": [to_wire(moment(PAGES - 2)), 0]}
    poll.statuses(row)
    assert row.cursor == {}
    assert row.position == began
