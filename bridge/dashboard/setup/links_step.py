"""Step 5: which goods of the site are which in MoySklad: what was found, and what needs a look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.dashboard import long_work_page
from bridge.dashboard.form_fields import choice
from bridge.dashboard.links import link_run_page
from bridge.dashboard.links.links_filters import STATES
from bridge.dashboard.words import sentence_case
from bridge.history import forms as history
from bridge.problems import remedy, sentence
from bridge.setup import saving, steps
from bridge.sync.models import LinkRun, Watermark

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk

# What has to be read before anything can be linked.
READING = ("catalogue", "site_catalogue")
FIGURES = ("linked", "unlinked", "conflicts", "suggested")
NAMES = {
    "linked": gettext_lazy("Linked"),
    "unlinked": gettext_lazy("Not linked"),
    "conflicts": gettext_lazy("Ambiguous"),
    "suggested": gettext_lazy("With a suggestion"),
}


class SkuForm(forms.Form):
    """By which field of MoySklad a SKU is looked for."""

    sku_field = choice(gettext_lazy("SKU of the site is in MoySklad the"), required=True)

    def __init__(self, *args: Any, shop: Shop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box: Any = self.fields["sku_field"]
        box.initial = shop.sku_field
        box.choices = [(value, sentence_case(label)) for value, label in Shop.SkuField.choices]


def page(desk: SetupDesk, request: HttpRequest, shop: Shop) -> HttpResponse:
    """POST `match` changes the field a SKU is looked for in; `next` goes on with what is linked so far."""
    form = SkuForm(request.POST if "match" in request.POST else None, shop=shop)
    if request.method == "POST" and "next" in request.POST:  # leads on and settles nothing: no deed
        steps.passing(shop, steps.LINKS)
        return desk.next(steps.LINKS, shop)
    if form.is_bound and form.is_valid():
        shop.sku_field = form.cleaned_data["sku_field"]
        saving.save(shop, ["sku_field"])
        desk.noted(request, shop, gettext_lazy("Links are looked for anew."), history.values(form))
        return redirect(desk.url(steps.LINKS, shop))
    return desk.step(request, steps.LINKS, shop, {"form": form, **_found(shop)})


def _found(shop: Shop) -> dict[str, Any]:
    flows = list(Watermark.objects.filter(connection__in=[shop.account_id, shop.site_id], flow__in=READING))
    read = [flow for flow in flows if flow.last_success_at is not None]
    trouble = next((flow for flow in flows if flow.problem), None)
    counted = Listing.objects.filter(shop=shop).aggregate(
        **{code: Count("pk", filter=STATES[code][1]) for code in FIGURES},
        all=Count("pk", filter=Q(present=True) & ~Q(match="")),
    )
    run = LinkRun.objects.filter(shop=shop, state=LinkRun.State.RUNNING).first()
    ready = len(read) == len(READING)
    goods = f"{reverse('admin:bridge_listing_changelist')}?shop__id__exact={shop.pk}"
    return {
        "reading": not ready,
        "alive": not ready or run is not None,
        "problem": sentence(trouble.problem, trouble.problem_params) if trouble else "",
        "remedy": remedy(trouble.problem) if trouble else "",
        "figures": [
            {"name": NAMES[code], "value": counted[code], "url": f"{goods}&link={code}"} for code in FIGURES
        ],
        "nothing_linked": ready and not counted["linked"],
        "left": counted["unlinked"] + counted["conflicts"],
        "run": {"what": link_run_page.described(run), "bar": long_work_page.bar(link_run_page.progress(run))}
        if run
        else None,
        "goods_url": f"{goods}&link=unlinked",
        "conflicts_url": f"{goods}&link=conflicts",
        "many_url": reverse("admin:bridge_listing_many", args=[shop.pk]),
        "upload_url": reverse("admin:bridge_listing_upload", args=[shop.pk]),
        "earlier_url": reverse("admin:bridge_listing_earlier", args=[shop.pk]),
    }
