"""The form that chooses which events are processed again: since when, of which side."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from bridge.connections.models import Shop
from bridge.dashboard.form_fields import MOMENT, moment
from bridge.sync.replays.selection import ACCOUNT, SITE, Selection


class ReplayForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.select_related("site", "account").order_by("name"),
        widget=UnfoldAdminSelectWidget(),
        empty_label=None,
    )
    since = moment(_("Everything since"), required=True)
    until = moment(_("Until"), _("Empty: until now."))
    of = forms.ChoiceField(
        label=_("Events of"),
        required=False,
        choices=[("", _("both sides")), (SITE, _("the site")), (ACCOUNT, _("MoySklad"))],
        widget=UnfoldAdminSelectWidget(),
    )
    only_failed = forms.BooleanField(
        label=_("Only those that could not be handled"), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localtime().date()
        self.initial.setdefault("since", datetime.combine(today, time()).strftime(MOMENT))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and since > timezone.now():
            self.add_error("since", _("This moment is still to come."))
        if since and until and since > until:
            self.add_error("until", _("The end lies before the beginning."))
        return data

    @property
    def selection(self) -> Selection:
        """What a valid form asks for; what comes after this moment is not meant."""
        data = self.cleaned_data
        return Selection(data["since"], data["until"] or timezone.now(), data["of"], data["only_failed"])
