"""A deed through the API leaves in the history what the same button of the desk does: the sentence, before, after."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.utils.translation import override

from bridge.history import deeds
from bridge.inbox.models import InboxEvent
from tests.admin.conftest import Desk, Rows, desk, rows
from tests.api.v1 import program

__all__ = ["desk", "rows"]

Values = list[tuple[str, str, str]]


def newest() -> tuple[str, Values]:
    with override("en"):
        deed = deeds.read(LogEntry.objects.latest("pk"))
        return deed.text, [(str(one.what), str(one.before), str(one.after)) for one in deed.values]


def by_both(desk: Desk, table: str, button: str, path: str, body: Any = None) -> tuple[Values, Values]:
    """The values that the desk's button leaves, and those of the API for the same row as it was."""
    pk = int(path.split("/")[2])
    before = LogEntry.objects.count()
    mark = transaction.savepoint()
    desk.press(table, pk, button, **(body or {}))
    said, of_desk = newest()
    assert LogEntry.objects.count() == before + 1
    transaction.savepoint_rollback(mark)
    answer = program("staff").ask("post", path, body)
    assert answer.status_code in (200, 201), answer.content
    told, of_api = newest()
    assert told == f"{said} (API, reports)"
    return of_desk, of_api


def test_an_order_is_held_and_released(desk: Desk, rows: Rows) -> None:
    path = f"/orders/{rows.sent.pk}"
    of_desk, of_api = by_both(desk, "order", "hold", f"{path}/hold/", {"why": "Stocktaking"})
    assert of_api == of_desk == [("state", "in MoySklad", "held back")]
    of_desk, of_api = by_both(desk, "order", "release", f"{path}/release/")
    assert of_api == of_desk == [("state", "held back", "in MoySklad")]


def test_a_message_is_tried_again(desk: Desk, rows: Rows) -> None:
    of_desk, of_api = by_both(desk, "outboxmessage", "retry", f"/failures/{rows.parked.pk}/retry/")
    assert of_api == of_desk
    assert [one[0] for one in of_api] == ["state"]


def test_an_event_is_handled_again(desk: Desk, rows: Rows) -> None:
    event = InboxEvent.objects.get(state="failed")
    of_desk, of_api = by_both(desk, "inboxevent", "replay", f"/events/{event.pk}/replay/")
    assert of_api == of_desk
    assert [one[0] for one in of_api] == ["state"]


def test_many_orders_are_sent_again(rows: Rows) -> None:
    program("staff").post("/orders/send/", {"ids": [rows.sent.pk]})
    assert newest() == (
        "The order is queued for sending. (API, reports)",
        [("state", "in MoySklad", "waiting to be sent")],
    )


def test_a_link_is_kept_with_what_it_was(desk: Desk, rows: Rows) -> None:
    listing = rows.shop.listings.filter(binding__isnull=False).first()
    assert listing is not None
    was = str(listing.binding.product)
    answer = program("staff").ask("delete", f"/listings/{listing.pk}/link/")
    assert answer.status_code == 204
    assert newest()[1] == [("in MoySklad", was, "")]
