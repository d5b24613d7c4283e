"""The form of a connection: credentials go in and never come out again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from bridge.connections.models import Connection, Vendor, new_token

MOYSKLAD_ADDRESS = "https://api.moysklad.ru/api/remap/1.2"
MOYSKLAD_SECRETS = ("token", "login", "password")
SITE_SECRETS = ("consumer_key", "consumer_secret")
SECRETS = {Vendor.MOYSKLAD: MOYSKLAD_SECRETS, Vendor.WOOCOMMERCE: SITE_SECRETS}
printable = RegexValidator(r"^[\x21-\x7e]+$", _("Only Latin letters, digits and signs, without spaces."))


def secret(label: Any, *, latin: bool = True) -> forms.CharField:
    """A field that is typed blind and never rendered back; empty keeps what is stored."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=500,
        validators=[printable] if latin else [],
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    base_url = forms.URLField(
        label=_("Address"),
        max_length=255,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
    )
    token = secret(_("Access token"))
    login = secret(_("Login"), latin=False)
    password = secret(_("Password"), latin=False)
    consumer_key = secret(_("Consumer key"))
    consumer_secret = secret(_("Consumer secret"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance.credentials if self.instance.pk else {}
        for name in (*MOYSKLAD_SECRETS, *SITE_SECRETS):
            if name in self.fields and stored.get(name):
                self.fields[name].help_text = _("Stored. Leave empty to keep it.")
        if "base_url" in self.fields and not self.instance.pk:
            self.fields["base_url"].help_text = _(
                "MoySklad: %(address)s. A site: the address of its main page, https://…"
            ) % {"address": MOYSKLAD_ADDRESS}

    def clean_base_url(self) -> str:
        return str(self.cleaned_data["base_url"]).rstrip("/")

    def clean(self) -> dict[str, Any]:
        """The credentials that will be stored must be enough to log in with."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        vendor = data.get("vendor") or self.instance.vendor
        after = self.credentials_after(vendor)
        if vendor == Vendor.MOYSKLAD and not (
            after.get("token") or (after.get("login") and after.get("password"))
        ):
            self.add_error("token", _("Enter a token, or a login and a password."))
        if vendor == Vendor.WOOCOMMERCE:
            for name in SITE_SECRETS:
                if not after.get(name) and name not in self.errors:
                    self.add_error(name, _("Without it the bridge cannot read the site."))
        return data

    def credentials_after(self, vendor: str) -> dict[str, str]:
        """What is stored, with what was typed in its place. A new token replaces the login, and the other way."""
        before: dict[str, str] = dict(self.instance.credentials) if self.instance.pk else {}
        typed = (
            {
                name: value
                for name in SECRETS.get(Vendor(vendor), ())
                if vendor
                for value in [self.cleaned_data.get(name)]
                if value
            }
            if vendor
            else {}
        )
        if typed.get("token"):
            before.pop("login", None)
            before.pop("password", None)
        elif typed.get("login") or typed.get("password"):
            before.pop("token", None)
        return {**before, **typed}

    @property
    def typed_secrets(self) -> bool:
        """Whether the person entered new credentials."""
        return bool(set(self.changed_data) & {*MOYSKLAD_SECRETS, *SITE_SECRETS})

    def save(self, commit: bool = True) -> Connection:
        connection: Connection = self.instance
        connection.credentials = self.credentials_after(connection.vendor)
        if connection.vendor == Vendor.WOOCOMMERCE:
            connection.credentials.setdefault("event_secret", new_token())
        saved: Connection = super().save(commit)
        return saved
