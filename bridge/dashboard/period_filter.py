"""Rows from one day to another, both included, as people write days in their language."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter

from bridge import whole_days
from bridge.dashboard.day_field import DayField


class PeriodFilter(RangeDateFilter):  # type: ignore[misc]
    """The theme's own filter reads English dates only, and leaves out the last day."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(whole_days.within(self.field_path, self._day("from"), self._day("to")))

    def _day(self, end: str) -> date | None:
        """The day that was chosen; None for none, and for what is no day."""
        try:
            return DayField().to_python(self.used_parameters.get(f"{self.parameter_name}_{end}"))
        except forms.ValidationError:
            return None
