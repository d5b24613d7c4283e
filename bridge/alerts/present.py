"""What is wrong just now, as the tables say it: each trouble under a key of its own, with how much of it there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet

from bridge.alerts.models import AlertRules, Kind
from bridge.apilog.models import ApiCall
from bridge.connections.models import Connection, Vendor
from bridge.connections.vendor_codes import LOGIN
from bridge.inbox.models import InboxEvent
from bridge.orders.models import Order
from bridge.outbox import pauses
from bridge.outbox.enqueue import NEEDS_PERSON
from bridge.outbox.models import OutboxMessage
from bridge.status import heartbeat_age, lag

ORDERS_NAMED = 5
# "Restrictions", automatic blocking of a user: so many in one minute, looked for over the last hour.
SAME_FAILURES, TOO_MANY, SAME_PUTS = 200, 200, 100
MINUTE = timedelta(minutes=1)

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Trouble:
    """`facts` are asked for only when somebody is to be told. Nothing in them is secret or a buyer's."""

    key: str
    kind: Kind
    count: int
    facts: Callable[[], Facts]
    connection_id: int | None = None
    shop_id: int | None = None


def troubles(now: datetime, rules: AlertRules) -> dict[str, Trouble]:
    """All of them, by key."""
    gone = worker_gone(now)
    found = [*gone, *_failures(), *_connections(), *_budgets(now, rules)]
    if not gone:  # what waits for dead workers is their trouble
        found += _backlog(now, rules)
    return {trouble.key: trouble for trouble in found}


def worker_gone(now: datetime) -> list[Trouble]:
    """The workers have been silent for so long that their supervisor did not bring them back either; or none ever ran,
    and something has been waiting for one as long."""
    beat = heartbeat_age(now)
    age = lag(now) if beat is None else beat
    if age <= settings.HEARTBEAT_TIMEOUT * 2:
        return []
    since = (now - timedelta(seconds=age)).isoformat()
    return [Trouble("worker", Kind.WORKER, 1, lambda: {"since": since})]


def _failures() -> Iterator[Trouble]:
    """What stands still until a person does something, by cause."""
    messages = OutboxMessage.objects.filter(state__in=NEEDS_PERSON).order_by()
    for shop, code, count in messages.values_list("shop_id", "problem").annotate(n=Count("pk")):
        yield Trouble(
            f"failure:messages:{shop}:{code}",
            Kind.FAILURE,
            count,
            partial(_of_messages, code, messages.filter(shop=shop, problem=code)),
            shop_id=shop,
        )
    events = InboxEvent.objects.filter(state=InboxEvent.State.FAILED).order_by()
    counted = events.values_list("connection_id", "connection__shop", "problem").annotate(n=Count("pk"))
    for connection, shop, code, count in counted:
        yield Trouble(
            f"failure:events:{connection}:{code}",
            Kind.FAILURE,
            count,
            partial(dict, code=code, orders=[]),
            connection_id=connection,
            shop_id=shop,
        )


def _of_messages(code: str, rows: QuerySet[OutboxMessage]) -> dict[str, Any]:
    """With the numbers of the newest orders among them."""
    newest = rows.filter(object_key__startswith="order:").order_by("-pk").values_list("object_key", flat=True)
    keys = [key.partition(":")[2] for key in newest[:ORDERS_NAMED]]
    numbers = Order.objects.filter(pk__in=[key for key in keys if key.isdecimal()])
    return {"code": code, "orders": list(numbers.order_by("-pk").values_list("number", flat=True))}


def _connections() -> Iterator[Trouble]:
    """Sites and accounts that are away, or do not accept the login: one trouble, however much waits for them."""
    for row in Connection.objects.filter(failures__gt=0).exclude(pause_problem="").select_related("shop"):
        kind = Kind.AUTH if row.pause_problem in LOGIN else Kind.AWAY
        yield Trouble(
            f"{kind}:{row.pk}",
            kind,
            1,
            partial(dict, code=row.pause_problem, vendor=row.vendor, name=row.name),
            connection_id=row.pk,
            shop_id=row.shop.pk if hasattr(row, "shop") else None,
        )


def _backlog(now: datetime, rules: AlertRules) -> Iterator[Trouble]:
    """What nobody takes, and what is tried again and again by itself: the pauses between its tries grow to hours."""
    late = max(lag(now), _tried_for(now))
    if late >= rules.backlog_minutes * 60:
        yield Trouble(
            "backlog", Kind.BACKLOG, 1, lambda: {"minutes": int(late // 60), "waiting": _waiting(now)}
        )


def _tried_for(now: datetime) -> float:
    """Seconds since the first failed try of what still waits, though its connection answers and nothing keeps it in."""
    tried = {"first_failed_at__isnull": False, "connection__failures": 0}
    rows = (
        InboxEvent.objects.filter(state=InboxEvent.State.WAITING, **tried),
        OutboxMessage.objects.filter(~pauses.held(), state=OutboxMessage.State.WAITING, **tried),
    )
    begun = [one.aggregate(oldest=Min("first_failed_at"))["oldest"] for one in rows]
    return max(((now - moment).total_seconds() for moment in begun if moment is not None), default=0.0)


def _waiting(now: datetime) -> int:
    late = Q(due_at__lte=now) | Q(first_failed_at__isnull=False)
    events = InboxEvent.objects.filter(late, state=InboxEvent.State.WAITING).count()
    messages = OutboxMessage.objects.filter(late, state=OutboxMessage.State.WAITING)
    return events + messages.filter(~pauses.held()).count()


def _budgets(now: datetime, rules: AlertRules) -> Iterator[Trouble]:
    """Accounts whose calls of the last minute come near to what MoySklad locks a user out for."""
    for account in Connection.objects.filter(vendor=Vendor.MOYSKLAD):
        calls = ApiCall.objects.filter(
            connection=account, direction=ApiCall.Direction.OUT, at__gt=now - MINUTE, at__lte=now
        ).order_by()
        shares = {
            "too_many": calls.filter(status=429).count() * 100 // TOO_MANY,
            "failing": _most(calls.filter(Q(status=0) | Q(status__gte=400))) * 100 // SAME_FAILURES,
            "puts": _most(calls.filter(method="PUT")) * 100 // SAME_PUTS,
        }
        what, percent = max(shares.items(), key=lambda share: share[1])
        if percent >= rules.budget_percent:
            yield Trouble(
                f"budget:{account.pk}",
                Kind.BUDGET,
                1,
                partial(dict, what=what, percent=percent, vendor=account.vendor, name=account.name),
                connection_id=account.pk,
            )


def _most(calls: QuerySet[ApiCall]) -> int:
    """How many of them are the same call."""
    same = calls.values("method", "path").annotate(n=Count("pk")).order_by("-n").values_list("n", flat=True)
    return same.first() or 0
