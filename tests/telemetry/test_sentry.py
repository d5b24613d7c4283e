"""What Sentry is sent, seen where it arrives."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sentry_sdk
from django.http import HttpRequest
from django.test import Client
from sentry_sink import SentrySink, running_sink
from world import SLOW_MACHINE

from bridge.apilog.occasions import Occasion, on
from bridge.telemetry import sentry, words

SECRET = "a-word-only-we-know"


@pytest.fixture
def sink(settings: Any) -> Iterator[SentrySink]:
    with running_sink() as found:
        settings.SENTRY_DSN = found.dsn
        sentry.start()
        yield found
        sentry_sdk.get_client().close()
        sentry_sdk.init()


def test_a_failure_has_its_order_and_nobodys_secret(sink: SentrySink) -> None:
    words.keep_secret([SECRET])
    buyer = {"email": "ivan@example.com", "phone": "+7 912 345-67-89"}
    with on(Occasion("order_to_moysklad", 3, message_id=7, order="2:1001")):
        try:
            raise ValueError(f"refused for {buyer['email']} with {SECRET}")
        except ValueError:
            logging.getLogger("bridge.test").exception("message of %s failed: %s", buyer["phone"], buyer)
    sentry_sdk.flush(SLOW_MACHINE)
    [event] = sink.received
    assert event["tags"] == {
        "order": "2:1001",
        "message_id": "7",
        "purpose": "order_to_moysklad",
        "shop": "3",
    }
    assert event["exception"]["values"][0]["type"] == "ValueError"
    assert all("vars" not in frame for frame in event["exception"]["values"][0]["stacktrace"]["frames"])
    for private in (SECRET, "ivan@", "345-67"):
        assert private not in "".join(sink.bodies)


@pytest.mark.django_db
def test_a_page_that_breaks_tells_its_address_and_nothing_of_who_asked(
    sink: SentrySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_request: HttpRequest) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("bridge.api.health.heartbeat_age", broken)
    client = Client(raise_request_exception=False)
    # Put together here: a report shows lines of code, and this is one.
    private = ["-".join(("of", "a", word)) for word in ("person", "query", "header")]
    client.cookies["sessionid"] = private[0]
    answer = client.get(f"/readyz?token={private[1]}", HTTP_AUTHORIZATION=f"Bearer {private[2]}")
    assert answer.status_code == 500
    sentry_sdk.flush(SLOW_MACHINE)
    [event] = sink.received
    assert event.get("request", {}).keys() <= {"method", "url"}
    assert not {"user", "breadcrumbs", "extra"} & event.keys()
    sent = "".join(sink.bodies)
    assert not [word for word in private if word in sent]


def test_without_an_address_nothing_is_begun(settings: Any) -> None:
    settings.SENTRY_DSN = ""
    sentry.start()
    assert not sentry_sdk.get_client().options.get("dsn")


@pytest.mark.django_db
def test_not_being_ready_is_an_answer_and_no_error(sink: SentrySink) -> None:
    assert Client().get("/readyz").status_code == 503
    sentry_sdk.flush(SLOW_MACHINE)
    assert sink.received == []
