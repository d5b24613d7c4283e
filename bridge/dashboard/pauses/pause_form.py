"""The form that begins a pause: of which shop, of what, until when, why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from bridge.connections.models import Shop
from bridge.dashboard.form_fields import checkboxes, moment, text
from bridge.dashboard.words import KINDS

LONGEST_WHY = 300


class PauseForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.order_by("name"),
        widget=UnfoldAdminSelectWidget(),
        empty_label=None,
    )
    kinds = checkboxes(_("Only this does not go out"), _("None: nothing goes out at all."))
    until = moment(_("Ends by itself at"), _("Empty: it lasts until somebody ends it."))
    why = text(_("Why"), _("Colleagues see it on Home: “stocktaking until the evening”."), most=LONGEST_WHY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kinds"]
        if isinstance(kinds, forms.MultipleChoiceField):
            kinds.choices = list(KINDS.items())

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError(_("This moment is over already."))
        return until
