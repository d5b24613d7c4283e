"""The question before a code is made: for which account, and where the shop is, so that one click leads there."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bridge.connections.models import Connection, Vendor
from bridge.problems import own_words
from connectors.errors import WrongHost
from connectors.transport.hosts import normal_address


class PairingForm(forms.Form):
    account = forms.ModelChoiceField(
        label=_("Account in MoySklad"),
        queryset=Connection.objects.filter(vendor=Vendor.MOYSKLAD).order_by("name"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    site = forms.URLField(
        label=_("Address of the shop"),
        required=False,
        max_length=255,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url", "placeholder": "https://"}),
        help_text=_(
            "Only for the link that opens the shop's settings with the code filled in. May stay empty."
        ),
    )

    def clean_site(self) -> str:
        typed = str(self.cleaned_data["site"] or "")
        try:
            return normal_address(typed) if typed else ""
        except WrongHost as error:
            raise forms.ValidationError(own_words.said(error.why, error.names, error.detail)) from None
