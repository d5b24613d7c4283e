"""What differs between the sides in one order, as the last comparison found it (sync/reconcile), with its buttons."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.dashboard import shown
from bridge.dashboard.comparing import sides
from bridge.orders.models import Order
from bridge.problems import remedy, sentence
from bridge.sync import leased
from bridge.sync.models import Drift, Reconciliation

State = Drift.State
COLOURS = {State.OPEN: "danger", State.REPAIRING: "info", State.ACCEPTED: "muted"}
MOST = 20


def differences(order: Order) -> dict[str, Any]:
    """`rows`: what each side says; `compared`: when, and whether it is being compared just now."""
    rows = Drift.objects.filter(order=order, state__in=tuple(COLOURS)).order_by("-found_at", "-pk")
    run = Reconciliation.objects.filter(shop=order.shop_id, chosen__order=order.pk).order_by("-pk").first()
    return {"rows": [_row(row) for row in rows[:MOST]], "compared": _compared(run)}


def _row(drift: Drift) -> dict[str, Any]:
    return {
        "here": sides.here(drift),
        "there": sides.there(drift),
        "sentence": sentence(drift.code, drift.params),
        "remedy": remedy(drift.code),
        "state": shown.tag(drift.get_state_display(), COLOURS[State(drift.state)]),
        "buttons": _buttons(drift),
    }


def _buttons(drift: Drift) -> list[dict[str, str]]:
    if drift.state != State.OPEN:
        return []
    named = [("repair_one", _("Repair"))] if drift.repair else []
    named.append(("accept_one", _("Accept as it is")))
    return [
        {"title": title, "url": reverse(f"admin:bridge_drift_{name}", args=[drift.pk])}
        for name, title in named
    ]


def _compared(run: Reconciliation | None) -> str:
    if run is None:
        return ""
    url = reverse("admin:bridge_reconciliation_change", args=[run.pk])
    if run.state in leased.OPEN:
        return shown.link(url, _("Both sides are being compared just now"))
    moment = run.finished_at or run.created_at
    return shown.link(url, _("compared %(time)s") % {"time": shown.when(moment)})
