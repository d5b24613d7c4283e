"""From the moment a shop has an order to the moment MoySklad has its document: one order at a time."""

from __future__ import annotations

import statistics
import time
from typing import Any

import pytest

from tests.bench.main_job.figures import Figure, percentile, tell
from tests.bench.main_job.rig import Rig

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
ORDERS, BETWEEN = 60, 0.6
NAIVE_SAMPLE = 12


def test_an_order_becomes_a_document(rig: Rig) -> None:
    buyers = rig.buyers(4)
    rig.fresh_window()
    naive = rig.naive.whole_orders(NAIVE_SAMPLE)
    rig.fresh_window()
    with rig.generator() as generator:
        times = [placed_to_answered(rig, buyers[n % len(buyers)]) for n in range(ORDERS)]
    rig.quiet()
    tell(
        rig.ground,
        Figure(
            "event → document, p50",
            statistics.median(times),
            "s",
            0.6,
            naive=statistics.median(naive),
            generator=generator.share,
        ),
        Figure(
            "event → document, p99",
            percentile(times, 0.99),
            "s",
            2,
            naive=percentile(naive, 0.99),
            generator=generator.share,
        ),
    )


def placed_to_answered(rig: Rig, buyer: dict[str, str]) -> float:
    """Seconds until MoySklad answered the one call that made the document."""
    begun = time.time()
    order = rig.box.store.place_order({"S-00002": 1}, **buyer)
    call = rig.until(lambda: made_by(rig, begun), f"order {order['id']} has its document", 30)
    time.sleep(BETWEEN)
    return float(call["at"] + call["ms"] / 1000 - begun)


def made_by(rig: Rig, since: float) -> dict[str, Any] | None:
    calls = rig.box.moysklad.calls()
    made = [
        call
        for call in calls
        if call["at"] >= since and call["method"] == "POST" and call["path"].endswith("entity/customerorder")
    ]
    return made[0] if made and made[0]["status"] == 200 else None
