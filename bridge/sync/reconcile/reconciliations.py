"""Comparisons: started by a person or every night, of a whole shop or one object; repairs asked for, wishes to leave
things as they are (the work itself: comparison.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.orders.models import Order
from bridge.portions import portions
from bridge.sync import leased
from bridge.sync.flows import shops_of
from bridge.sync.models import Drift, Reconciliation, Watermark
from bridge.sync.reconcile.repairs import REPAIRS

State = Drift.State


def start(shop: Shop, *, since: datetime | None = None) -> Reconciliation:
    """Compare everything; orders from `since` on (None: a month). Raises DomainError("comparison_open") while the shop
    has another."""
    with transaction.atomic():
        Shop.objects.select_for_update().get(pk=shop.pk)
        if whole(shop).filter(state__in=leased.OPEN).exists():
            raise DomainError("comparison_open", shop=shop.name)
        return _begin(shop, {"since": since.astimezone(UTC).isoformat()} if since else {})


def of_order(order: Order) -> Reconciliation:
    return _begin(order.shop, {"order": order.pk})


def of_listing(listing: Listing) -> Reconciliation:
    return _begin(listing.shop, {"listing": listing.pk})


def nightly(watermark: Watermark) -> None:
    """Every shop of an account, once a day; not on the first day, when everything is only just being read."""
    if watermark.last_success_at is None:
        return
    for shop in shops_of(watermark.connection):
        if not whole(shop).filter(state__in=leased.OPEN).exists():
            start(shop)


def whole(shop: Shop) -> QuerySet[Reconciliation]:
    """Comparisons of everything."""
    rows = Reconciliation.objects.filter(shop=shop)
    return rows.exclude(chosen__has_any_keys=["order", "listing", "repair"])


def last() -> Reconciliation | None:
    """The newest comparison of everything that was finished, of any shop."""
    rows = Reconciliation.objects.exclude(chosen__has_any_keys=["order", "listing", "repair"])
    return rows.filter(state=Reconciliation.State.DONE).order_by("-finished_at").first()


def repair(drifts: QuerySet[Drift], *, overwriting: bool = True) -> Reconciliation | None:
    """Repair these differences and look at them once more; None when none of them can be. All of one shop.

    `overwriting` False leaves out what would put one side's word over what a person entered on the other.
    """
    names = [name for name, one in REPAIRS.items() if overwriting or not one.overwrites]
    with transaction.atomic():
        wanted = drifts.filter(state=State.OPEN, repair__in=names).order_by().values("pk")
        rows = Drift.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
        found = list(rows.values_list("pk", "shop_id"))
        if not found:
            return None
        shop = Shop.objects.get(pk=found[0][1])
        pks = [pk for pk, shop_id in found if shop_id == shop.pk]
        run = _begin(shop, {"repair": True}, total=len(pks))
        for part in portions(pks):
            rows = Drift.objects.filter(pk__in=part)
            rows.update(state=State.REPAIRING, reconciliation=run)
    return run


def cancel(run: Reconciliation) -> bool:
    """End it; differences whose repair was not asked for yet are open again. False when it has ended by itself."""
    with transaction.atomic():
        ended = leased.cancel(run)
        if ended:
            run.drifts.filter(state=State.REPAIRING).update(state=State.OPEN)
    return ended


def accept(drifts: QuerySet[Drift]) -> int:
    """A person says it may stay so: it is not told of again until one side says something else."""
    return drifts.filter(state=State.OPEN).update(state=State.ACCEPTED)


def of(run: Reconciliation) -> dict[str, Any]:
    """Conditions for the differences of what a comparison is about."""
    return {f"{name}_id": run.chosen[name] for name in ("order", "listing") if name in run.chosen}


def differing(run: Reconciliation) -> int:
    return sum(int(figures.get("differ", 0)) for figures in run.counts.values())


def figures(run: Reconciliation) -> Mapping[str, Mapping[str, int]]:
    return {str(subject): dict(run.counts.get(subject, {})) for subject in Drift.Subject.values}


def _begin(shop: Shop, chosen: dict[str, Any], total: int = 1) -> Reconciliation:
    with transaction.atomic():
        run = Reconciliation.objects.create(shop=shop, chosen=chosen, total=total)
        leased.wake_up(run)
    return run
