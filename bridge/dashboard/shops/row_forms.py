"""What all rows on a shop's form have in common: checked together, saving replaces all of a kind by those shown."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from bridge.dashboard.form_fields import NOT_CHOSEN, Choices
from bridge.dashboard.shops.directory import Directory, Kind
from bridge.dashboard.words import sentence_case
from bridge.sync import settings_changed

BETWEEN = ":"  # of what a row sets and the id it sets


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rows of a kind are checked together and written anew, so what a row was before does not matter."""

    def validate_unique(self) -> None:
        """Two rows may swap their values."""

    def validate_constraints(self) -> None:
        """The same."""


class RowFormSet(PaginationInlineFormSet):  # type: ignore[misc]
    """Rows of one kind; no two may be the same in `unique`."""

    needed: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    twice: Any = _("Each line of the left column may stand here once.")

    @cached_property
    def directory(self) -> Directory:
        return Directory(self.instance)

    def add_fields(self, form: Any, index: int | None) -> None:
        BaseInlineFormSet.add_fields(self, form, index)
        if self.instance.pk:
            self.offer(form)

    def offer(self, form: Any) -> None:
        """Fill the select boxes of a row."""
        raise NotImplementedError

    def row(self, data: dict[str, Any]) -> Model:
        """What a row as entered becomes."""
        raise NotImplementedError

    def rows(self) -> list[Any]:
        return [self.row(data) for data in self.chosen()]

    def clean(self) -> None:
        seen: set[tuple[Any, ...]] = set()
        for row in self.chosen():
            key = tuple(row[name] for name in self.unique)
            if key in seen:
                raise forms.ValidationError(self.twice)
            seen.add(key)

    def chosen(self) -> list[dict[str, Any]]:
        """The rows that stay, as entered."""
        rows = [getattr(form, "cleaned_data", {}) for form in self.forms]
        return [row for row in rows if not row.get("DELETE") and all(row.get(name) for name in self.needed)]

    def present(self) -> QuerySet[Any]:
        """The rows in the database that those shown replace."""
        return self.model._default_manager.filter(shop=self.instance)  # type: ignore[no-any-return]

    def replace(self) -> int:
        """Write the rows; how many orders that waited for them go on."""
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        return settings_changed.replace_rows(self.instance, self.present(), self.rows())


def of_kinds(directory: Directory, kinds: dict[str, str], present: str, present_id: str) -> Choices:
    """Entries of several kinds, each saying of which kind it is: ("store:<id>", "Warehouse: Main")."""
    found: Choices = [("", NOT_CHOSEN)]
    for code, kind in kinds.items():
        label = sentence_case(Kind(kind).label)
        for external_id, name in directory.choices(kind, (present_id,) if code == present else ()):
            found.append((f"{code}{BETWEEN}{external_id}", format_lazy("{}: {}", label, name)))
    return found
