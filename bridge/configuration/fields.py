"""[[shop.NAME.fields]]: a field of the site's order fills a field of the document or of the counterparty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from bridge.configuration.names import Kind, Names
from bridge.configuration.row_table import RowTable, tables_of, text_mistakes
from bridge.configuration.shapes import NAME_THERE
from bridge.connections.models import AttributeMapping, Shop
from bridge.domain.order_fields import FIELDS, PREFIX, is_known

Target = AttributeMapping.Target
KIND_OF: dict[str, str] = {Target.ORDER: Kind.ORDER_ATTRIBUTE, Target.BUYER: Kind.BUYER_ATTRIBUTE}
LONGEST = {"to": 10, "from": 200, "attribute": NAME_THERE}


def own_fields() -> str:
    """The order's own fields as a mapping names them."""
    return ", ".join(f"{PREFIX}{name}" for name in FIELDS)


class Fields(RowTable):
    name = "fields"

    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        tables = tables_of(value)
        if tables is None:
            yield f"[{where}] write [[{where}.fields]], one table for each field"
        for number, table in enumerate(tables or [], 1):
            place = f"[[{where}.fields]] number {number}:"
            yield from text_mistakes(place, table, LONGEST)
            yield from (f"{place} “{key}” is missing" for key in LONGEST if not table.get(key))
            if table.get("to") and table["to"] not in KIND_OF:
                yield f"{place} “to” is one of {', '.join(KIND_OF)}, not “{table['to']}”"
            source = table.get("from")
            if source and isinstance(source, str) and not is_known(source):
                yield f"{place} “{source}” is no field of orders; there are: {own_fields()}"

    def planned(self, where: str, value: Any, names: Names) -> Sequence[AttributeMapping]:
        rows: list[AttributeMapping] = []
        filled: set[tuple[str, str]] = set()
        for number, table in enumerate(value, 1):
            place = f"[[{where}.fields]] number {number}: attribute"
            found = names.find(KIND_OF[table["to"]], table["attribute"], place)
            if found and (table["to"], found) in filled:
                names.mistakes.append(f"{place} “{table['attribute']}” is filled twice; keep one of them")
            filled.add((table["to"], found))
            rows.append(AttributeMapping(target=table["to"], source=table["from"], attribute_id=found))
        return rows

    def written(self, shop: Shop, names: Names) -> Any:
        return [
            {
                "to": row.target,
                "from": row.source,
                "attribute": names.name(KIND_OF[row.target], row.attribute_id),
            }
            for row in self.of(shop)
        ]

    def of(self, shop: Shop) -> QuerySet[AttributeMapping]:
        return AttributeMapping.objects.filter(shop=shop).order_by("pk")
