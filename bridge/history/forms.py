"""What a saved form changed: each field's value before and after, in words; secrets stay secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import gettext_lazy as _

from bridge.history.deeds import MASK, Text, Value, in_words, short

SECRET = re.compile(r"(password|secret|token|key$|login$|credential)", re.IGNORECASE)


def values(form: Any, formsets: Iterable[Any] = ()) -> list[Value]:
    """Of a model's form and the rows beside it, after they were saved."""
    return [*_fields(form), *(value for formset in formsets for value in _rows(formset))]


def joined(separator: str, texts: Iterable[Text]) -> Text:
    """Those that say something, as one text in every language."""
    parts = [text for text in texts if text]
    return in_words(lambda: separator.join(map(str, parts))) if parts else ""


def yes_or_no(value: bool) -> Text:
    return _("Yes") if value else _("No")


def switched(row: Model | type[Model], name: str, on: bool) -> Value:
    """A field of the row that is on or off, and was the other."""
    field: Any = row._meta.get_field(name)
    return Value(field.verbose_name, yes_or_no(not on), yes_or_no(on))


def moment(value: datetime) -> Text:
    """As the reader's language writes it."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return in_words(lambda: date_format(local, "SHORT_DATETIME_FORMAT"))


def _fields(form: Any) -> Iterator[Value]:
    for name in form.changed_data:
        if name not in form.fields:
            continue
        field = form.fields[name]
        label: Text = field.label or name.replace("_", " ")
        if _is_secret(name, field):
            yield Value(label, "", MASK)
            continue
        before = _shown(field, form.get_initial_for_field(field, name))
        after = _shown(field, form.cleaned_data.get(name))
        if before != after:
            yield Value(label, before, after)


def _rows(formset: Any) -> Iterator[Value]:
    """All rows of a kind, before and after, as one value."""
    if not formset.has_changed():
        return
    before = [_row(form, form.initial) for form in formset.initial_forms]
    after = [
        _row(form, form.cleaned_data)
        for form in formset.forms
        if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
    ]
    label = getattr(formset, "title", "") or formset.model._meta.verbose_name_plural
    yield Value(label, short(joined("; ", before)), short(joined("; ", after)))


def _row(form: Any, data: Any) -> Text:
    parts = (
        _shown(field, data.get(name))
        for name, field in form.fields.items()
        if not isinstance(field, forms.ModelChoiceField | forms.FileField) and name != "DELETE"
    )
    return joined(" – ", parts)


def _is_secret(name: str, field: Any) -> bool:
    return isinstance(field.widget, forms.PasswordInput) or bool(SECRET.search(name))


def _shown(field: Any, value: Any) -> Text:
    """A value as the form's reader knows it: a choice by its label, dates and numbers as their language writes them."""
    if callable(value):
        value = value()
    if value is None or value in ("", [], ()):
        return ""
    if isinstance(value, bool):
        return yes_or_no(value)
    if isinstance(value, Model):
        return short(value)
    several = isinstance(value, list | tuple | set | QuerySet)
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None and not several:
        found = field.queryset.filter(pk=value).first()
        return short(found if found is not None else value)
    labels = dict(_offered(field))
    if several:
        return short(joined(", ", [labels.get(str(one), str(one)) for one in value]))
    return short(labels[str(value)]) if str(value) in labels else _written(value)


def _written(value: Any) -> Text:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return in_words(lambda: date_format(value, "SHORT_DATE_FORMAT"))
    if isinstance(value, time):
        return in_words(lambda: time_format(value))
    if isinstance(value, Decimal):
        return in_words(lambda: str(number_format(value, use_l10n=True)))
    return short(value)


def _offered(field: Any) -> Iterator[tuple[str, Text]]:
    """What may be chosen, by its code: of a field, or of the boxes it is made of."""
    if isinstance(field, forms.MultiValueField):
        for box in field.fields:
            yield from _offered(box)
    elif not isinstance(field, forms.ModelChoiceField):
        yield from _flat(getattr(field, "choices", ()))


def _flat(choices: Any) -> Iterator[tuple[str, Text]]:
    for code, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(code), label
