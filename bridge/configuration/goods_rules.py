"""[[shop.NAME.goods_rules]]: what holds for the goods of a folder, or for one item, instead of the shop's choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from bridge.catalog.models import Product
from bridge.configuration.keys import AS_THE_SITE, MOST_PIECES
from bridge.configuration.names import ITEM, Kind, Names
from bridge.configuration.row_table import RowTable, tables_of
from bridge.configuration.shapes import NAME_THERE, OneOf, Shape, Text, Whole
from bridge.connections.models import GoodsRule, Shop
from bridge.domain.fields import FIELDS, MOYSKLAD, SITE

Scope, Sets = GoodsRule.Scope, GoodsRule.Sets
PIECES = (Sets.BUFFER, Sets.LAST_PIECES)
SCOPES: dict[str, str] = {Scope.FOLDER: Kind.FOLDER, Scope.ITEM: ITEM}
# What a rule may set, and to what.
SHAPES: dict[str, Shape] = {
    **{sets: Whole(0, MOST_PIECES, "pieces") for sets in PIECES},
    Sets.BACKORDERS: OneOf(AS_THE_SITE, *(one for one in Shop.Backorders.values if one)),
    **{sets: OneOf(MOYSKLAD, SITE) for sets in (Sets.STOCK, *FIELDS)},
}


class GoodsRules(RowTable):
    name = "goods_rules"

    def mistakes(self, where: str, value: Any) -> Iterator[str]:
        tables = tables_of(value)
        if tables is None:
            yield f"[{where}] write [[{where}.goods_rules]], one table for each folder or item"
        for number, table in enumerate(tables or [], 1):
            place = f"[[{where}.goods_rules]] number {number}:"
            if len([scope for scope in SCOPES if table.get(scope)]) != 1:
                yield f"{place} write exactly one of {', '.join(SCOPES)}"
            if not set(table) & set(SHAPES):
                yield f"{place} write what holds for it: one or more of {', '.join(SHAPES)}"
            for key, one in table.items():
                shape = SHAPES.get(key, Text(NAME_THERE) if key in SCOPES else None)
                if shape is None:
                    yield f"{place} unknown key “{key}”; known: {', '.join((*SCOPES, *SHAPES))}"
                else:
                    yield from (f"{place} “{key}” {said}" for said in shape.mistakes(one))

    def planned(self, where: str, value: Any, names: Names) -> Sequence[GoodsRule]:
        rows: list[GoodsRule] = []
        seen: set[tuple[str, str, str]] = set()
        for number, table in enumerate(value, 1):
            place = f"[[{where}.goods_rules]] number {number}:"
            scope = next(one for one in SCOPES if table.get(one))
            found = names.find(SCOPES[scope], table[scope], f"{place} {scope}")
            for sets in (one for one in SHAPES if one in table):
                if found and (scope, found, sets) in seen:
                    names.mistakes.append(
                        f"{place} “{sets}” of “{table[scope]}” is set twice; keep one of them"
                    )
                seen.add((scope, found, sets))
                rows.append(
                    GoodsRule(
                        scope=scope,
                        external_id=found,
                        name=table[scope],
                        sets=sets,
                        value=str(table[sets]),
                    )
                )
        return rows

    def written(self, shop: Shop, names: Names) -> Any:
        """Neighbours for one folder or item are one table."""
        rows = list(self.of(shop))
        called = _names_of_items(shop, [row.external_id for row in rows if row.scope == Scope.ITEM])
        tables: list[dict[str, Any]] = []
        last = ("", "")
        for row in rows:
            if (row.scope, row.external_id) != last:
                last = (row.scope, row.external_id)
                folder = names.name(Kind.FOLDER, row.external_id) if row.scope == Scope.FOLDER else ""
                tables.append({str(row.scope): folder or called[row.external_id]})
            tables[-1][row.sets] = int(row.value) if row.sets in PIECES else row.value
        return tables

    def of(self, shop: Shop) -> QuerySet[GoodsRule]:
        return GoodsRule.objects.filter(shop=shop).order_by("pk")


def items_named(tables: Mapping[str, Any]) -> list[str]:
    """The articles, codes and ids that the rules of a shop's table name."""
    words = [str(row["item"]) for row in tables.get(GoodsRules.name, []) if row.get("item")]
    return list(dict.fromkeys(words))


def _names_of_items(shop: Shop, ids: Sequence[str]) -> dict[str, str]:
    """The article or code of each, or its id where that would name another one too."""
    found = {external_id: external_id for external_id in ids}
    products = Product.objects.filter(connection=shop.account)
    for row in products.filter(external_id__in=ids):
        for field in ("article", "code"):
            word = getattr(row, field)
            others = products.filter(present=True).exclude(pk=row.pk)
            if word and not (others.filter(article=word) | others.filter(code=word)).exists():
                found[row.external_id] = word
                break
    return found
