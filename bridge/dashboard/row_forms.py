"""Rows on a shop's form: states, rules, fields, payment methods. Saving replaces all rows of a kind by those shown."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet

from bridge.configuration.fields import KIND_OF, own_fields
from bridge.configuration.rules import SETS, is_country
from bridge.connections.models import AttributeMapping, OrderRule, PaymentMethod, Shop, StatusMapping
from bridge.dashboard.directory import Directory, Kind
from bridge.dashboard.form_fields import NOT_CHOSEN, Choices, choice, number, text
from bridge.dashboard.words import sentence_case, status_choices
from bridge.domain.order_fields import is_known
from bridge.sync import settings_changed

BETWEEN = ":"  # of what a rule sets and the id it sets
SUGGESTIONS = "order-fields"  # id of the list of an order's own fields on the page


class RowForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rows of a kind are checked together and written anew, so what a row was before does not matter."""

    def validate_unique(self) -> None:
        """Two rows may swap their values."""

    def validate_constraints(self) -> None:
        """The same."""


class MappingForm(RowForm):
    site_status = choice(_("Status on the site"), required=True)
    state_id = choice(_("State in MoySklad"), required=True)

    class Meta:
        model = StatusMapping
        fields = ("site_status", "state_id")


class RuleForm(RowForm):
    number = number("№")
    value = text(_("Value"), most=100, required=True)
    gets = choice(_("Its document gets"), required=True)

    class Meta:
        model = OrderRule
        fields = ("when", "value")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.external_id:
            self.initial["number"] = self.instance.place + 1
            self.initial["gets"] = f"{self.instance.sets}{BETWEEN}{self.instance.external_id}"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("when") == OrderRule.When.COUNTRY and not is_country(data.get("value", "")):
            self.add_error("value", _("Write the country as two Latin letters, like KZ."))
        return data


class FieldForm(RowForm):
    source = text(_("Field on the site"), most=200, required=True)
    source.widget.attrs["list"] = SUGGESTIONS
    fills = choice(_("Fills in MoySklad"), required=True)

    class Meta:
        model = AttributeMapping
        fields = ("source",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.attribute_id:
            self.initial["fills"] = f"{self.instance.target}{BETWEEN}{self.instance.attribute_id}"

    def clean_source(self) -> str:
        source = str(self.cleaned_data["source"])
        if not is_known(source):
            raise forms.ValidationError(
                _("Orders have no such field of their own. There are: %(fields)s."),
                params={"fields": own_fields()},
            )
        return source


class PaymentForm(RowForm):
    method = text(_("Payment method on the site"), most=100, required=True)
    organization_account_id = choice(_("Account of the organization"))
    project_id = choice(_("Project"))

    class Meta:
        model = PaymentMethod
        fields = ("method", "document", "organization_account_id", "project_id")


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


class MappingFormSet(RowFormSet):
    direction = ""
    needed = ("site_status", "state_id")

    def offer(self, form: Any) -> None:
        shop: Shop = self.instance
        statuses = {*shop.send_statuses, form.instance.site_status, *self._known_statuses} - {""}
        form.fields["site_status"].choices = [("", NOT_CHOSEN), *status_choices(statuses)]
        states = self.directory.choices(Kind.STATE, (form.instance.state_id,))
        form.fields["state_id"].choices = [("", NOT_CHOSEN), *states]

    @cached_property
    def _known_statuses(self) -> set[str]:
        rows = StatusMapping.objects.filter(shop=self.instance).values_list("site_status", flat=True)
        return set(rows)

    def present(self) -> QuerySet[Any]:
        return super().present().filter(direction=self.direction).order_by("pk")

    def row(self, data: dict[str, Any]) -> StatusMapping:
        return StatusMapping(
            direction=self.direction, site_status=data["site_status"], state_id=data["state_id"]
        )


class ToStateFormSet(MappingFormSet):
    direction = StatusMapping.Direction.TO_STATE
    unique = ("site_status",)


class ToSiteFormSet(MappingFormSet):
    direction = StatusMapping.Direction.TO_SITE
    unique = ("state_id",)


class RuleFormSet(RowFormSet):
    needed = unique = ("when", "value", "gets")
    twice = _("This rule stands here twice.")

    def offer(self, form: Any) -> None:
        form.fields["gets"].choices = _of_kinds(
            self.directory, SETS, form.instance.sets, form.instance.external_id
        )

    def chosen(self) -> list[dict[str, Any]]:
        """By the numbers the person gave them; one without a number comes last."""
        return sorted(super().chosen(), key=lambda row: (row["number"] is None, row["number"] or 0))

    def present(self) -> QuerySet[Any]:
        return super().present().order_by("place", "pk")

    def row(self, data: dict[str, Any]) -> OrderRule:
        sets, _between, external_id = data["gets"].partition(BETWEEN)
        return OrderRule(when=data["when"], value=data["value"].strip(), sets=sets, external_id=external_id)

    def rows(self) -> list[Any]:
        rows = super().rows()
        for place, row in enumerate(rows):
            row.place = place
        return rows


class FieldFormSet(RowFormSet):
    needed = ("source", "fills")
    unique = ("fills",)
    twice = _("Two lines fill the same field in MoySklad.")

    def offer(self, form: Any) -> None:
        form.fields["fills"].choices = _of_kinds(
            self.directory, KIND_OF, form.instance.target, form.instance.attribute_id
        )

    def present(self) -> QuerySet[Any]:
        return super().present().order_by("pk")

    def row(self, data: dict[str, Any]) -> AttributeMapping:
        target, _between, attribute_id = data["fills"].partition(BETWEEN)
        return AttributeMapping(target=target, source=data["source"].strip(), attribute_id=attribute_id)


class PaymentFormSet(RowFormSet):
    needed = unique = ("method",)

    def offer(self, form: Any) -> None:
        for name, kind in (("organization_account_id", Kind.ACCOUNT), ("project_id", Kind.PROJECT)):
            offered = self.directory.choices(kind, (getattr(form.instance, name),))
            form.fields[name].choices = [("", NOT_CHOSEN), *offered]

    def present(self) -> QuerySet[Any]:
        return super().present().order_by("pk")

    def row(self, data: dict[str, Any]) -> PaymentMethod:
        return PaymentMethod(
            method=data["method"].strip(),
            document=data["document"],
            organization_account_id=data["organization_account_id"],
            project_id=data["project_id"],
        )


def _of_kinds(directory: Directory, kinds: dict[str, str], present: str, present_id: str) -> Choices:
    """Entries of several kinds, each saying of which kind it is: ("store:<id>", "Warehouse: Main")."""
    found: Choices = [("", NOT_CHOSEN)]
    for code, kind in kinds.items():
        label = sentence_case(str(Kind(kind).label))
        for external_id, name in directory.choices(kind, (present_id,) if code == present else ()):
            found.append((f"{code}{BETWEEN}{external_id}", f"{label}: {name}"))
    return found
