"""Filters of lists, each declared by name; what is not declared is refused (resource.py)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeVar

import django_filters
from django import forms
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import extend_schema_field

from bridge.sync.attention.selection import NOBODY

LARGEST_KEY = 2**63 - 1
LONGEST = 200
FIRST_YEAR, LAST_YEAR = 1970, 2200
ASSIGNED = rf"^({NOBODY}|[1-9][0-9]{{0,17}})$"
D = TypeVar("D", date, datetime)


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": LARGEST_KEY})
class Key(django_filters.Filter):  # type: ignore[misc]
    """A row of another table, by its id."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_KEY, **kwargs)


class Choice(django_filters.ChoiceFilter):  # type: ignore[misc]
    """One of the declared codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, empty_label=None, null_label=None, **kwargs)


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": r"^[^\x00]*$"})
class Text(django_filters.CharFilter):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=LONGEST, **kwargs)


@extend_schema_field({"type": "boolean"})
class Yes(django_filters.TypedChoiceFilter):  # type: ignore[misc]
    """true or false, and nothing else: a misspelt filter must not show everything."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        words = (("true", "true"), ("false", "false"))
        super().__init__(*args, choices=words, coerce=lambda word: word == "true", **kwargs)


class _MomentField(IsoDateTimeField):  # type: ignore[misc]
    def to_python(self, value: Any) -> datetime | None:
        try:
            found: datetime | None = super().to_python(value)
        except (OverflowError, ValueError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], "invalid") from error
        return in_our_times(found)


class Moment(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    """ISO 8601; without an offset it is of the bridge's time zone."""

    field_class = _MomentField


class _DayField(forms.DateField):
    def to_python(self, value: Any) -> date | None:
        return in_our_times(super().to_python(value))


class Day(django_filters.DateFilter):  # type: ignore[misc]
    field_class = _DayField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


@extend_schema_field({"type": "string", "pattern": ASSIGNED})
class Assigned(django_filters.Filter):  # type: ignore[misc]
    """The id of a person (/failures/assignees/), or nobody."""

    field_class = forms.RegexField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, regex=ASSIGNED, **kwargs)


class Set(django_filters.FilterSet):  # type: ignore[misc]
    """Filters of a list."""


def in_our_times(moment: D | None) -> D | None:
    """Raises ValidationError for years that no calendar of ours can reckon with."""
    if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        text = _("A year from %(first)s to %(last)s.")
        raise forms.ValidationError(text % {"first": FIRST_YEAR, "last": LAST_YEAR}, "invalid")
    return moment
