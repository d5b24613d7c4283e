"""The form that starts a comparison of both sides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from bridge import whole_days
from bridge.connections.models import Shop
from bridge.dashboard.day_field import DayField


class ReconcileForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.order_by("name"),
        widget=UnfoldAdminSelectWidget(),
        empty_label=None,
    )
    since = DayField(
        _("Orders placed from"),
        _("Empty: those of the last 30 days, as far as the bridge works for the shop."),
    )

    def clean_since(self) -> datetime | None:
        day = self.cleaned_data["since"]
        if day is None:
            return None
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return whole_days.begins(day)

    @property
    def chosen(self) -> dict[str, Any]:
        return {"shop": self.cleaned_data["shop"], "since": self.cleaned_data["since"]}
