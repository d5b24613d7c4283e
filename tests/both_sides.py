"""Comparisons of both sides in flow tests: news that gets lost, a comparison or a repair run to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import override

from bridge.problems import sentence
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import reconciliations

# Lost news is thought to be coming for two minutes, times RETRY_SCALE.
QUICK = {"RETRY_SCALE": "0.01"}


@contextmanager
def unheard(world: Any) -> Iterator[None]:
    """Neither events of the site nor webhooks of MoySklad arrive."""
    world.box.store.event_knobs(drop=True)
    world.box.moysklad.webhook_knobs(drop=True)
    yield
    world.box.settle()
    world.box.store.event_knobs(drop=False)
    world.box.moysklad.webhook_knobs(drop=False)


def sent(world: Any, **order: Any) -> dict[str, Any]:
    """An order that has its document."""
    placed = dict(world.box.store.place_order({"S-00001": 1}, **order))
    world.document(placed["id"])
    world.quiet()
    return placed


def compared(world: Any, run: Reconciliation | None = None) -> list[Drift]:
    """What differs after a comparison has run to its end."""
    begun = run or reconciliations.start(world.shop)
    world.until(lambda: Reconciliation.objects.get(pk=begun.pk).state == "done", "both sides are compared")
    return list(Drift.objects.filter(shop=begun.shop_id, state="open").order_by("pk"))


def repaired(world: Any, *drifts: Drift) -> list[Drift]:
    """What still differs after the repair of these has run to its end."""
    run = reconciliations.repair(Drift.objects.filter(pk__in=[drift.pk for drift in drifts]))
    assert run is not None
    world.until(lambda: Reconciliation.objects.get(pk=run.pk).state == "done", "the repair is over")
    return list(Drift.objects.filter(shop=run.shop_id, state__in=("open", "repairing")))


def all_equal(world: Any) -> bool:
    assert [(drift.title, drift.code, drift.here, drift.there) for drift in compared(world)] == []
    return True


def differing(world: Any, count: int = 1) -> list[Drift]:
    """The differences, once the news that was lost is no longer thought to be coming."""
    found = world.until(lambda: compared(world), "something differs")
    told = [(drift.title, drift.code, drift.here, drift.there) for drift in found]
    assert len(found) == count, told
    return list(found)


def said(drift: Drift) -> str:
    """What it is and its likely cause, in English."""
    with override("en"):
        return sentence(drift.code, drift.params)
