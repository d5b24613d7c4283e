"""Step 2: the shop, connected by a code, by WooCommerce's own screen, or by keys that were pasted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bridge.connections.models import Shop
from bridge.dashboard.long_work_desk import told
from bridge.dashboard.pairing.pairing_desk import SETTINGS_PAGE
from bridge.dashboard.setup.forms import KeysForm, SiteForm
from bridge.domain.errors import DomainError
from bridge.history.deeds import in_words
from bridge.pairing import codes
from bridge.pairing.models import PairingCode
from bridge.pairing.pairing import new_keys
from bridge.pairing.refusals import PairingRefused, remedy, sentence
from bridge.setup import sites, steps

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk


# A form leads on to a screen of the shop, whose address is typed here only.
@csp_update({"form-action": ["https:", "http:"]})  # type: ignore[arg-type]  # made for views, fits all that answer
def page(desk: SetupDesk, request: HttpRequest, shop: Shop | None) -> HttpResponse:
    """The three ways; POST `way` = code | authorize | keys. `?code=` follows what became of a code,
    `success=0` says that WooCommerce's screen was answered with no.
    """
    known = steps.answering_accounts()
    if not known:
        return redirect(desk.url(steps.ACCOUNT, None))
    if shop is not None:
        known = [shop.account]
    way = request.POST.get("way", "")
    given: dict[str, Any] = {"accounts": known, "initial": {"site": shop.site.base_url if shop else ""}}
    form: Any = SiteForm(**given)
    keys: Any = KeysForm(**given, prefix="keys")
    context: dict[str, Any] = {}
    if request.method == "POST" and way == "keys":
        keys = KeysForm(request.POST, **given, prefix="keys")
        if keys.is_valid():
            context, made = _by_keys(keys.cleaned_data)
            if made is not None:
                said = in_words(lambda: _("The shop %(name)s is connected.") % {"name": made.name})
                desk.noted(request, made, said, new_keys(shop.site if shop else None, made))
                return redirect(desk.url(steps.SITE, made))
    elif request.method == "POST":
        form = SiteForm(request.POST, **given)
        if form.is_valid() and way == "authorize" and sites.may_be_authorized():
            data = form.cleaned_data
            back_to = reverse("admin:bridge_setup_site")
            return redirect(sites.authorize_url(data["account"], data["site"], request.user, back_to))
        if form.is_valid() and not codes.address_problem():
            context = _code(request, desk, form.cleaned_data)
    response = desk.step(
        request,
        steps.SITE,
        shop,
        {
            "form": form,
            "keys": keys,
            "open": way,
            "address_problem": codes.address_problem(),
            "may_authorize": sites.may_be_authorized(),
            "followed": _followed(desk, request),
            "next_url": desk.url(steps.CHOICES, shop) if shop else "",
            **(_site(shop) if shop is not None and not way else {}),
            **context,
        },
    )
    response["Cache-Control"] = "no-store"
    return response


def _by_keys(data: dict[str, Any]) -> tuple[dict[str, Any], Shop | None]:
    try:
        made = sites.by_keys(data["account"], data["site"], data["consumer_key"], data["consumer_secret"])
    except PairingRefused as refused:
        said = {"problem": sentence(refused.code, refused.params), "remedy": remedy(refused.code)}
        return {"keys_refused": said}, None
    return {}, made


def _code(request: HttpRequest, desk: SetupDesk, data: dict[str, Any]) -> dict[str, Any]:
    row, text = codes.make(data["account"], request.user)
    desk.log_addition(request, row, in_words(lambda: _("Code for connecting a shop")))
    return {
        "code": text,
        "settings_link": f"{data['site']}{SETTINGS_PAGE}{quote(text, safe='')}",
        "followed": _state(desk, row),
    }


def _followed(desk: SetupDesk, request: HttpRequest) -> dict[str, Any] | None:
    asked = request.GET.get("code", "")
    row = PairingCode.objects.filter(pk=asked).select_related("shop").first() if asked.isdecimal() else None
    if row is None:
        return None
    denied = request.GET.get("success") == "0" and not row.is_over()
    return _state(desk, row) | ({"alive": False, **_reasons("denied")} if denied else {})


def _state(desk: SetupDesk, row: PairingCode) -> dict[str, Any]:
    """Where the connecting is; it is fetched again until it is over."""
    return {
        "url": f"{reverse('admin:bridge_setup_site')}?code={row.pk}",
        "alive": not row.is_over(),
        "over": row.is_over() and row.shop is None,
        **(_reasons(row.problem, row.problem_params) if row.problem else {}),
        "shop": row.shop,
        "next_url": desk.url(steps.CHOICES, row.shop) if row.shop else "",
    }


def _reasons(problem: str, params: dict[str, Any] | None = None) -> dict[str, str]:
    return {"problem": sentence(problem, params or {}), "remedy": remedy(problem)}


def _site(shop: Shop) -> dict[str, Any]:
    """What the connected site says of itself now, and whether its events come by themselves."""
    path = reverse("woocommerce-event", args=[shop.site_id])
    events = f"{settings.BRIDGE_PUBLIC_URL}{path}" if settings.BRIDGE_PUBLIC_URL else ""
    found: dict[str, Any] = {"event_url": events}
    try:
        found["site"] = sites.look(shop)
    except DomainError as error:
        found["away"] = told(error.problem)
    return found
