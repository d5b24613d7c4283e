"""What the first two steps ask: how to log in to MoySklad, and where the shop is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from bridge.connections.models import Connection
from bridge.dashboard.form_fields import text
from bridge.dashboard.shops.connection_form import MOYSKLAD_ADDRESS, secret
from bridge.problems import own_words
from connectors.errors import WrongHost
from connectors.transport.hosts import normal_address


def address(label: Any, help_text: Any = "", **more: Any) -> forms.URLField:
    return forms.URLField(
        label=label,
        help_text=help_text,
        max_length=255,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url", "placeholder": "https://"}),
        **more,
    )


class _AddressForm(forms.Form):
    """`base_url`: MoySklad's own address, which hardly anybody has to change."""

    base_url = address(_("Address of MoySklad"), _("Leave it as it is."), initial=MOYSKLAD_ADDRESS)

    def clean_base_url(self) -> str:
        return str(self.cleaned_data["base_url"]).rstrip("/")


class TokenForm(_AddressForm):
    token = secret(_("Access token"))

    prefix = "token"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].required = True
        self.order_fields(["token", "base_url"])


class LoginForm(_AddressForm):
    login = text(_("Login"), _("Like admin@company."), most=255, required=True)
    password = secret(_("Password"), latin=False)
    agreed = forms.BooleanField(
        label=_("I know that this user's earlier tokens stop working"), widget=UnfoldBooleanWidget
    )

    prefix = "login"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = True
        self.fields["password"].help_text = _("Used once to make the token. It is not stored.")
        self.order_fields(["login", "password", "agreed", "base_url"])


class SiteForm(forms.Form):
    """Where the shop is, and of which account."""

    account = forms.ModelChoiceField(
        label=_("Account in MoySklad"),
        queryset=Connection.objects.none(),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    site = address(_("Address of the shop"), _("As buyers see it, without /wp-admin."))

    def __init__(self, *args: Any, accounts: list[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        field.queryset = Connection.objects.filter(pk__in=[one.pk for one in accounts]).order_by("-pk")
        field.label_from_instance = lambda one: one.name
        if len(accounts) == 1:
            field.widget = forms.HiddenInput()
        if accounts:
            field.initial = accounts[-1].pk

    def clean_site(self) -> str:
        try:
            return normal_address(str(self.cleaned_data["site"]))
        except WrongHost as error:
            raise forms.ValidationError(own_words.said(error.why, error.names, error.detail)) from None


class KeysForm(SiteForm):
    """The third way: keys made in WooCommerce and pasted here."""

    consumer_key = secret(_("Consumer key"))
    consumer_secret = secret(_("Consumer secret"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("consumer_key", "consumer_secret"):
            self.fields[name].required = True
