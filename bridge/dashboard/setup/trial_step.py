"""Step 7: a test event through the whole chain, and every point of the diagnosis green or with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.connections.models import Shop
from bridge.dashboard.diagnosis import diagnosis_page
from bridge.diagnosis import runs
from bridge.diagnosis.models import Diagnosis
from bridge.history.deeds import in_words
from bridge.setup import steps

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk


def page(desk: SetupDesk, request: HttpRequest, shop: Shop) -> HttpResponse:
    """POST `try` begins a self-test (`trial`: MoySklad's notifications too), `next` ends the assistant."""
    if request.method == "POST" and "next" in request.POST:  # leads out and settles nothing: no deed
        steps.passing(shop, steps.TRIAL)
        return redirect(reverse("admin:bridge_setup_changelist"))
    if request.method == "POST":
        run = runs.start(shop, str(request.user), trial=bool(request.POST.get("trial")))
        desk.log_change(request, run, in_words(lambda: _("Self-test begun.")))
        return redirect(desk.url(steps.TRIAL, shop))
    newest = Diagnosis.objects.filter(shop=shop).first()
    context = {"run": newest, "page": diagnosis_page.context(newest) if newest is not None else None}
    return desk.step(request, steps.TRIAL, shop, context)
