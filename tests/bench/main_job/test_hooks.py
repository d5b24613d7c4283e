"""How soon a webhook of MoySklad is answered while events of the shop come as fast as they are accepted."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.bench.main_job.figures import Figure, percentile, tell
from tests.bench.main_job.rig import Rig
from tests.bench.main_job.senders import Plan, post, pour
from tests.bench.main_job.test_events import plans

pytestmark = [pytest.mark.bench, pytest.mark.timeout(400)]
HOOKS, A_SECOND = 1000, 80
"""So many that the p99 is not the second worst but the tenth: one pause of the machine does not make it."""
SENDERS, EACH = 3, 1750
"""They last for nearly as long as the webhooks."""
NAIVE_SAMPLE = 22
TAKEN_IN = 200
"""Seconds for all the events afterwards."""


def hook(rig: Rig) -> bytes:
    """A document changed that no order of ours has: it is stored, and nothing more comes of it."""
    account = rig.shop.account
    meta = {"type": "customerorder", "href": f"{account.base_url}/entity/customerorder/{uuid.uuid4()}"}
    event = {"meta": meta, "action": "UPDATE", "accountId": account.account_id, "updatedFields": ["state"]}
    url = f"{rig.bridge.url}/hooks/moysklad/{account.hook_token}/customerorder/?requestId={uuid.uuid4()}"
    return post(url, json.dumps({"events": [event]}).encode(), {})


def test_a_webhook_is_answered_under_load(rig: Rig) -> None:
    rig.fresh_window()
    naive = rig.naive.readings(NAIVE_SAMPLE)
    hooks = Plan(rig.address, [hook(rig) for _ in range(HOOKS)], good=204, every=1 / A_SECOND)
    work = plans(rig, SENDERS, EACH, first=100_000)
    with rig.generator() as generator:
        answered, *events = pour([hooks, *work])
    assert min(one.seconds for one in events) > answered.seconds / 2, "it was hardly under load"
    rig.quiet(TAKEN_IN)
    tell(
        rig.ground,
        Figure(
            "webhook of MoySklad answered under load, p99",
            percentile(answered.latencies, 0.99) * 1000,
            "ms",
            100,
            naive=percentile(naive, 0.99) * 1000,
            generator=generator.share,
        ),
    )
