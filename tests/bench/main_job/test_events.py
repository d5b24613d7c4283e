"""Events of a shop, accepted with the row durable, while the workers take them in on the same processors."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from bridge.inbox.models import InboxEvent
from tests.bench.main_job.figures import Figure, percentile, tell
from tests.bench.main_job.rig import Rig
from tests.bench.main_job.senders import Plan, pour, signed_event

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
SENDERS, EACH = 4, 400
NAIVE_SAMPLE = 22


def news_of(order: dict[str, Any], home: str, number: int) -> dict[str, Any]:
    """What the plugin says of an order like this one that waits for its payment: the shop has taken nothing for it yet,
    and nobody has chosen its status for sending.
    """
    now = datetime.now(UTC)
    lines = [
        {**line, "meta_data": [meta for meta in line["meta_data"] if meta["key"] != "_reduced_stock"]}
        for line in order["line_items"]
    ]
    like = {"id": 5_000_000 + number, "number": str(5_000_000 + number), "order_key": f"wc_order_b{number}"}
    return {
        "event": "order.changed",
        "site": home,
        "plugin_version": "1.0.0",
        "sent_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "order_id": like["id"],
        "read_at": round(time.time(), 6),
        "order": {**order, **like, "status": "pending", "line_items": lines, "sklad_bridge_sales": []},
        "refunds": [],
    }


def plans(rig: Rig, senders: int, each: int, first: int) -> list[Plan]:
    """Different orders for each sender, of different goods."""
    orders = [rig.box.store.place_order({f"S-{n:05}": 1, f"S-{n + 1:05}": 2}) for n in range(1, 40, 2)]
    rig.quiet()
    shop, secret, url = rig.shop, rig.secret, rig.event_url
    return [
        Plan(
            rig.address,
            [
                signed_event(
                    url, secret, news_of(orders[n % len(orders)], shop.home_url, first + sender * each + n)
                )
                for n in range(each)
            ],
            good=202,
        )
        for sender in range(senders)
    ]


def test_events_are_accepted(rig: Rig) -> None:
    naive = rig.naive.orders(NAIVE_SAMPLE)
    work = plans(rig, SENDERS, EACH, first=0)
    before = InboxEvent.objects.count()
    with rig.generator() as generator:
        sent = pour(work)
    assert InboxEvent.objects.count() - before == SENDERS * EACH
    seconds = max(one.seconds for one in sent)
    latencies = [one for found in sent for one in found.latencies]
    begun = time.monotonic()
    rig.quiet()
    print(f"\n  ({time.monotonic() - begun:.0f} s more until all are taken in)")
    share = generator.share * generator.seconds / seconds
    tell(
        rig.ground,
        Figure(
            "events accepted",
            SENDERS * EACH / seconds,
            "a second",
            400,
            more_is_better=True,
            naive=NAIVE_SAMPLE / sum(naive),
            generator=share,
        ),
        Figure(
            "event accepted, p99",
            percentile(latencies, 0.99) * 1000,
            "ms",
            50,
            naive=percentile(naive, 0.99) * 1000,
            generator=share,
        ),
    )
