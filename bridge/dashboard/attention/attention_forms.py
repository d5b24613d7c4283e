"""The forms of what needs attention: how the page is narrowed, and what discarding, assigning and putting off ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from bridge import problems, whole_days
from bridge.connections.models import Shop
from bridge.dashboard.day_field import DayField
from bridge.dashboard.recorded import name_of
from bridge.sync.attention.selection import NOBODY, Narrowed


class NarrowForm(forms.Form):
    """`causes`: the codes there are at present."""

    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.order_by("name"),
        required=False,
        empty_label=_("All"),
        widget=UnfoldAdminSelectWidget(),
    )
    cause = forms.ChoiceField(label=_("Reason"), required=False, widget=UnfoldAdminSelectWidget())
    assigned = forms.ChoiceField(label=_("Assigned to"), required=False, widget=UnfoldAdminSelectWidget())
    since = DayField(_("From"))
    until = DayField(_("Until"))
    put_off = forms.BooleanField(
        label=_("Only what is put off"), required=False, widget=UnfoldBooleanSwitchWidget()
    )

    def __init__(self, data: Any, causes: list[str]) -> None:
        super().__init__(data)
        named = sorted(((code, problems.cause(code)) for code in causes if code), key=lambda pair: pair[1])
        _choose(self, "cause", [("", _("All")), *named])
        _choose(self, "assigned", [("", _("All")), (NOBODY, _("Nobody")), *people()])

    def narrowed(self) -> Narrowed:
        """What was chosen; what cannot be read counts as not chosen."""
        self.is_valid()
        chosen = self.cleaned_data
        shop = chosen.get("shop")
        return Narrowed(
            shop=shop.pk if shop else None,
            cause=chosen.get("cause") or "",
            assigned=chosen.get("assigned") or "",
            put_off=bool(chosen.get("put_off")),
            since=chosen.get("since"),
            until=chosen.get("until"),
        )


class DeedForm(BaseDialogForm):  # type: ignore[misc]
    """A form of a dialog over one row, or of the page that asks about many."""


class DiscardForm(DeedForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("Kept with the message, so that others understand it later."),
        widget=UnfoldAdminTextInputWidget(),
    )


class AssignForm(DeedForm):
    person = forms.ChoiceField(label=_("To whom"), required=False, widget=UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "person", [("", _("Nobody")), *people()])

    def chosen(self) -> User | None:
        return (
            User.objects.filter(pk=self.cleaned_data["person"]).first()
            if self.cleaned_data["person"]
            else None
        )


class SnoozeForm(DeedForm):
    day = DayField(_("Until"), _("On this morning it is listed again. Empty: list it again now."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate() + timedelta(days=1)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day is not None and day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is still to come."))
        return day

    def moment(self) -> datetime | None:
        """The first moment of that day, where the shop is."""
        day = self.cleaned_data["day"]
        return whole_days.begins(day) if day else None


def people() -> list[tuple[str, str]]:
    """Those who can come in."""
    people = User.objects.filter(is_active=True, is_staff=True).order_by("username")
    return [(str(person.pk), name_of(person)) for person in people]


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
