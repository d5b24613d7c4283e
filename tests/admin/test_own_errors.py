"""A bug of the bridge is told to people in a sentence of theirs, never in the words of Python."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bridge.diagnosis import report, runs
from bridge.diagnosis.table import CHECKS
from bridge.inbox import process
from bridge.outbox.deliver import deliver
from bridge.outbox.outcomes import Kind
from bridge.sync import leased
from bridge.sync.models import Upload
from tests import factories
from tests.admin.conftest import Desk, Rows
from tests.admin.test_pages import words_of

SAID = {"ru": "В мосте произошла внутренняя ошибка.", "en": "The bridge met an error of its own."}


def buggy(_what: Any) -> Any:
    raise KeyError("oops")


def pages_after_a_bug(rows: Rows, client: Client) -> list[str]:
    """A message, an event and long work meet one; the addresses where people read of it."""
    order = factories.OrderFactory(shop=rows.shop)
    message = factories.MessageFactory(order=order, kind="k")
    deliver(message.pk, {"k": Kind(buggy)})
    event = factories.EventFactory(connection=rows.shop.site, state="waiting", due_at=timezone.now())
    process.process_waiting({event.topic: buggy})
    work = Upload.objects.create(shop=rows.shop, due_at=timezone.now())
    leased.run("upload", work.pk, {"upload": leased.Work(Upload, buggy)})
    return [
        f"/admin/bridge/outboxmessage/{message.pk}/change/",
        "/admin/bridge/outboxmessage/",
        f"/admin/bridge/order/{order.pk}/change/",
        f"/admin/bridge/inboxevent/{event.pk}/change/",
        f"/admin/bridge/upload/{work.pk}/change/",
    ]


def test_a_bug_is_told_in_a_sentence_and_not_in_words_of_python(
    desk: Desk, rows: Rows, client: Client
) -> None:
    for page in pages_after_a_bug(rows, client):
        for language, said in SAID.items():
            text = words_of(desk.get(page, language))
            assert said in text, page
            assert "KeyError" not in text, page
            assert "oops" not in text, page


def test_a_check_that_breaks_says_so_and_keeps_the_detail_for_the_report(
    desk: Desk, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = CHECKS[0]._replace(check=buggy)
    monkeypatch.setattr(runs, "checks_of", lambda **_which: [broken])
    run = runs.at_once(rows.shop, "owner")
    text = words_of(desk.get(f"/admin/bridge/diagnosis/?shop={rows.shop.pk}"))
    assert "в мосте произошла внутренняя ошибка" in text
    assert "KeyError" not in text
    assert "KeyError" in report.text(run)
