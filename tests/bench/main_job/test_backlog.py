"""A thousand orders that wait when MoySklad is back, at its real limit of 11 calls in 3 s."""

from __future__ import annotations

import pytest

from tests.bench.main_job.figures import Figure, tell
from tests.bench.main_job.rig import Rig
from tests.bench.main_job.waiting import in_moysklad, read_while_away

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]
ORDERS, BUYERS = 1000, 5
NAIVE_SAMPLE = 22


def test_a_backlog_is_worked_off(rig: Rig) -> None:
    naive = sum(rig.naive.orders(NAIVE_SAMPLE)) / NAIVE_SAMPLE
    buyers = rig.buyers(BUYERS)
    ids = read_while_away(rig, buyers, ORDERS)
    with rig.generator() as generator:
        seconds = in_moysklad(rig, ids)
    stats = rig.box.moysklad.stats()
    calls, refused = len(rig.box.moysklad.calls()), stats["by_status"].get("429", 0)
    tell(
        rig.ground,
        Figure(
            "backlog of 1000 orders of known customers",
            seconds,
            "s",
            30,
            naive=naive * ORDERS,
            generator=generator.share,
        ),
        Figure("calls for that backlog", calls, "calls", 30, naive=ORDERS),
        Figure("of them refused for their rate", refused, "calls", 0),
    )
