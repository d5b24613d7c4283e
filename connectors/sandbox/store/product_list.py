"""Which products a list call shows, and in what order; thousands of pages of a large catalogue are asked for in a row,
so a list is built once and kept until it may be another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from connectors.sandbox.store import prices
from connectors.sandbox.store.lists import Query
from connectors.sandbox.store.product_body import STOCK_STATUSES, TYPES
from connectors.sandbox.store.shop import Obj, Shop

STATUSES = ("any", "future", "trash", "draft", "pending", "private", "publish")
SORTS = ("date", "id", "include", "title", "slug", "modified", "price", "popularity", "rating", "menu_order")
SEARCHED = ("name", "short_description", "description")
Test = Callable[[Obj], bool]


def products(shop: Shop, query: Query) -> Sequence[int]:
    """Ids for /products. Variations come only when a SKU or a barcode names them; `include` does not (source)."""
    by_code = any(query.many(name) for name in ("sku", "global_unique_id"))
    belongs: Test = lambda product: by_code or product["type"] != "variation"  # noqa: E731
    return listed(shop, query, shop.products, belongs, ("products", by_code))


def variations(shop: Shop, parent: Obj, query: Query) -> Sequence[int]:
    """Ids for /products/ID/variations."""
    belongs: Test = lambda product: product["parent_id"] == parent["id"]  # noqa: E731
    return listed(shop, query, parent["variations"], belongs, ("variations", parent["id"]))


@dataclass(frozen=True)
class Filters:
    """What a call asks for beside names, as one key of what is remembered."""

    status: str
    type: str
    search: str
    stock_status: str
    exclude: frozenset[int]
    after: int | None

    @property
    def only_made(self) -> bool:
        """Nothing but a new, another typed, trashed or removed product changes what this finds."""
        return not (self.search or self.stock_status or self.after is not None)

    def fit(self, product: Obj) -> bool:
        trashed = product["status"] == "trash"
        return (
            (product["status"] == self.status or (self.status == "any" and not trashed))
            and (not self.type or product["type"] == self.type)
            and (not self.stock_status or product["stock_status"] == self.stock_status)
            and (self.after is None or product["modified"] > self.after)
            and product["id"] not in self.exclude
            and (not self.search or any(self.search in product[name].lower() for name in SEARCHED))
        )


def filters(query: Query) -> Filters:
    return Filters(
        query.choice("status", "any", STATUSES),
        query.choice("type", "", TYPES) if query.one("type") else "",
        query.one("search").lower(),
        query.choice("stock_status", "", STOCK_STATUSES) if query.one("stock_status") else "",
        frozenset(query.ids("exclude") or ()),
        query.moment("modified_after"),
    )


def listed(
    shop: Shop, query: Query, pool: Iterable[int], belongs: Test, key: tuple[object, ...]
) -> Sequence[int]:
    """`pool` is what there is without a filter that names ids; those are looked up instead of looked for."""
    wanted = filters(query)
    sort, direction = query.choice("orderby", "date", SORTS), query.choice("order", "desc", ("asc", "desc"))
    if wanted.stock_status:
        sync_all(shop)

    def build(ids: Iterable[int]) -> list[int]:
        rows = (shop.products[id_] for id_ in ids)
        found = [row["id"] for row in rows if belongs(row) and wanted.fit(row)]
        return ordered(shop, query, found, sort, direction)

    named = named_ids(shop, query)
    if named is not None:
        return build(named)
    if wanted.after is not None:
        pool = shop.products.modified_since(wanted.after)
    steady = wanted.only_made and sort in ("date", "id")
    state = shop.products.made if steady else shop.products.changes
    return shop.products.remembered((*key, wanted, sort, direction), state, lambda: build(pool))


def named_ids(shop: Shop, query: Query) -> set[int] | None:
    """What `sku`, `global_unique_id` and `include` leave together; None if none is there."""
    found: list[set[int]] = []
    for name in ("sku", "global_unique_id"):
        if query.many(name):
            codes = [*query.many(name), query.one(name)]  # the whole text may be one SKU too (source)
            found.append({id_ for code in codes for id_ in shop.products.holders(name, code)})
    include = query.ids("include")
    if include is not None:
        found.append({id_ for id_ in include if id_ in shop.products})
    return set.intersection(*found) if found else None


def ordered(shop: Shop, query: Query, ids: list[int], sort: str, direction: str) -> list[int]:
    """By id as a rule: ids are given in the order of time."""
    down = direction == "desc"
    if sort in ("modified", "title"):
        field = "modified" if sort == "modified" else "name"
        return sorted(ids, key=lambda id_: (shop.products[id_][field], id_), reverse=down)
    if sort == "include":
        places = {value: place for place, value in enumerate(query.many("include"))}
        return sorted(ids, key=lambda id_: places.get(str(id_), 0))
    return sorted(ids, reverse=down)


def sync_all(shop: Shop) -> None:
    for id_ in list(shop.products.unsynced):
        prices.sync(shop, shop.products[id_])
