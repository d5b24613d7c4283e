"""The one counterparty for retail orders, typed by its name and looked up while the form is saved."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from bridge.connections.faults import problem_of
from bridge.connections.models import Connection
from bridge.problems import sentence
from bridge.sync import common_buyer
from connectors.errors import ConnectorError


def buyer_called(account: Connection, wanted: str) -> tuple[str, str]:
    """(id, name) of the counterparty; both '' for no name. Raises ValidationError that says who there is instead."""
    if not wanted:
        return "", ""
    try:
        found = common_buyer.candidates(account, wanted)
    except ConnectorError as error:
        problem = problem_of(error, account)
        raise forms.ValidationError(sentence(problem.code, problem.params)) from error
    exact = [one for one in found if wanted in one]
    if len(exact) == 1:
        return exact[0]
    if exact:
        ids = ", ".join(external_id for external_id, _name in exact)
        raise forms.ValidationError(
            _("Several counterparties have this name. Write the id of one instead: %(ids)s."),
            params={"ids": ids},
        )
    like = ", ".join(f"“{name}”" for _id, name in found) or "—"
    raise forms.ValidationError(
        _("MoySklad has no counterparty with exactly this name. Like it: %(names)s."), params={"names": like}
    )
