"""The form that chooses which older orders an upload is for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from bridge.connections.models import Shop
from bridge.dashboard.day_field import DayField
from bridge.dashboard.form_fields import checkboxes
from bridge.dashboard.words import status_choices
from bridge.sync.uploads.upload_choice import Chosen

MOST_IDS = 5000


class UploadForm(forms.Form):
    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.order_by("name"),
        widget=UnfoldAdminSelectWidget(),
        empty_label=None,
    )
    after = DayField(_("Placed from"))
    before = DayField(_("Placed until"), _("This day is included. Empty: no limit."))
    statuses = checkboxes(
        _("Only in these statuses"),
        _(
            "None: all but the trash. For cancelled, failed, refunded and trashed orders documents are created "
            "only if their status is chosen here; those that have one are linked."
        ),
    )
    ids = forms.CharField(
        label=_("Only these orders"),
        required=False,
        help_text=_("Their ids on the site, separated by spaces or commas."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    create_missing = forms.BooleanField(
        label=_("Create documents that are missing"),
        required=False,
        initial=True,
        help_text=_("Otherwise orders are only linked with documents that MoySklad has already."),
        widget=UnfoldBooleanSwitchWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        statuses = self.fields["statuses"]
        if isinstance(statuses, forms.MultipleChoiceField):
            own = {status for shop in Shop.objects.all() for status in shop.send_statuses}
            statuses.choices = status_choices(own)

    def clean_ids(self) -> tuple[int, ...]:
        words = self.cleaned_data["ids"].replace(",", " ").split()
        if wrong := [word for word in words if not word.isdecimal() or len(word) > 18]:
            raise forms.ValidationError(
                _("This is no id of an order: %(one)s."), params={"one": wrong[0][:40]}
            )
        if len(words) > MOST_IDS:
            raise forms.ValidationError(_("At most %(most)s ids at once."), params={"most": MOST_IDS})
        return tuple(dict.fromkeys(int(word) for word in words))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        after, before = data.get("after"), data.get("before")
        if after and before and after > before:
            self.add_error("before", _("The last day lies before the first."))
        return data

    @property
    def chosen(self) -> Chosen:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Chosen(data["after"], data["before"], tuple(data["statuses"]), data["ids"])
