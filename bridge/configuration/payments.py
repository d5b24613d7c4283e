"""[shop.NAME.payments.METHOD]: which document a payment by this method becomes; `"*"` stands for all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from bridge.configuration.names import Kind, Names
from bridge.configuration.row_table import RowTable, text_mistakes
from bridge.configuration.shapes import NAME_THERE, Text
from bridge.connections.models import PaymentMethod, Shop

NONE = "none"
DOCUMENTS = [document or NONE for document in PaymentMethod.Document.values]
LONGEST = {"document": 20, "account": NAME_THERE, "project": NAME_THERE}


class Payments(RowTable):
    name = "payments"

    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
            yield f"[{where}] write [{where}.payments.METHOD], one table for each payment method"
            return
        for method, table in value.items():
            place = f"[{where}.payments.{method}]"
            yield from (f"{place} the method {said}" for said in Text(100).mistakes(method))
            yield from text_mistakes(place, table, LONGEST)
            if table.get("document") not in DOCUMENTS:
                yield f"{place} “document” is one of {', '.join(DOCUMENTS)}"

    def planned(self, where: str, value: Any, names: Names) -> Sequence[PaymentMethod]:
        return [
            PaymentMethod(
                method=method,
                document="" if table["document"] == NONE else table["document"],
                organization_account_id=names.find(
                    Kind.ACCOUNT, table.get("account", ""), f"[{where}.payments.{method}] account"
                ),
                project_id=names.find(
                    Kind.PROJECT, table.get("project", ""), f"[{where}.payments.{method}] project"
                ),
            )
            for method, table in value.items()
        ]

    def written(self, shop: Shop, names: Names) -> Any:
        return {
            row.method: {
                "document": row.document or NONE,
                **self._named("account", Kind.ACCOUNT, row.organization_account_id, names),
                **self._named("project", Kind.PROJECT, row.project_id, names),
            }
            for row in self.of(shop)
        }

    @staticmethod
    def _named(key: str, kind: str, external_id: str, names: Names) -> dict[str, str]:
        return {key: names.name(kind, external_id)} if external_id else {}

    def of(self, shop: Shop) -> QuerySet[PaymentMethod]:
        return PaymentMethod.objects.filter(shop=shop).order_by("pk")
