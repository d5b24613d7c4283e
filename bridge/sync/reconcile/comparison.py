"""A comparison at work: orders, the stock report, the goods of the site, links; what differs is looked at twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bridge import worktime
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.mapping.order_summary import FIELDS
from bridge.orders.models import Order
from bridge.sync import leased, site_reading
from bridge.sync.fields.compared import asked
from bridge.sync.models import Drift, Reconciliation
from bridge.sync.reconcile import (
    again,
    findings,
    goods_compared,
    links_compared,
    orders_compared,
    repairs,
    scope,
    site_links_compared,
)
from bridge.sync.reconcile import site_orders_read as site_orders
from bridge.sync.reconcile.documents import Period
from bridge.sync.reconcile.findings import Compared
from bridge.sync.reconcile.storing import Place, store
from bridge.sync.stock import stock_from_moysklad
from connectors.woocommerce.orders import OrderFilter

State, Subject = Drift.State, Drift.Subject

# Orders are compared in lots of so many pages of the site: their documents come a thousand to a call. A slow site fills
# fewer in a job's time, and the lot ends there.
PAGES = 10
LOT = 500
# Before a difference counts, both sides get the time to hear of each other.
PAUSE = 5.0
SETTLES_WITHIN = timedelta(minutes=10)
KEPT = timedelta(days=90)


def portion(run: Reconciliation) -> float:
    """Step after step until time is up; returns the seconds to wait before going on."""
    time_is_up = leased.stopwatch()
    leased.require_answering(run.shop.site, run.shop.account)
    while True:
        place = run.place or {"step": first_step(run)}
        wait = STEPS[place["step"]](run, place)
        if wait is None:
            return 0
        if wait or time_is_up():
            return wait


def first_step(run: Reconciliation) -> str:
    if run.chosen.get("repair"):
        return "repair"
    return "one" if {"order", "listing"} & run.chosen.keys() else "count"


def _count(run: Reconciliation, place: Place) -> float | None:
    """How much there is to compare, for people."""
    with leased.calling(run.shop.site):
        client = clients.woocommerce(run.shop.site)
        orders = client.orders.count(OrderFilter(site_time(scope.since(run)))) or 0
        goods = client.products.count() or 0
    Reconciliation.objects.filter(pk=run.pk).update(total=orders + goods)
    return store(run, Compared(), {"step": "orders"})


def _orders(run: Reconciliation, place: Place) -> float | None:
    """A lot of the site's orders, and those of ours from the same time that the site did not name."""
    shop, at = run.shop, place.get("at")
    lower = datetime.fromisoformat(place.get("from") or scope.since(run).isoformat())
    after = site_time(lower - timedelta(seconds=1))
    seen = set(place.get("seen", ()))
    rows: dict[str, Any] = {}
    following = None
    with leased.calling(shop.site):
        client = clients.woocommerce(shop.site)
        walk = client.orders.pages(
            OrderFilter(after), (str(at[0]), int(at[1])) if at else None, fields=FIELDS
        )
        for found, following in islice(walk, PAGES):  # noqa: B007
            rows |= {str(row.get("id")): row for row in found}
            if worktime.time_is_up():
                break
        named = [one for one in site_orders.summaries(rows.values()) if one.source_id not in seen]
        upper = max((one.placed_at for one in named), default=lower) if following else timezone.now()
        absent = _absent(shop, lower, upper, seen | {one.source_id for one in named})
        named += site_orders.by_ids(client, absent) if absent else []
    pairs = site_orders.paired(shop, named)
    period = Period(lower - timedelta(minutes=1), upper + timedelta(minutes=1))
    result = orders_compared.compare(shop, pairs, period)
    if following is None:
        return store(run, result, {"step": "report"}, done=len(named))
    kept = [one.source_id for one in named if one.placed_at >= upper - timedelta(seconds=1)]
    if upper - lower < timedelta(seconds=1):
        kept += sorted(seen)  # of one second there are more than a lot holds
    onward = {"step": "orders", "at": list(following), "from": upper.isoformat(), "seen": kept}
    return store(run, result, onward, done=len(named))


def _absent(shop: Shop, lower: datetime, upper: datetime, named: set[str]) -> list[Order]:
    """Orders with a document that the site did not name: in its trash, deleted, or with another date."""
    rows = Order.objects.filter(shop=shop, placed_at__gte=lower, placed_at__lte=upper)
    rows = (
        rows.filter(binding__isnull=False)
        .exclude(binding__external_id="")
        .only(
            "source_id",
            "order_key",
            "number",
            "currency",
            "total_minor",
            "placed_at",
            "modified_at",
            "shop_id",
        )
    )
    return [row for row in rows.iterator(chunk_size=1000) if row.source_id not in named]


def _report(run: Reconciliation, place: Place) -> float | None:
    """The whole stock report, taken in as every night; before the owner agreed to writing, only links are compared."""
    if run.shop.write_goods:
        with leased.calling(run.shop.account):
            if stock_from_moysklad.read_whole(run.shop.account) is None:
                return PAUSE
    return store(run, Compared(), {"step": "goods", "at": None})


