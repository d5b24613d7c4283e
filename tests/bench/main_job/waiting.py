"""Orders that pile up while MoySklad is away, and how long it takes to bring them there."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from bridge.connections.models import Connection
from bridge.orders.models import Order
from tests.bench.main_job.rig import Rig


def read_while_away(rig: Rig, buyers: list[dict[str, str]], count: int) -> list[int]:
    """Place so many orders, shared out evenly, while MoySklad gives no answer; returns once every event is read and
    MoySklad is back."""
    moysklad, store = rig.box.moysklad, rig.box.store
    moysklad.faults.add("status", status=503, count=None)
    ids = [one for buyer in buyers for one in store.place_orders(count // len(buyers), **buyer)]
    known = Order.objects.filter(shop=rig.shop, source_id__in=[str(one) for one in ids])
    rig.until(lambda: known.count() == count, "every event is read", 300)
    rig.until(lambda: rig.status()["inbox"]["waiting"] == 0, "nothing else came", 60)
    account = Connection.objects.filter(pk=rig.shop.account_id)
    # Nothing goes before the clock starts, then all at once: how long it pauses after an outage is not measured.
    account.update(paused_until=timezone.now() + timedelta(hours=1), pause_problem="slow_down")
    rig.until(lambda: rig.status()["outbox"]["in_flight"] == 0, "nothing is on its way", 60)
    account.update(paused_until=timezone.now() + timedelta(hours=1), pause_problem="slow_down")
    moysklad.faults.clear()
    time.sleep(3.2)
    moysklad.reset_stats()
    account.update(paused_until=None, pause_problem="")
    return ids


def in_moysklad(rig: Rig, ids: list[int], seconds: float = 300) -> float:
    """Seconds from the first call for them, which the next beat brings, until each has its document; AssertionError
    when one has two.
    """
    rig.until(
        lambda: any("/entity/customerorder" in call["path"] for call in rig.box.moysklad.calls()), "a call"
    )
    begun = time.monotonic()
    rows = Order.objects.filter(shop=rig.shop, source_id__in=[str(one) for one in ids])
    sent = rows.filter(binding__isnull=False).exclude(binding__external_id="")
    rig.until(lambda: sent.count() == len(ids), "all are sent", seconds)
    took = time.monotonic() - begun
    rig.quiet(60)
    names = {f"WOO-{one}" for one in ids}
    made = [row["name"] for row in rig.box.moysklad.documents() if row["name"] in names]
    assert len(made) == len(set(made)) == len(ids)
    return took
