"""Step 1: the account in MoySklad, by a token or by a login from which one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bridge.connections.models import Connection, Shop
from bridge.dashboard.long_work_desk import told
from bridge.dashboard.setup.forms import LoginForm, TokenForm
from bridge.diagnosis import rights
from bridge.domain.errors import DomainError, Problem
from bridge.history.deeds import MASK, Value, in_words
from bridge.problems import remedy, sentence
from bridge.setup import accounts, steps

if TYPE_CHECKING:
    from bridge.dashboard.setup.setup_desk import SetupDesk

WAYS = {"token": TokenForm, "login": LoginForm}


def page(desk: SetupDesk, request: HttpRequest, shop: Shop | None) -> HttpResponse:
    """What the account says of itself; POST `way` logs in with what was typed."""
    account = _account(request, shop)
    way = request.POST.get("way", "")
    forms: dict[str, Any] = {name: form() for name, form in WAYS.items()}
    problem: dict[str, str] = {}
    if request.method == "POST" and way in WAYS:
        form = forms[way] = WAYS[way](request.POST)
        if form.is_valid():
            addresses = {one.pk: one.base_url for one in steps.accounts()}
            try:
                account = _logged_in(way, form.cleaned_data)
            except DomainError as error:
                problem = _said(error.problem)
            else:
                text = in_words(lambda: _("MoySklad is connected: %(name)s.") % {"name": account.name})
                was = addresses.get(account.pk, "")
                moved = Value(gettext_lazy("Address of MoySklad"), was, account.base_url)
                desk.noted(request, account, text, [moved, Value(gettext_lazy("Access token"), "", MASK)])
                return _here(desk, shop, account)
    context = {
        "way": way or "token",
        "forms": forms,
        "refused": problem,
        "account": account,
        "accounts": steps.accounts(),
        "asks": account is None or bool(way) or "new" in request.GET,
        **(_facts(account) if account is not None and not way else {}),
        "next_url": desk.url(steps.SITE, shop),
    }
    response = desk.step(request, steps.ACCOUNT, shop, context)
    response["Cache-Control"] = "no-store"
    return response


def _said(problem: Problem) -> dict[str, str]:
    """Nothing waits for a login that is typed for the first time: it is only to be typed again."""
    if problem.code == "auth":
        return {**told(problem), "remedy": _("Check that all of it was copied, and try again.")}
    return told(problem)


def _account(request: HttpRequest, shop: Shop | None) -> Connection | None:
    """The one that was asked for, the shop's, or the newest."""
    known = steps.accounts()
    asked = request.GET.get("account", "")
    if shop is not None:
        return shop.account
    return next((one for one in known if str(one.pk) == asked), known[-1] if known else None)


def _logged_in(way: str, data: dict[str, Any]) -> Connection:
    if way == "token":
        return accounts.by_token(data["base_url"], data["token"])
    return accounts.by_login(data["base_url"], data["login"], data["password"])


def _here(desk: SetupDesk, shop: Shop | None, account: Connection) -> HttpResponse:
    url = desk.url(steps.ACCOUNT, shop)
    return redirect(url if shop else f"{url}?account={account.pk}")


def _facts(account: Connection) -> dict[str, Any]:
    try:
        found = accounts.facts(account)
    except DomainError as error:
        return {"away": told(error.problem)}
    return {
        "facts": found,
        "missing": rights.words(found.missing),
        "hooks": {"problem": sentence(found.hooks, {"detail": ""}), "remedy": remedy(found.hooks)}
        if found.hooks
        else None,
    }
