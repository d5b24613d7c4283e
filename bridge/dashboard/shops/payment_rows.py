"""Rows of a shop's form: which document a payment by this method becomes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bridge.connections.models import PaymentMethod
from bridge.dashboard.form_fields import NOT_CHOSEN, choice, text
from bridge.dashboard.shops.directory import Kind
from bridge.dashboard.shops.row_forms import RowForm, RowFormSet


class PaymentForm(RowForm):
    method = text(_("Payment method on the site"), most=100, required=True)
    organization_account_id = choice(_("Account of the organization"))
    project_id = choice(_("Project"))

    class Meta:
        model = PaymentMethod
        fields = ("method", "document", "organization_account_id", "project_id")


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
