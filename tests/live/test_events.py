"""Every change of an order in the real shop is told: the event holds what the shop's REST API shows of it then."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bridge.inbox.signatures import verify_event

SECRET = "secret-of-the-recorder"


class Recorder:
    """A bridge that only keeps what it gets; events with a wrong signature fail the test."""

    def __init__(self) -> None:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                names = ("Id", "Timestamp", "Signature")
                event_id, timestamp, signature = (self.headers[f"X-Sklad-Bridge-{name}"] for name in names)
                if not verify_event([SECRET], event_id, timestamp, body, signature):
                    recorder.unsigned += 1
                recorder.events.append(json.loads(body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Requests are kept, not printed."""

        self.events: list[dict[str, Any]] = []
        self.unsigned = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/events/"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def of(self, order_id: int, since: int) -> list[dict[str, Any]]:
        return [event for event in self.events[since:] if event["order_id"] == order_id]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def recorder(live: Any) -> Iterator[Recorder]:
    """The plugin talks to a recorder during the test, and to the bridge again after it."""
    recorder = Recorder()
    live.lab.connect_plugin(recorder.url, SECRET)
    yield recorder
    live.lab.connect_plugin(live.event_url, live.secret)
    recorder.close()
    assert recorder.unsigned == 0


def comparable(order: dict[str, Any]) -> dict[str, Any]:
    """Without links and WooCommerce's note of a debug log (a job of its own removes it), meta data in one order."""
    kept = [meta for meta in order["meta_data"] if not meta["key"].startswith("_debug_log")]
    return {
        **{key: value for key, value in order.items() if key != "_links"},
        "meta_data": sorted(kept, key=lambda meta: int(meta["id"])),
    }


def shown(refunds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in refund.items() if key != "_links"} for refund in refunds]


def changes(lab: Any, order_id: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each way a shop manager or a program changes an order, in a sequence that the shop allows."""
    number = str(order_id)

    def lines() -> list[dict[str, Any]]:
        return list(lab.get(order_id)["line_items"])

    def refund() -> str:
        return str(lab.get(order_id)["refunds"][0]["id"])

    first = str(lines()[0]["id"])
    yield (
        "note in the meta data",
        lambda: lab.api.put(f"orders/{number}", {"meta_data": [{"key": "k", "value": "я"}]}),
    )
    yield "quantity", lambda: lab.run("admin", "qty", number, first, "3")
    yield "line added, not recalculated", lambda: lab.run("admin", "additem", number, "S-00002:1")
    yield "recalculated", lambda: lab.run("admin", "recalc", number)
    yield "fee", lambda: lab.run("admin", "fee", number, "150")
    yield "line removed", lambda: lab.run("admin", "rmitem", number, str(lines()[1]["id"]))
    yield "status in the admin", lambda: lab.run("admin", "status", number, "on-hold")
    yield "status by REST", lambda: lab.api.put(f"orders/{number}", {"status": "processing"})
    yield "refund in the admin", lambda: lab.run("admin", "refund", number, first, "1", "100.00")
    yield "refund deleted in the admin", lambda: lab.run("admin", "delrefund", number, refund())
    yield (
        "refund by REST",
        lambda: lab.api.post(f"orders/{number}/refunds", {"amount": "50.00", "api_refund": False}),
    )
    yield (
        "refund deleted by REST",
        lambda: lab.api.delete(f"orders/{number}/refunds/{refund()}", params={"force": True}),
    )
    yield "refunded in full", lambda: lab.run("admin", "refundfull", number)
    yield "trash", lambda: lab.run("admin", "trash", number)
    yield "restored", lambda: lab.run("admin", "untrash", number)
    yield "trash by REST", lambda: lab.api.delete(f"orders/{number}")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("storage", ["on", "off"], ids=["hpos", "legacy"])
def test_event_after_each_change_holds_the_order_as_rest_shows_it(
    live: Any, recorder: Recorder, storage: str
) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("classic", "S-00001:2", "V-00001-1:1")
    live.until(lambda: recorder.of(order_id, 0), "the order is told")
    told = 0
    for name, change in changes(live.lab, order_id):
        since = len(recorder.events)
        change()
        live.until(lambda start=since: recorder.of(order_id, start), name, 10)
        time.sleep(0.3)  # a second event of the same change would be the last word
        event, *more = recorder.of(order_id, since)
        assert more == [], f"{name}: {1 + len(more)} events for one change"
        assert event["event"] == "order.changed", name
        assert comparable(event["order"]) == comparable(live.lab.get(order_id)), name
        assert shown(event["refunds"]) == shown(live.lab.api.get(f"orders/{order_id}/refunds").json()), name
        told += 1
    since = len(recorder.events)
    live.lab.run("admin", "delete", str(order_id))
    [event] = live.until(lambda: recorder.of(order_id, since), "deleted for good", 10)
    assert (event["event"], event["order"], event["refunds"]) == ("order.deleted", None, None)
    live.note(
        f"changes told, {'HPOS' if storage == 'on' else 'legacy'}",
        f"{told + 1} of {told + 1}, one event each",
    )


@pytest.mark.timeout(120)
def test_order_that_nobody_placed_is_not_told(live: Any, recorder: Recorder) -> None:
    live.lab.run("hpos", "on")
    line = {"product_id": live.lab.product("S-00001")["id"], "quantity": 1}
    bad = {"line_items": [line], "coupon_lines": [{"code": "nonsense"}]}
    answer = live.lab.api.post("orders", bad).json()
    draft = int(answer["data"]["new_draft_order_id"])
    order_id = live.lab.order("store", "S-00001:1")
    live.until(lambda: recorder.of(order_id, 0), "a later order is told")
    assert recorder.of(draft, 0) == []
    assert [event["order"]["status"] for event in recorder.of(order_id, 0)] == ["processing"]


@pytest.mark.timeout(180)
def test_bulk_change_is_told_in_batches(live: Any, recorder: Recorder) -> None:
    live.lab.run("hpos", "on")
    line = {"product_id": live.lab.product("S-00001")["id"], "quantity": 1}
    order = {"status": "processing", "line_items": [line]}
    made = live.lab.api.post("orders/batch", {"create": [order] * 50}).json()["create"]
    numbers = [row["id"] for row in made]
    live.until(lambda: live.lab.page("index.php") and live.lab.waiting() == 0, "the orders are told")
    since = len(recorder.events)

    live.lab.run("admin", "bulk", "mark_completed", *map(str, numbers))
    live.until(lambda: len(recorder.events) - since >= 20, "the first batch")
    time.sleep(1)
    at_once = len(recorder.events) - since
    assert at_once == 20
    live.until(lambda: live.lab.run("cron") and live.lab.waiting() == 0, "the rest")
    told = recorder.events[since:]
    assert sorted(event["order_id"] for event in told) == sorted(numbers)
    assert {event["order"]["status"] for event in told} == {"completed"}
    live.note(
        "bulk action on 50 orders", f"{at_once} told at once, the other {50 - at_once} by Action Scheduler"
    )
