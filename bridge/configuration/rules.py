"""[[shop.NAME.rules]]: orders that are such get this in their document. One table is one condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from bridge.configuration.names import Kind, Names
from bridge.configuration.row_table import RowTable, tables_of, text_mistakes
from bridge.configuration.shapes import NAME_THERE
from bridge.connections.models import OrderRule, Shop

CONDITIONS = OrderRule.When.values
SETS: dict[str, str] = {
    OrderRule.Sets.STORE: Kind.STORE,
    OrderRule.Sets.ORGANIZATION: Kind.ORGANIZATION,
    OrderRule.Sets.PROJECT: Kind.PROJECT,
    OrderRule.Sets.STATE: Kind.STATE,
    OrderRule.Sets.CONTRACT: Kind.CONTRACT,
    OrderRule.Sets.OWNER: Kind.EMPLOYEE,
    OrderRule.Sets.SALES_CHANNEL: Kind.SALES_CHANNEL,
}
LONGEST = {**dict.fromkeys(CONDITIONS, 100), **dict.fromkeys(SETS, NAME_THERE)}


def is_country(text: str) -> bool:
    """'KZ': the two letters a site gives a country."""
    return len(text) == 2 and text.isascii() and text.isalpha()


class Rules(RowTable):
    name = "rules"

    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        tables = tables_of(value)
        if tables is None:
            yield f"[{where}] write [[{where}.rules]], one table for each rule"
        for number, rule in enumerate(tables or [], 1):
            place = f"[[{where}.rules]] number {number}:"
            yield from text_mistakes(place, rule, LONGEST)
            conditions = [key for key in CONDITIONS if rule.get(key)]
            if len(conditions) != 1:
                yield f"{place} write exactly one of {', '.join(CONDITIONS)}"
            if not any(rule.get(key) for key in SETS):
                yield f"{place} write what such orders get: one or more of {', '.join(SETS)}"
            country = rule.get("country", "RU")
            if isinstance(country, str) and not is_country(country):
                yield f"{place} “country” is two Latin letters, like KZ"

    def planned(self, where: str, value: Any, names: Names) -> Sequence[OrderRule]:
        rows = []
        for place, rule in enumerate(value):
            when = next(key for key in CONDITIONS if rule.get(key))
            for sets, kind in SETS.items():
                if rule.get(sets):
                    found = names.find(kind, rule[sets], f"[[{where}.rules]] number {place + 1}: {sets}")
                    rows.append(
                        OrderRule(place=place, when=when, value=rule[when], sets=sets, external_id=found)
                    )
        return rows

    def written(self, shop: Shop, names: Names) -> Any:
        """Neighbours with one condition are one table, unless they set the same thing."""
        tables: list[dict[str, str]] = []
        for row in self.of(shop):
            last = tables[-1] if tables else {}
            if last.get(row.when) != row.value or row.sets in last:
                last = {row.when: row.value}
                tables.append(last)
            last[row.sets] = names.name(SETS[row.sets], row.external_id)
        return tables

    def of(self, shop: Shop) -> QuerySet[OrderRule]:
        return OrderRule.objects.filter(shop=shop).order_by("place", "pk")
