"""The question before a token is made: what for, what it may do, how long it is good."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bridge.people.roles import Role

FOR_GOOD = ""
LASTING = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("a year")),
    (FOR_GOOD, _("until it is revoked")),
)
MAY = (
    (Role.VIEWER, _("Viewer: reads; buyers' data is masked")),
    (Role.STAFF, _("Staff: reads, sends again, links, repairs; no settings, no credentials")),
    (Role.OWNER, _("Owner: everything the API can do")),
)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_(
            "The name of the program, such as “Report of sales”. It stands in the history beside what it did."
        ),
    )
    role = forms.ChoiceField(
        label=_("What it may do"),
        choices=[(role.value, text) for role, text in MAY],
        widget=UnfoldAdminRadioSelectWidget(),
    )
    lasts = forms.ChoiceField(
        label=_("Valid for"), choices=LASTING, required=False, widget=UnfoldAdminSelectWidget()
    )

    @property
    def days(self) -> int | None:
        """None for until it is revoked."""
        chosen: Any = self.cleaned_data["lasts"]
        return int(chosen) if chosen else None
