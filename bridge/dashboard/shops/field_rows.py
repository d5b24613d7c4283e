"""Rows of a shop's form: a field of the site's order fills a field of the document or of the counterparty."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bridge.configuration.fields import KIND_OF, own_fields
from bridge.connections.models import AttributeMapping
from bridge.dashboard.form_fields import choice, text
from bridge.dashboard.shops.row_forms import BETWEEN, RowForm, RowFormSet, of_kinds
from bridge.domain.order_fields import is_known

SUGGESTIONS = "order-fields"  # id of the list of an order's own fields on the page


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


class FieldFormSet(RowFormSet):
    needed = ("source", "fills")
    unique = ("fills",)
    twice = _("Two lines fill the same field in MoySklad.")

    def offer(self, form: Any) -> None:
        form.fields["fills"].choices = of_kinds(
            self.directory, KIND_OF, form.instance.target, form.instance.attribute_id
        )

    def present(self) -> QuerySet[Any]:
        return super().present().order_by("pk")

    def row(self, data: dict[str, Any]) -> AttributeMapping:
        target, _between, attribute_id = data["fills"].partition(BETWEEN)
        return AttributeMapping(target=target, source=data["source"].strip(), attribute_id=attribute_id)
