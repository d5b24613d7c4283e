"""Form fields in the desk's looks: one of a list, several of a list, ways in order, words between commas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

DAY = 24 * 3600
# How a browser sends a day and a time.
MOMENT = "%Y-%m-%dT%H:%M"
NOT_CHOSEN = _("not chosen")
Choices = list[tuple[Any, Any]]


def choice(label: Any, help_text: Any = "", *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=help_text, required=required, widget=UnfoldAdminSelectWidget()
    )


def checkboxes(label: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget()
    )


def text(label: Any, help_text: Any = "", *, most: int, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=most,
        widget=UnfoldAdminTextInputWidget(),
    )


def seconds(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=1,
        max_value=DAY,
        help_text=_("Seconds, from 1 to 86400 (a day)."),
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def moment(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateTimeField:
    """Day and time, chosen in the browser's own way."""
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        required=required,
        input_formats=[MOMENT, f"{MOMENT}:%S"],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}),
    )


def days(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_value=365,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def whole(
    label: Any, help_text: Any = "", *, low: int, high: int, required: bool = True
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        required=required,
        min_value=low,
        max_value=high,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def number(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=1000,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"style": "width: 5rem"}),
    )


class Words(forms.CharField):
    """A list of texts, written one after another with commas between."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, label: Any, help_text: Any = "", *, most: int) -> None:
        super().__init__(label=label, help_text=help_text, required=False)
        self.most = most

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial or []) != (data or ""))

    def clean(self, value: Any) -> Any:
        found = [one.strip() for one in super().clean(value).split(",")]
        found = list(dict.fromkeys(one for one in found if one))
        if too_long := [one for one in found if len(one) > self.most]:
            raise forms.ValidationError(
                _("“%(one)s…” is too long: at most %(most)s characters."),
                params={"one": too_long[0][:20], "most": self.most},
            )
        return found


class Ranked(forms.MultipleChoiceField):
    """Several of a list that grows with the account, the more important ones first."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(label=label, help_text=help_text, required=False, widget=RankedList())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and [str(one) for one in initial or []] != [str(one) for one in data or []]


class RankedList(UnfoldAdminCheckboxSelectMultipleWidget):  # type: ignore[misc]
    """Checkboxes that can be moved: a browser sends them in the order in which they stand."""

    template_name = "bridge/widgets/ranked_list.html"
    choices: Any

    class Media:
        js = ("bridge/ranked_list.js",)

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> Any:
        """The chosen ones first, in their order."""
        ranks = {chosen: rank for rank, chosen in enumerate(value)}
        self.choices = sorted(self.choices, key=lambda choice: ranks.get(str(choice[0]), len(ranks)))
        return super().optgroups(name, value, attrs)


class InOrder(forms.MultiValueField):
    """Some of these codes, in an order the person chooses: a select box for the first, the second, …"""

    def __init__(self, label: Any, help_text: Any, codes: Sequence[tuple[str, Any]]) -> None:
        choices = [("", "—"), *codes]
        boxes = [UnfoldAdminSelectWidget(choices=choices) for _code in codes]
        super().__init__(
            [forms.ChoiceField(choices=choices, required=False) for _code in codes],
            label=label,
            help_text=help_text,
            required=False,
            require_all_fields=False,
            widget=OrderedBoxes(boxes),
        )

    def compress(self, data_list: Any) -> list[str]:
        found = [one for one in data_list or [] if one]
        if len(set(found)) < len(found):
            raise forms.ValidationError(_("Choose each of them once."))
        return found


class OrderedBoxes(forms.MultiWidget):
    def decompress(self, value: Any) -> list[str]:
        known = list(value or [])
        return known + [""] * (len(self.widgets) - len(known))
