"""How the exchange goes: what waits, how fresh the stock is, how much of the call budget is used, what differs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.dashboard import shown
from bridge.dashboard.home.figure import Figure
from bridge.dashboard.links.links_filters import STATES
from bridge.outbox import pauses
from bridge.status import budget, heartbeat_age, inbox, queue
from bridge.sync import kinds
from bridge.sync.attention.selection import Narrowed
from bridge.sync.models import Drift, Reconciliation, Watermark

# Counted no further: the figures are for people.
COUNTED = 1000
# Stock is late once so many of its intervals have passed, and never before a quarter of an hour.
LATE_INTERVALS, LATE_SECONDS = 3, 900
# A window of calls that is used up further than this is worth a look.
NEARLY = 0.8
# A comparison runs every night; one that is older has been kept by something.
COMPARED_SECONDS = 36 * 3600


def figures(now: datetime, shops: Sequence[Shop]) -> list[Figure]:
    """In the order in which somebody who comes in would ask."""
    return [
        _attention(),
        _queue(queue(now)),
        _stock(now, shops),
        _budget(budget(now)),
        _compared(now),
        _links(),
        _incoming(inbox(now)),
        _bridge(heartbeat_age(now)),
    ]


def _attention() -> Figure:
    count = Narrowed().count(COUNTED + 1)
    note = _("orders and stock that cannot go on by themselves") if count else _("nothing stands still")
    url = reverse("admin:bridge_outboxmessage_attention")
    return Figure("attention", _("Needs attention"), _at_most(count), note, _bad(count), url)


def _queue(outbox: dict[str, Any]) -> Figure:
    going = outbox["waiting"] + outbox["in_flight"]
    if going:
        note = _("the oldest came %(ago)s") % {"ago": shown.ago(outbox["oldest_seconds"])}
    elif outbox["paused"]:
        note = _("a pause keeps in: %(n)s") % {"n": outbox["paused"]}
    else:
        note = _("everything is sent")
    url = f"{reverse('admin:bridge_outboxmessage_changelist')}?state=waiting"
    return Figure("queue", _("Waiting to be sent"), going, note, "info" if going else "success", url)


def _stock(now: datetime, shops: Sequence[Shop]) -> Figure:
    """The shop whose stock was read longest ago speaks for all."""
    url = reverse("admin:bridge_watermark_changelist")
    name = _("Stock on the site")
    if not any(shop.write_goods for shop in shops):
        return Figure("stock", name, shown.EMPTY, _("is not written yet"), "", url)
    read = dict(
        Watermark.objects.filter(
            flow="stock", connection__in={shop.account_id for shop in shops}
        ).values_list("connection", "last_success_at")
    )
    times = [(read.get(shop.account_id), shop) for shop in shops if shop.write_goods]
    if any(moment is None for moment, _shop in times):
        return Figure("stock", name, shown.EMPTY, _("is being read for the first time"), "", url)
    ages = [((now - moment).total_seconds(), shop) for moment, shop in times if moment is not None]
    age, oldest = max(ages, key=lambda one: one[0])
    late = age > max(LATE_INTERVALS * oldest.stock_interval, LATE_SECONDS)
    waiting = _capped(
        Listing.objects.filter(Q(stock_stale=True) | Q(stock_differs=True), shop__write_goods=True)
    )
    if not waiting:
        note = _("every number is written")
    elif any(pauses.is_on(shop, kinds.STOCK) for shop in shops):
        note = _("a pause keeps in: %(n)s") % {"n": _at_most(waiting)}
    else:
        note = _("being written: %(n)s") % {"n": _at_most(waiting)}
    return Figure("stock", name, shown.ago(max(age, 0)), note, "warning" if late else "success", url)


def _budget(accounts: dict[str, Any]) -> Figure:
    """The account that uses most of it; a window lasts a few seconds."""
    url = reverse("admin:bridge_apicall_changelist")
    name = _("Calls to MoySklad")
    if not accounts:
        return Figure("budget", name, shown.EMPTY, _("no account is connected"), "", url)
    fullest = max(accounts.values(), key=lambda one: one["used"] / one["calls"])
    share = fullest["used"] / fullest["calls"]
    note = _("of the %(calls)s allowed in %(seconds)s s") % {
        "calls": fullest["calls"],
        "seconds": round(fullest["window_seconds"]),
    }
    if fullest["paused_seconds"]:
        note = _("MoySklad asks to wait %(n)s s") % {"n": round(fullest["paused_seconds"])}
    colour = "warning" if share > NEARLY or fullest["paused_seconds"] else "success"
    return Figure("budget", name, round(fullest["used"]), note, colour, url)


def _compared(now: datetime) -> Figure:
    differing = _capped(Drift.objects.filter(state=Drift.State.OPEN))
    last = (
        Reconciliation.objects.filter(state=Reconciliation.State.DONE, chosen={})
        .order_by("-created_at")
        .first()
    )
    age = (now - (last.finished_at or last.created_at)).total_seconds() if last else None
    drifts = f"{reverse('admin:bridge_drift_changelist')}?state={Drift.State.OPEN}"
    url = drifts if differing else reverse("admin:bridge_reconciliation_changelist")
    if differing:
        note, colour = _("differences: %(n)s") % {"n": _at_most(differing)}, "warning"
    elif last is None:
        note, colour = _("the first one runs tonight"), ""
    else:
        note, colour = _("both sides agree"), "success"
    if age is not None and age > COMPARED_SECONDS:
        colour = "warning"
    return Figure("compared", _("Both sides compared"), shown.ago(age), note, colour, url)


def _links() -> Figure:
    unlinked = _capped(Listing.objects.filter(STATES["unlinked"][1]))
    note = (
        _("goods on the site without their item in MoySklad")
        if unlinked
        else _("all goods of the site are linked")
    )
    url = f"{reverse('admin:bridge_listing_changelist')}?link=unlinked"
    return Figure(
        "links", _("Not linked"), _at_most(unlinked), note, "warning" if unlinked else "success", url
    )


def _incoming(events_in: dict[str, Any]) -> Figure:
    events = reverse("admin:bridge_inboxevent_changelist")
    failed = events_in["failed"]
    note = _("of them could not be read: %(n)s") % {"n": failed} if failed else _("nothing is unread")
    url = f"{events}?state__exact=failed" if failed else events
    return Figure(
        "incoming", _("Incoming, not processed"), events_in["waiting"] + failed, note, _bad(failed), url
    )


def _bridge(beat: float | None) -> Figure:
    alive = beat is not None and beat < settings.HEARTBEAT_TIMEOUT
    note = (
        _("last sign of life %(ago)s") % {"ago": shown.ago(beat)}
        if beat is not None
        else _("the worker has never run")
    )
    value = _("works") if alive else _("stands still")
    url = reverse("admin:bridge_watermark_changelist")
    return Figure("bridge", _("Bridge"), value, note, "success" if alive else "danger", url)


def _bad(count: int) -> str:
    return "danger" if count else "success"


def _capped(rows: Any) -> int:
    return int(rows.order_by().values("pk")[: COUNTED + 1].count())


def _at_most(count: int) -> str:
    return f"{COUNTED}+" if count > COUNTED else str(count)
