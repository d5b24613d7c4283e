"""Step 6: the dry run, which writes nothing, and the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.connections.models import Shop
from bridge.dashboard import long_work_page
from bridge.dashboard.changes import preview_page
from bridge.dashboard.shops.shop_warnings import warnings
from bridge.domain.errors import DomainError
from bridge.history.deeds import in_words
from bridge.people.roles import person_of
from bridge.setup import steps
from bridge.sync.models import GoodsRun
from bridge.sync.previews import runs

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk

Step = GoodsRun.Step
_ORDERS_ALONE = gettext_lazy(
    "The shop begins with orders alone: nothing is written to goods on the site yet."
)


def page(desk: SetupDesk, request: HttpRequest, shop: Shop) -> HttpResponse:
    """POST `look` works out what would change, `start` has it written and later changes too, `without` goes on with
    orders alone, `next` to the self-test.
    """
    run = GoodsRun.objects.filter(shop=shop, kind=GoodsRun.Kind.PREVIEW).exclude(step=Step.DROPPED).first()
    if request.method == "POST":
        return _deed(desk, request, shop, run)
    context: dict[str, Any] = {"warnings": warnings(shop), "writes": shop.write_goods}
    if run is not None:
        context |= {"run": run, "page": long_work_page.context(run, preview_page)}
        context["run_url"] = reverse("admin:bridge_goodsrun_change", args=[run.pk])
    return desk.step(request, steps.START, shop, context)


def _deed(desk: SetupDesk, request: HttpRequest, shop: Shop, run: GoodsRun | None) -> HttpResponse:
    here = redirect(desk.url(steps.START, shop))
    if "without" in request.POST:
        steps.passing(shop, steps.START)
        desk.noted(request, shop, _ORDERS_ALONE)
        return desk.next(steps.START, shop)
    if "next" in request.POST:  # leads on from what was decided before: no deed
        steps.passing(shop, steps.START)
        return desk.next(steps.START, shop)
    try:
        if "look" in request.POST:
            made = runs.start(shop)
            desk.log_change(
                request, made, in_words(lambda: _("The preview is being worked out. Nothing is written."))
            )
        elif run is not None and runs.confirm(run, then_on=True, by=person_of(request)):
            steps.passing(shop, steps.START)
            text = in_words(lambda: _("It is being written; from then on the shop writes changes by itself."))
            desk.noted(request, run, text)
    except DomainError as error:
        desk.refused(request, error.problem)
    return here
