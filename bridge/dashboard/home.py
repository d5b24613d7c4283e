"""The desk's first page: what needs a person, what waits, whether the workers live, what is connected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bridge.connections.models import Connection, Shop, Vendor
from bridge.dashboard import shown
from bridge.dashboard.shop_warnings import warned_shops
from bridge.dashboard.words import FLOWS, word
from bridge.problems import remedy, sentence
from bridge.status import status
from bridge.sync.models import Watermark


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page (unfold's DASHBOARD_CALLBACK)."""
    now = timezone.now()
    return {
        **context,
        "title": _("Home"),
        "cards": _cards(status(now)),
        "missing_steps": _missing_steps(),
        "warnings": [
            {"shop": shop, "url": reverse("admin:bridge_shop_change", args=[shop.pk]), "texts": texts}
            for shop, texts in warned_shops()
        ],
        "connections": [_connection(row, now) for row in Connection.objects.order_by("vendor", "name")],
        "flows": _flows(now),
    }


def _cards(figures: dict[str, Any]) -> list[dict[str, Any]]:
    outbox, inbox = figures["outbox"], figures["inbox"]
    attention = outbox["parked"] + sum(outbox["dead"].values())
    beat = figures["worker"]["heartbeat_seconds"]
    alive = beat is not None and beat < settings.HEARTBEAT_TIMEOUT
    messages, events = (
        reverse("admin:bridge_outboxmessage_changelist"),
        reverse("admin:bridge_inboxevent_changelist"),
    )
    return [
        {
            "name": _("Needs attention"),
            "value": attention,
            "note": _("orders and stock that cannot go on by themselves")
            if attention
            else _("nothing stands still"),
            "colour": "danger" if attention else "success",
            "url": messages,
        },
        {
            "name": _("Waiting to be sent"),
            "value": outbox["waiting"] + outbox["in_flight"],
            "note": _("the oldest came %(ago)s") % {"ago": shown.ago(outbox["oldest_seconds"])}
            if outbox["waiting"] + outbox["in_flight"]
            else _("everything is sent"),
            "colour": "info",
            "url": f"{messages}?state=waiting",
        },
        {
            "name": _("Incoming, not processed"),
            "value": inbox["waiting"] + inbox["failed"],
            "note": _("of them could not be read: %(n)s") % {"n": inbox["failed"]}
            if inbox["failed"]
            else _("nothing is unread"),
            "colour": "danger" if inbox["failed"] else "success",
            "url": f"{events}?state__exact=failed" if inbox["failed"] else events,
        },
        {
            "name": _("Bridge"),
            "value": _("works") if alive else _("stands still"),
            "note": _("last sign of life %(ago)s") % {"ago": shown.ago(beat)}
            if beat is not None
            else _("the worker has never run"),
            "colour": "success" if alive else "danger",
            "url": reverse("admin:bridge_watermark_changelist"),
        },
    ]


def _missing_steps() -> list[dict[str, str]]:
    """What a new owner still has to do, in order; empty once a shop is complete."""
    vendors = set(Connection.objects.values_list("vendor", flat=True))
    add = reverse("admin:bridge_connection_add")
    steps = []
    if Vendor.MOYSKLAD not in vendors:
        steps.append({"text": _("Connect the MoySklad account"), "url": f"{add}?vendor={Vendor.MOYSKLAD}"})
    if Vendor.WOOCOMMERCE not in vendors:
        steps.append({"text": _("Connect the site"), "url": f"{add}?vendor={Vendor.WOOCOMMERCE}"})
    shops = list(Shop.objects.order_by("pk"))
    if not shops:
        steps.append({"text": _("Add the shop"), "url": reverse("admin:bridge_shop_add")})
    for shop in shops:
        if not (shop.organization_id and shop.store_ids):
            text = _("Choose the organization and the warehouse of %(shop)s") % {"shop": shop}
            steps.append({"text": text, "url": reverse("admin:bridge_shop_change", args=[shop.pk])})
    return steps


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
        for row in rows[:50]
    ]
