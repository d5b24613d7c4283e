"""Rows of a shop's form: orders that are such get this in their document."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bridge.configuration.rules import SETS, is_country
from bridge.connections.models import OrderRule
from bridge.dashboard.form_fields import choice, number, text
from bridge.dashboard.shops.row_forms import BETWEEN, RowForm, RowFormSet, of_kinds


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


class RuleFormSet(RowFormSet):
    needed = unique = ("when", "value", "gets")
    twice = _("This rule stands here twice.")

    def offer(self, form: Any) -> None:
        form.fields["gets"].choices = of_kinds(
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
