"""The form of a recipient: who is told what, of which shops, and when not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminTimeWidget,
)

from bridge.alerts.models import Kind, Recipient
from bridge.connections.models import Shop
from bridge.dashboard.alerts.alert_words import zones
from bridge.dashboard.form_fields import checkboxes, choice


def _hour(label: Any, help_text: Any = "") -> forms.TimeField:
    return forms.TimeField(
        label=label,
        help_text=help_text,
        required=False,
        widget=UnfoldAdminTimeWidget(attrs={"type": "time"}, format="%H:%M"),
    )


class RecipientForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of a new one the channel is e-mail: Telegram's chats are found by a page of their own."""

    address = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "email", "autocomplete": "off"}),
    )
    time_zone = choice(_("Time zone"), _("Times in alerts and quiet hours are of this zone."), required=True)
    quiet_from = _hour(_("Quiet from"))
    quiet_to = _hour(
        _("Quiet until"),
        _("What comes meanwhile is held and sent afterwards, summed up. Empty: never quiet."),
    )
    kinds = checkboxes(_("What to tell"))
    urgent = checkboxes(_("Also in quiet hours"), _("Urgent: sent at once, at night too."))
    shops = forms.ModelMultipleChoiceField(
        label=_("Shops"),
        queryset=Shop.objects.order_by("name"),
        required=False,
        help_text=_("None chosen: all shops."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )

    class Meta:
        model = Recipient
        fields = (
            "name",
            "address",
            "active",
            "language",
            "time_zone",
            "quiet_from",
            "quiet_to",
            "kinds",
            "urgent",
            "shops",
        )
        widgets = {"language": UnfoldAdminSelectWidget(), "name": UnfoldAdminTextInputWidget()}
        help_texts = {
            "name": _("As colleagues know them: “Anna”, “Shop chat”."),
            "active": _("Switch it off and nothing is sent for the time being."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.instance.channel = Recipient.Channel.EMAIL
        for name in ("kinds", "urgent"):
            if name in self.fields:
                self.fields[name].choices = Kind.choices  # type: ignore[attr-defined]
                self.fields[name].initial = getattr(self.instance, name)
        if "time_zone" in self.fields:
            self.fields["time_zone"].choices = zones([self.instance.time_zone])  # type: ignore[attr-defined]

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).strip()
        validate_email(address)
        return address

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if (data.get("quiet_from") is None) != (data.get("quiet_to") is None):
            empty = "quiet_from" if data.get("quiet_from") is None else "quiet_to"
            self.add_error(empty, _("Enter both hours, or leave both empty."))
        return data
