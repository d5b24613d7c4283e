"""The one counterparty for retail orders, typed by its name and looked up when the shop's page is saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bridge.connections.faults import problem_of
from bridge.connections.models import Connection, Shop
from bridge.problems import sentence
from bridge.sync.buyers import common_buyer
from bridge.wording import quoted
from connectors.errors import ConnectorError

Answer = tuple[str, str] | forms.ValidationError


def look_up(request: HttpRequest, shop: Shop) -> None:
    """Ask for the name a browser sends, if it is another one than before.

    Before the page's transaction begins: calls to an account wait for their turn in transactions of their own.
    """
    wanted = request.POST.get("common_buyer", "").strip()
    if wanted != shop.common_buyer_name:
        request.common_buyer = buyer_called(shop.account, wanted)  # type: ignore[attr-defined]


def answer(request: HttpRequest) -> Any:
    """What `look_up` found for this request; None when it had nothing to ask."""
    return getattr(request, "common_buyer", None)


def buyer_called(account: Connection, wanted: str) -> Answer:
    """(id, name) of the counterparty, both '' for no name; or what is to be said, with who there is instead."""
    if not wanted:
        return "", ""
    try:
        found = common_buyer.candidates(account, wanted)
    except ConnectorError as error:
        problem = problem_of(error, account)
        return forms.ValidationError(sentence(problem.code, problem.params))
    exact = [one for one in found if wanted in one]
    if len(exact) == 1:
        return exact[0]
    if exact:
        ids = ", ".join(external_id for external_id, _name in exact)
        return forms.ValidationError(
            _("Several counterparties have this name. Write the id of one instead: %(ids)s."),
            params={"ids": ids},
        )
    like = ", ".join(quoted(name) for _id, name in found) or "—"
    return forms.ValidationError(
        _("MoySklad has no counterparty with exactly this name. Like it: %(names)s."), params={"names": like}
    )
