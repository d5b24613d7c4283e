"""The button on the page of an order or an item that compares it with the other side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bridge.dashboard.page import button
from bridge.history import deeds
from bridge.orders.models import Order
from bridge.sync.reconcile import reconciliations

COMPARE = "compare"


class Comparable:
    """For pages whose rows stand on both sides: add "compare" to their `actions_detail`."""

    @button(
        _("Compare both sides"),
        _("Both sides are read anew. What differs is shown with its cause; nothing is changed by that."),
        icon="compare_arrows",
        path=COMPARE,
    )
    def compare(self, request: HttpRequest, row: Any) -> HttpResponse:
        run = reconciliations.of_order(row) if isinstance(row, Order) else reconciliations.of_listing(row)
        deeds.note(request.user, row, _("Compared both sides."))
        url = reverse("admin:bridge_reconciliation_change", args=[run.pk])
        if "HX-Request" in request.headers:
            return HttpResponse(headers={"HX-Redirect": url})
        return redirect(url)
