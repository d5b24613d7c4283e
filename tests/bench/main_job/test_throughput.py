"""Orders a second where MoySklad answers at once and limits nothing: what the bridge itself is able to do."""

from __future__ import annotations

import time

import pytest

from tests.bench.main_job.figures import Figure, tell
from tests.bench.main_job.rig import Rig
from tests.bench.main_job.waiting import in_moysklad

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
ORDERS, NAIVE_SAMPLE = 600, 100


def test_orders_a_second(rig: Rig) -> None:
    """From the first event to the last document; the stand-ins place and take them on the same processors."""
    rig.without_limits()
    naive = sum(rig.naive.whole_orders(NAIVE_SAMPLE)) / NAIVE_SAMPLE
    buyer = rig.buyers(1)[0]
    begun = time.monotonic()
    with rig.generator() as generator:
        ids = rig.box.store.place_orders(ORDERS, **buyer)
        in_moysklad(rig, ids)
    tell(
        rig.ground,
        Figure(
            "orders a second, no limit and no latency",
            ORDERS / (time.monotonic() - begun),
            "a second",
            60,
            more_is_better=True,
            naive=1 / naive,
            generator=generator.share,
        ),
    )
