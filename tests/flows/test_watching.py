"""Whoever watches the bridge follows one order through both processes, and sees figures of both in one place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from sentry_sink import SentrySink, running_sink
from world import World, open_world


@pytest.fixture(scope="module")
def sink() -> Iterator[SentrySink]:
    with running_sink() as found:
        yield found


@pytest.fixture(scope="module")
def watched(
    sink: SentrySink, database: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    env = {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "SENTRY_DSN": sink.dsn, "METRICS_TOKEN": "t" * 20}
    with django_db_blocker.unblock():
        yield from open_world(tmp_path_factory.mktemp("watched"), env)
        call_command("flush", interactive=False, verbosity=0)


def lines(world: World, name: str, **about: Any) -> list[dict[str, Any]]:
    """The lines of a process that say this."""
    text = (world.directory / name).read_text()
    found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [line for line in found if about.items() <= line.items()]


def figure(world: World, name: str) -> float:
    found = [line for line in world.get("/metrics").text.splitlines() if line.startswith(f"{name} ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


def test_one_order_is_followed_from_the_plugin_to_moysklad(watched: World) -> None:
    before = figure(watched, "sklad_bridge_event_to_document_seconds_count")
    order = watched.box.store.place_order({"S-00001": 1})
    watched.document(order["id"])
    watched.quiet()
    key = f"{watched.shop.site_id}:{order['id']}"
    [stored, *_] = watched.until(lambda: lines(watched, "web.log", text="event stored", order=key), "stored")
    # What is said and counted of a step follows its commit.
    handled = watched.until(
        lambda: lines(watched, "worker.log", text="event done", order=key, delivery=stored["delivery"]),
        "done",
    )
    assert [line["event_id"] for line in handled] == [stored["event_id"]]
    called = [
        line for line in lines(watched, "worker.log", order=key) if "entity/customerorder" in line["text"]
    ]
    assert called
    sent = {"order": key, "purpose": "order_to_moysklad"}
    done = watched.until(lambda: lines(watched, "worker.log", text="message done ", **sent), "sent")
    assert {line["message_id"] for line in done} >= {called[0]["message_id"]}
    documents = "sklad_bridge_event_to_document_seconds_count"
    watched.until(lambda: figure(watched, documents) > before, "the document is counted")
    assert figure(watched, documents) == before + 1
    tries = 'sklad_bridge_tries_total{kind="order_to_moysklad",outcome="done"}'
    watched.until(lambda: figure(watched, tries) >= 1, "the try is counted")
    assert watched.get("/metrics").status_code == 200


def test_what_is_done_on_the_site_for_an_order_names_it_to_the_site_and_in_the_logs(watched: World) -> None:
    order = watched.box.store.place_order({"S-00001": 1})
    document = watched.document(order["id"])
    watched.quiet()
    watched.box.store.reset_stats()
    watched.box.moysklad.set_state(document["id"], "Отменен")
    watched.until(lambda: watched.site_status(order["id"]) == "cancelled", "the site hears of it")
    watched.quiet()
    key = f"{watched.shop.site_id}:{order['id']}"
    written = [call for call in watched.box.store.calls() if call["method"] in ("PUT", "POST")]
    assert {call["order"] for call in written if f"orders/{order['id']}" in call["path"]} == {key}
    [told, *_] = watched.until(
        lambda: lines(watched, "worker.log", order=key, purpose="status_to_site"), "told"
    )
    assert f"orders/{order['id']}: 200" in told["text"]


def test_an_order_that_is_refused_is_told_to_sentry_without_its_buyer(
    watched: World, sink: SentrySink
) -> None:
    watched.box.moysklad.faults.add(
        "error", method="POST", path="entity/customerorder$", code=3015, status=412, count=None
    )
    try:
        order = watched.box.store.place_order({"S-00001": 1})
        watched.message(order["id"], state="dead")
    finally:
        watched.box.moysklad.faults.clear()
    key = f"{watched.shop.site_id}:{order['id']}"

    def told() -> list[dict[str, Any]]:
        return [event for event in sink.received if event["tags"].get("order") == key]

    [event] = watched.until(told, "Sentry hears of the order")
    assert "given up" in event["logentry"]["message"] % tuple(event["logentry"].get("params", ()))
    sent, buyer = "".join(sink.bodies), order["billing"]
    private = [watched.box.moysklad.token, watched.secret, buyer["email"], buyer["phone"], buyer["last_name"]]
    logs = "".join((watched.directory / name).read_text() for name in ("web.log", "worker.log"))
    assert not [word for word in private if word and (word in sent or word in logs)]
    assert (
        figure(watched, 'sklad_bridge_failures_total{kind="order_to_moysklad",reason="email_refused"}') >= 1
    )