def _goods(run: Reconciliation, place: Place) -> float | None:
    """Page after page of the site's goods."""
    time_is_up = leased.stopwatch()
    client = clients.woocommerce(run.shop.site)
    walk = site_reading.pages(client, asked(run.shop), place["at"])
    while True:
        with leased.calling(run.shop.site):
            page = next(walk)
        result = _compared(run.shop, page.goods) if page.goods else Compared()
        onward = {"step": "goods", "at": page.following} if page.following else {"step": "links", "after": 0}
        wait = store(run, result, onward, done=page.products)
        if wait is None or page.following is None or time_is_up():
            return wait


def _compared(shop: Shop, goods: Sequence[Mapping[str, Any]]) -> Compared:
    result = goods_compared.compare(shop, goods) if shop.write_goods else Compared()
    result.add(site_links_compared.compare(shop, goods))
    return result


def _links(run: Reconciliation, place: Place) -> float | None:
    rows = links_compared.doubtful(run.shop, scope.since(run)).filter(pk__gt=place["after"]).order_by("pk")
    found = list(rows[:LOT])
    result = Compared({Subject.LINK: len(found)}, {}, [links_compared.found(row) for row in found])
    if len(found) == LOT:
        return store(run, result, {"step": "links", "after": found[-1].pk})
    return store(run, result, _second_look())


def _second_look() -> Place:
    due = timezone.now() + timedelta(seconds=PAUSE * settings.RETRY_SCALE)
    return {"step": "again", "after": 0, "due": due.isoformat()}


def _one(run: Reconciliation, place: Place) -> float | None:
    """An order or an item that a person named."""
    result = again.look(run.shop, again.chosen(run), scope.since(run))
    return store(run, result, _second_look(), done=1)


def _again(run: Reconciliation, place: Place) -> float | None:
    """What differs, or was repaired, is looked at once more: by now news that was on its way has arrived."""
    left = (datetime.fromisoformat(place["due"]) - timezone.now()).total_seconds()
    if left > 0:
        return left
    state = State.REPAIRING if run.chosen.get("repair") else State.OPEN
    rows = run.drifts.filter(state=state, pk__gt=place["after"])
    lot = list(rows.order_by("pk")[: again.LOT])
    if not lot:
        return store(run, Compared(), {"step": "end"})
    left = (datetime.fromisoformat(place["due"]) - timezone.now()).total_seconds()
    if left > 0:
        return left
    result = again.look(run.shop, again.of(lot), scope.since(run))
    result.counts, result.on_way = {}, {}
    return store(run, result, {**place, "after": lot[-1].pk}, checked=lot)


def _repair(run: Reconciliation, place: Place) -> float | None:
    """A lot of what a person wants repaired: asked for, through the outbox."""
    rows = run.drifts.filter(state=State.REPAIRING, pk__gt=place.get("after", 0))
    lot = list(rows.select_related("order__binding", "listing").order_by("pk")[: again.LOT])
    if lot:
        repairs.carry_out(run.shop, lot)
        return store(run, Compared(), {"step": "repair", "after": lot[-1].pk}, done=len(lot))
    until = timezone.now() + SETTLES_WITHIN
    return store(run, Compared(), {"step": "settle", "until": until.isoformat()})


def _settle(run: Reconciliation, place: Place) -> float | None:
    """What was asked for is on its way for a while; what takes longer stays marked as being repaired."""
    waiting = repairs.moving(run.shop, run.drifts.filter(state=State.REPAIRING))
    if waiting and timezone.now() < datetime.fromisoformat(place["until"]):
        return 1.0
    return store(run, Compared(), {"step": "again", "after": 0, "due": timezone.now().isoformat()})


def _end(run: Reconciliation, place: Place) -> float | None:
    """What was compared and not found any more is equal again."""
    if run.chosen.get("repair"):
        return store(run, Compared(), None)
    with transaction.atomic():
        lasting = Drift.objects.filter(shop=run.shop, state__in=findings.LASTING)
        seen = Q(reconciliation=run) | findings.in_repair(run)
        findings.over(lasting.filter(scope.of(run)).exclude(seen))
        Drift.objects.filter(shop=run.shop, state=State.GONE, found_at__lt=timezone.now() - KEPT).delete()
        old = Reconciliation.objects.filter(shop=run.shop, created_at__lt=timezone.now() - KEPT)
        old.exclude(drifts__state__in=findings.LASTING).delete()
    return store(run, Compared(), None)


def site_time(moment: datetime) -> str:
    """As the site writes UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


STEPS: Mapping[str, Callable[[Reconciliation, Place], float | None]] = {
    "count": _count,
    "orders": _orders,
    "report": _report,
    "goods": _goods,
    "links": _links,
    "one": _one,
    "again": _again,
    "end": _end,
    "repair": _repair,
    "settle": _settle,
}
