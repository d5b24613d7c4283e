"""The desk's first page, put together. Its living part fetches itself anew every few seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bridge.connections.models import Connection, Shop
from bridge.dashboard import shown
from bridge.dashboard.home import chart, exchange, first_steps, today
from bridge.dashboard.pauses import pause_words
from bridge.dashboard.words import FLOWS, word
from bridge.problems import remedy, sentence
from bridge.sync.models import Watermark

FLOWS_SHOWN = 50
# The parts that fetch themselves anew, by their ids on the page.
PARTS = NOTICES, LIVE, CHART, REST = ("home-notices", "home-live", "home-chart", "home-rest")


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page (unfold's DASHBOARD_CALLBACK); of a part that fetches itself anew only that part's
    own."""
    now = timezone.now()
    shops = list(Shop.objects.order_by("pk"))
    may_set = request.user.has_perm("bridge.change_shop")
    part = request.headers.get("HX-Target", "")
    told: dict[str, Any] = {
        **context,
        "title": _("Home"),
        "may_set": may_set,
        "may_pause": bool(shops) and request.user.has_perm("bridge.change_pause"),
        "has_shop": bool(shops),
    }
    wanted = PARTS if part not in PARTS else (part,)
    if may_set and NOTICES in wanted:
        told["missing_steps"] = first_steps.missing(shops)
    if not shops:
        return {**told, "begin_url": first_steps.begin_url()}
    if NOTICES in wanted:
        told["warnings"] = first_steps.warnings()
    if LIVE in wanted:
        paused = pause_words.notices()
        told |= {
            "pauses": paused,
            "may_end": told["may_pause"],
            "today": today.figures(now, paused=any(one["keeps_orders"] for one in paused)),
            "figures": exchange.figures(now, shops),
        }
    if CHART in wanted:
        told["chart"] = chart.context(now)
    if REST in wanted:
        rows = Connection.objects.order_by("vendor", "name")
        told |= {"connections": [_connection(row, now) for row in rows], "flows": _flows(now)}
    return told


def _connection(row: Connection, now: datetime) -> dict[str, Any]:
    paused = row.is_paused(now)
    return {
        "name": row.name,
        "vendor": row.get_vendor_display(),
        "url": reverse("admin:bridge_connection_change", args=[row.pk]),
        "state": shown.tag(_("does not answer"), "danger") if paused else shown.tag(_("works"), "success"),
        "problem": sentence(row.pause_problem, row.pause_params) if paused else "",
        "remedy": remedy(row.pause_problem) if paused else "",
    }


def _flows(now: datetime) -> list[dict[str, Any]]:
    rows = Watermark.objects.select_related("connection").order_by(
        "connection__vendor", "connection__name", "flow"
    )
    return [
        {
            "name": word(FLOWS, row.flow),
            "connection": row.connection,
            "last": shown.ago(
                max((now - row.last_success_at).total_seconds(), 0) if row.last_success_at else None
            ),
            "problem": sentence(row.problem, row.problem_params),
        }
        for row in rows[:FLOWS_SHOWN]
    ]
