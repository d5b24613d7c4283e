"""Every call ends up in the log, whatever becomes of the work it was made for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection, transaction

from bridge.apilog import buffer
from bridge.apilog.entries import Entry
from bridge.apilog.models import ApiCall
from bridge.apilog.occasions import Occasion, on
from bridge.connections import clients
from connectors.errors import ConnectorError
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: LazySettings) -> None:
    settings.BRIDGE_ALLOW_PRIVATE_HOSTS = True


@pytest.fixture
def site(stub: Any) -> Any:
    return factories.SiteFactory(base_url=stub.root)


def entry(number: int = 0) -> Entry:
    return Entry(
        at=datetime.now(UTC),
        direction="out",
        vendor="moysklad",
        connection_id=None,
        secrets=[],
        method="GET",
        url=f"https://api.example/entity/product/{number}",
        status=200,
        duration_ms=12.4,
    )


def test_a_call_is_a_row_with_its_answer_and_what_it_was_for(site: Any, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, {"id": 7, "billing": {"email": "kate@example.ru"}}))
    shop = factories.ShopFactory(site=site)
    with on(Occasion("order", shop.pk, try_number=2)):
        clients.woocommerce(site).get("orders/7", search="kate@example.ru")
    assert buffer.write() == 1
    row = ApiCall.objects.get()
    assert (row.direction, row.vendor, row.connection, row.shop) == ("out", "woocommerce", site, shop)
    assert (row.method, row.path, row.status, row.error) == ("GET", "/wp-json/wc/v3/orders/7", 200, "")
    assert "search=k***@e***.ru" in row.query
    assert row.response_body == '{"id":7,"billing":{"email":"k***@e***.ru"}}'
    assert (row.purpose, row.try_number) == ("order", 2)
    assert not any(str(secret) in row.query for secret in site.credentials.values())


def test_a_refused_call_and_one_nobody_answered_say_why(site: Any, stub: Any, reply: Any) -> None:
    account = factories.AccountFactory(base_url=f"{stub.root}/api/remap/1.2")
    stub.replies(reply(412, {"errors": [{"error": "Имя занято", "code": 3006}]}), reply(200, cut="before"))
    with pytest.raises(ConnectorError):
        clients.moysklad(account).post("entity/counterparty", {"name": "Иван Петров"})
    with pytest.raises(ConnectorError):
        clients.woocommerce(site).get("orders")
    buffer.write()
    refused, lost = ApiCall.objects.order_by("pk")
    assert (refused.status, refused.error, refused.code) == (412, "PermanentError", "3006")
    assert refused.request_body == '{"name":"И*** П***"}'
    assert "Имя занято" in refused.response_body
    assert (lost.status, lost.error, lost.code) == (0, "TransientError", "net_cut")


def test_a_call_stays_though_its_work_was_rolled_back(site: Any, stub: Any, reply: Any) -> None:
    stub.replies(reply(200, []))

    def work() -> None:
        with transaction.atomic():
            factories.SiteFactory()
            clients.woocommerce(site).get("orders")
            for number in range(buffer.WRITE_AT * 2):
                buffer.add(entry(number))  # enough to be written at once, were it not for the transaction
            assert not ApiCall.objects.exists()
            raise ConnectorError("the work failed")

    with pytest.raises(ConnectorError):
        work()
    buffer.write()
    assert ApiCall.objects.count() == buffer.WRITE_AT * 2 + 1


def test_many_calls_are_written_without_waiting_for_the_end_of_the_work() -> None:
    for number in range(buffer.WRITE_AT):
        buffer.add(entry(number))
    assert ApiCall.objects.count() == buffer.WRITE_AT
    assert not buffer._waiting


def test_calls_wait_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        buffer.add(entry(number))

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(type(ApiCall.objects), "bulk_create", away)
        assert buffer.write() == 0
    buffer.add(entry(5))
    assert buffer.write() == 6
    assert [row.path[-1] for row in ApiCall.objects.order_by("pk")] == list("012345")


def test_the_memory_of_what_waits_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        for number in range(buffer.MOST + 3):
            buffer.add(entry(number))
        assert len(buffer._waiting) == buffer.MOST
    buffer.write()
    assert ApiCall.objects.count() == buffer.MOST
    assert "lost 3 calls" in caplog.text


def test_what_waits_for_the_database_is_bounded_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(5):
        buffer.add(entry(number))

    def away_while_more_come(*_: Any, **__: Any) -> None:
        buffer._waiting.extend(entry(9) for _ in range(buffer.MOST - 2))
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(type(ApiCall.objects), "bulk_create", away_while_more_come)
        assert buffer.write() == 0
    assert len(buffer._waiting) == buffer.MOST
    assert [one.url[-1] for one in list(buffer._waiting)[:3]] == ["3", "4", "9"]
    assert buffer.write() == buffer.MOST
    assert "lost 3 calls" in caplog.text


def test_what_cannot_be_kept_costs_no_other_call(caplog: pytest.LogCaptureFixture) -> None:
    broken = Entry(**{name: getattr(entry(), name) for name in Entry.__slots__} | {"at": None})  # type: ignore[arg-type]
    odd = Entry(**{name: getattr(entry(), name) for name in Entry.__slots__} | {"url": "https://[broken"})
    for one in (entry(1), odd, entry(2)):
        buffer.add(one)
    buffer.write()
    assert ApiCall.objects.count() == 2
    assert "could not be noted" in caplog.text
    buffer.add(broken)
    assert buffer.write() == 0  # said in the server's log, and the work goes on


def test_threads_of_one_process_lose_nothing_and_double_nothing() -> None:
    def one(thread: int) -> None:
        try:
            for number in range(60):
                buffer.add(entry(thread * 100 + number))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    buffer.write()
    paths = list(ApiCall.objects.values_list("path", flat=True))
    assert len(paths) == len(set(paths)) == 240


@pytest.fixture
def web_process() -> Iterator[None]:
    buffer._in_background = True
    yield
    buffer._in_background = False
    if buffer._thread:  # or it would write, or fail to, in the middle of another test
        buffer._thread.join(10)


def test_the_web_process_writes_by_itself_within_seconds(web_process: None) -> None:
    from world import eventually

    buffer.add(entry())
    eventually(lambda: ApiCall.objects.count() == 1, "the call is in the log", 10)
