"""Rows of a shop's form: which state a status of the site means, and the other way round."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import Shop, StatusMapping
from bridge.dashboard.form_fields import NOT_CHOSEN, choice
from bridge.dashboard.shops.directory import Kind
from bridge.dashboard.shops.row_forms import RowForm, RowFormSet
from bridge.dashboard.words import status_choices


class MappingForm(RowForm):
    site_status = choice(_("Status on the site"), required=True)
    state_id = choice(_("State in MoySklad"), required=True)

    class Meta:
        model = StatusMapping
        fields = ("site_status", "state_id")


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
