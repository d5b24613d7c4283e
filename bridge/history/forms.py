"""What a saved form changed: each field's value before and after, in words; secrets stay secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone, translation

from bridge.history.deeds import MASK, Value, short

SECRET = re.compile(r"(password|secret|token|key$|login$|credential)", re.IGNORECASE)


def values(form: Any, formsets: Iterable[Any] = ()) -> list[Value]:
    """Of a model's form and the rows beside it, after they were saved."""
    with translation.override(None):  # labels as they stand in the code, for readers of every language
        return [*_fields(form), *(value for formset in formsets for value in _rows(formset))]


def _fields(form: Any) -> Iterator[Value]:
    for name in form.changed_data:
        if name not in form.fields:
            continue
        field = form.fields[name]
        label = str(field.label or name.replace("_", " "))
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
    yield Value(str(label), short("; ".join(filter(None, before))), short("; ".join(filter(None, after))))


def _row(form: Any, data: Any) -> str:
    parts = (
        _shown(field, data.get(name))
        for name, field in form.fields.items()
        if not isinstance(field, forms.ModelChoiceField | forms.FileField) and name != "DELETE"
    )
    return " – ".join(filter(None, parts))


def _is_secret(name: str, field: Any) -> bool:
    return isinstance(field.widget, forms.PasswordInput) or bool(SECRET.search(name))


def _shown(field: Any, value: Any) -> str:
    """A value as the form's reader knows it: a choice by its label."""
    if callable(value):
        value = value()
    if value is None or value in ("", [], ()):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Model):
        return short(value)
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if timezone.is_aware(value) else str(value)
        )
    if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
        found = field.queryset.filter(pk=value).first()
        return short(found if found is not None else value)
    labels = dict(_flat(getattr(field, "choices", ())))
    if isinstance(value, list | tuple | set):
        return short(", ".join(str(labels.get(str(one), one)) for one in value))
    return short(labels.get(str(value), value))


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    for code, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(code), str(label)
