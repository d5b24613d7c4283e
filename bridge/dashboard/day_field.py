"""A day that a person chooses, in the browser's own calendar or written as their language writes days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

# Far enough from the ends of the calendar for every time zone, and for a day more.
YEARS = range(1970, 9999)


class DayField(forms.DateField):
    """A date, or None where none is needed."""

    def __init__(self, label: Any = None, help_text: Any = "") -> None:
        calendar = UnfoldAdminTextInputWidget(attrs={"type": "date"})
        super().__init__(label=label, help_text=help_text, required=False, widget=calendar)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day
