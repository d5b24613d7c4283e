"""Long work in portions: one worker at a time, what keeps it is told, ended work stores nothing more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.models import Upload
from bridge.sync import leased
from connectors.errors import TransientError
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    calls: list[Any] = []
    monkeypatch.setattr("bridge.sync.leased.wake", lambda *args: calls.append(args))
    return calls


@pytest.fixture
def work(woken: list[Any]) -> Upload:
    return Upload.objects.create(shop=factories.ShopFactory(), chosen={})


def run(row: Upload, portion: Any) -> Upload:
    assert leased.run("upload", row.pk, {"upload": leased.Work(Upload, portion)})
    row.refresh_from_db()
    return row


def test_a_portion_that_is_not_the_last_asks_for_the_next(work: Upload, woken: list[Any]) -> None:
    after = run(work, lambda row: 0)
    assert (after.running_since, after.problem) == (None, "")
    assert woken == [("bridge.jobs.run_work", "upload", work.pk)]
    assert leased.due({"upload": leased.Work(Upload, lambda row: 0)}) == [("upload", work.pk)]


def test_one_that_waits_is_due_later(work: Upload, woken: list[Any]) -> None:
    after = run(work, lambda row: 30)
    assert after.due_at > timezone.now() + timedelta(seconds=25)
    assert woken == []


def test_a_call_that_failed_pauses_the_connection_and_is_told(work: Upload) -> None:
    def portion(row: Upload) -> float:
        with leased.calling(row.shop.site):
            raise TransientError("refused", code="net_refused")

    after = run(work, portion)
    assert (after.problem, after.state) == ("net_refused", "running")
    assert Connection.objects.get(pk=work.shop.site_id).is_paused()
    assert run_again_later(after).problem == "net_refused", "it is not called while it is left alone"


def run_again_later(row: Upload) -> Upload:
    Upload.objects.filter(pk=row.pk).update(due_at=timezone.now())

    def portion(again: Upload) -> float:
        leased.require_answering(again.shop.site, again.shop.account)
        raise AssertionError("it was called")

    return run(row, portion)


@pytest.mark.parametrize("error", [KeyError("oops"), OperationalError("deadlock detected")])
def test_any_error_is_told_and_tried_again(work: Upload, error: Exception) -> None:
    def portion(row: Upload) -> float:
        raise error

    after = run(work, portion)
    assert (after.problem, after.running_since) == ("internal", None)
    assert after.due_at <= timezone.now() + timedelta(seconds=leased.RETRY)


def test_a_worker_that_lost_its_row_neither_stores_nor_lets_go(work: Upload) -> None:
    second = timezone.now() + timedelta(seconds=1)

    def portion(row: Upload) -> float:
        Upload.objects.filter(pk=row.pk).update(running_since=second)
        with transaction.atomic():
            assert leased.held(row) is None
        return 0

    assert run(work, portion).running_since == second


def test_ended_work_is_not_stored_any_more(work: Upload) -> None:
    def portion(row: Upload) -> float:
        assert leased.cancel(row)
        with transaction.atomic():
            assert leased.held(row) is None
        return 0

    after = run(work, portion)
    assert (after.state, leased.cancel(after), leased.pause(after), leased.resume(after)) == (
        "cancelled",
        False,
        False,
        False,
    )
    assert not leased.run("upload", work.pk, {"upload": leased.Work(Upload, portion)})


def test_paused_work_is_not_woken_until_it_goes_on(work: Upload, woken: list[Any]) -> None:
    table = {"upload": leased.Work(Upload, lambda row: 0)}
    assert leased.pause(work)
    assert leased.due(table) == []
    assert not leased.run("upload", work.pk, table)
    assert leased.resume(work)
    assert leased.due(table) == [("upload", work.pk)]
    assert len(woken) == 1
