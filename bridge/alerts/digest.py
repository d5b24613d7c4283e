"""The summary of a shop's week: orders and sums, what stood still and why, how fresh the stock is, what differs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, Sum

from bridge.alerts import announce
from bridge.alerts.models import Alert, AlertRules, Incident, Kind
from bridge.connections.models import Shop
from bridge.orders.models import Order
from bridge.outbox.enqueue import NEEDS_PERSON
from bridge.outbox.models import OutboxMessage
from bridge.sync.models import Drift, Watermark
from bridge.sync.reconcile.reconciliations import whole

WEEK = timedelta(days=7)
# A bridge that was down at the hour still tells, so much later at most.
LATE = timedelta(days=1)
CAUSES = 10


def tell(now: datetime, rules: AlertRules) -> None:
    """Store the summaries that are due and not there yet."""
    due = last_moment(now, rules.digest_weekday, rules.digest_hour, ZoneInfo(settings.TIME_ZONE))
    if now - due > LATE:
        return
    for shop in Shop.objects.filter(started_at__lt=due - timedelta(days=1)):
        key = f"digest:{shop.pk}:{due.date().isoformat()}"
        if not Alert.objects.filter(key=key).exists():
            announce.of_week(shop, key, facts(shop, due - WEEK, due), now)


def last_moment(now: datetime, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The newest Monday (1) … Sunday (7) at this hour that is not still to come."""
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.isoweekday() - weekday) % 7)
    moment = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    if moment > now:
        day -= WEEK
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return moment.astimezone(UTC)


def facts(shop: Shop, since: datetime, until: datetime) -> dict[str, Any]:
    """Figures for the sentences: moments in ISO, money in minor units by currency."""
    orders = Order.objects.filter(shop=shop, placed_at__gte=since, placed_at__lt=until)
    sums = orders.order_by().values_list("currency").annotate(n=Count("pk"), sum=Sum("total_minor"))
    stood = Incident.objects.filter(Q(over_at=None) | Q(over_at__gte=since), shop=shop, kind=Kind.FAILURE)
    waiting = OutboxMessage.objects.filter(shop=shop, state__in=NEEDS_PERSON).count()
    stock = Watermark.objects.filter(connection=shop.account_id, flow="stock").first()
    compared = whole(shop).filter(state="done").order_by("-finished_at").first()
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "orders": [list(row) for row in sums.order_by("-n")],
        "causes": [
            [row.facts.get("code", ""), row.total, row.over_at is not None]
            for row in stood.exclude(told_at=None).order_by("-total")[:CAUSES]
        ],
        "waiting": waiting,
        "stock_at": _iso(stock.last_success_at) if stock else "",
        "writes": shop.write_goods,
        "compared_at": _iso(compared.finished_at) if compared else "",
        "differences": Drift.objects.filter(shop=shop, state=Drift.State.OPEN).count(),
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
