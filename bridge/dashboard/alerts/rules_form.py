"""The form of what holds for all alerts: from when on it is worth one, and the mail server."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from bridge.alerts.models import AlertRules
from bridge.dashboard.form_fields import choice, text, whole
from bridge.problems import own_words
from connectors.errors import ConnectorError, WrongHost
from connectors.transport.hosts import checked_addresses

DAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)
WHEN = ("backlog_minutes", "away_minutes", "budget_percent", "digest_weekday", "digest_hour")
MAIL = ("smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password", "smtp_sender")


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    backlog_minutes = whole(
        _("The exchange is late after, minutes"),
        _("So long something may wait although it could be sent."),
        low=1,
        high=1440,
    )
    away_minutes = whole(
        _("Tell that a site or MoySklad does not answer after, minutes"),
        _("Short interruptions end by themselves and are nobody's trouble."),
        low=0,
        high=1440,
    )
    budget_percent = whole(
        _("Tell of too many calls from, %"),
        _("MoySklad locks a user out at 100."),
        low=10,
        high=100,
    )
    digest_weekday = choice(_("Summary of the week on"), required=True)
    digest_hour = whole(_("At, o'clock"), low=0, high=23)
    smtp_host = text(
        _("Mail server"),
        _("For example smtp.yandex.ru. Empty: the one of the server's environment, if there is one."),
        most=255,
    )
    smtp_port = whole(_("Port"), low=1, high=65535)
    smtp_security = choice(_("Encryption"), required=True)
    smtp_user = text(_("Login"), _("Mostly the whole e-mail address."), most=255)
    smtp_password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=500,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Yandex, Mail.ru and Gmail want a password made for apps."),
    )
    smtp_sender = text(
        _("Sender"), _("The address that stands in the mail as its sender. Empty: the login."), most=255
    )

    class Meta:
        model = AlertRules
        fields = (*WHEN, *(name for name in MAIL if name != "smtp_password"))

    def __init__(self, *args: Any, allow_private: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.allow_private = allow_private
        self.fields["digest_weekday"].choices = DAYS  # type: ignore[attr-defined]
        self.fields["smtp_security"].choices = AlertRules.Security.choices  # type: ignore[attr-defined]
        if self.instance.secrets.get("smtp_password"):
            self.fields["smtp_password"].help_text = _("Stored. Leave empty to keep it.")

    def clean_digest_weekday(self) -> int:
        return int(self.cleaned_data["digest_weekday"])

    def clean_smtp_host(self) -> str:
        """Somebody must be there, and not inside a network the bridge must not call."""
        host = str(self.cleaned_data["smtp_host"]).strip()
        if host:
            try:
                checked_addresses(host, 465, allow_private=self.allow_private)
            except WrongHost as error:
                why = own_words.said(error.why, error.names, error.detail)
                raise forms.ValidationError(_("This server cannot be used: %(why)s") % {"why": why}) from None
            except ConnectorError:
                said = _("No server of this name is known to the network. Look whether it is spelled right.")
                raise forms.ValidationError(said) from None
        return host

    def save(self, commit: bool = True) -> AlertRules:
        if typed := self.cleaned_data["smtp_password"]:
            self.instance.secrets = {**self.instance.secrets, "smtp_password": typed}
        saved: AlertRules = super().save(commit)
        return saved

    def when(self) -> list[forms.BoundField]:
        return [self[name] for name in WHEN]

    def mail(self) -> list[forms.BoundField]:
        return [self[name] for name in MAIL]
