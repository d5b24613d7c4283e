"""`/entity/assortment`: all goods in one list; the old behaviour with stock fields and the new one without."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.moysklad import filters
from connectors.sandbox.moysklad.account import Account, Obj
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.kinds import ITEMS, KINDS
from connectors.sandbox.moysklad.listing import conditions, list_answer, plain_key, read_page
from connectors.sandbox.moysklad.references import ref_of_href
from connectors.sandbox.moysklad.render import Renderer
from connectors.sandbox.moysklad.stock import Stock

NEW_FEATURE = "assortmentwithoutstock"
OLD_ONLY = ("article", "stockStore", "stockMoment", "stockMode", "quantityMode")
NEW_EXPANDS = {"product", "images", "components"}
FILTERS = (
    "id",
    "name",
    "code",
    "article",
    "externalCode",
    "archived",
    "updated",
    "barcode",
    "description",
    "pathName",
    "productFolder",
)
STOCKED = ("product", "variant")
PAGING = ("limit", "offset", "expand")
Query = list[tuple[str, str]]
Selection = tuple[list[tuple[str, Obj]], set[str] | None]
"""Goods with their kinds, and the stores their stock is of (None: all)."""


class Assortment:
    def __init__(self, account: Account, stock: Stock) -> None:
        self.account = account
        self.stock = stock
        self._last: tuple[object, Selection] | None = None

    def answer(self, rest: list[str], request: Request) -> Response:
        if rest == ["settings"]:
            return json_response(self._settings())
        if rest:
            raise ApiError(1002, "/entity/assortment/" + "/".join(rest))
        new = NEW_FEATURE in request.header("x-lognex-remap-beta-feature").lower()
        page = read_page(request.query)
        if new and not {part.split(".")[0] for part in page.expand.split(",") if part} <= NEW_EXPANDS:
            raise ApiError(1089, page.expand)
        rows, store_ids = self._remembered(request.query, new)
        renderer = Renderer(self.account, page.expand)

        def shown(row: tuple[str, Obj]) -> dict[str, Any]:
            kind, obj = row
            answer = renderer.top(kind, obj)
            return answer if new or kind not in STOCKED else answer | self._stock_fields(obj, store_ids)

        return json_response(list_answer(self.account, "/entity/assortment", "assortment", page, rows, shown))

    def _remembered(self, query: Query, new: bool) -> Selection:
        """The selection of the page before, as long as nothing it was made of changed."""
        asked = tuple(pair for pair in query if pair[0] not in PAGING)
        versions = tuple(self.account.objects[kind].version for kind in (*ITEMS, "productfolder"))
        if self._last is None or self._last[0] != (asked, new, versions):
            self._last = ((asked, new, versions), self._select(query, new))
        return self._last[1]

    def _select(self, query: Query, new: bool) -> Selection:
        wanted, stores, kinds = [], set(), []
        for name, operator, value in conditions(query):
            if new and name in OLD_ONLY:
                raise ApiError(1034, name, parameter="filter")
            if name == "stockStore":
                stores.add(ref_of_href(self.account, value, "filter").id)
            elif name == "type":
                kinds.append(value)
            elif name in FILTERS:
                wanted.append((name, operator, value))
            elif name not in OLD_ONLY:
                raise ApiError(1034, name, parameter="filter")
        values = dict(query)
        rows: list[tuple[str, Obj]] = []
        for kind in kinds or ITEMS:
            if kind not in ITEMS:
                raise ApiError(1035, "type", parameter="filter")
            tests = filters.build(self.account, kind, wanted)
            if values.get("search"):
                tests.append(filters.search(kind, values["search"]))
            found = self.account.objects[kind].values()
            rows += [(kind, obj) for obj in found if all(test(obj) for test in tests)]
        return order(rows, values.get("order", "")), stores or None

    def _stock_fields(self, obj: Obj, store_ids: set[str] | None) -> dict[str, float]:
        level = self.stock.of_item(obj["id"], store_ids)
        return {
            "stock": level.stock,
            "reserve": level.reserve,
            "inTransit": level.transit,
            "quantity": level.value("quantity"),
        }

    def _settings(self) -> dict[str, Any]:
        href = f"{self.account.base}/entity/assortment/settings"
        return {
            "meta": {"href": href, "type": "assortmentsettings", "mediaType": "application/json"},
            "uniqueCodeRules": {"checkUniqueCode": False, "fillUniqueCode": False},
            "barcodeRules": {"fillEAN13Barcode": True},
            "createdShared": True,
        }


def order(rows: list[tuple[str, Obj]], text: str) -> list[tuple[str, Obj]]:
    """Order by fields all goods share. 1063 for any other."""
    for part in reversed([part for part in text.split(";") if part]):
        name, _, direction = part.partition(",")
        if name not in ("id", "updated") and name not in KINDS["product"].by_name:
            raise ApiError(1063, name, parameter="order")
        key = plain_key(name)
        rows.sort(key=lambda row, key=key: key(row[1]), reverse=direction == "desc")  # type: ignore[misc]
    return rows
