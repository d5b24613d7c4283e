"""Goods of the site: products and variations, read in lists and written in batches of at most 100.

The batch endpoints skip the schema's validation (`"abc"` becomes a stock of 0), so types are checked here.
Source: REST API documentation, "Products", "Product variations", "Batch".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError, TransientError
from connectors.woocommerce.batch_types import wrong_type
from connectors.woocommerce.errors import error_from_item
from connectors.woocommerce.wire import Product

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce

MAX_BATCH = 100
SKUS_PER_CALL = 50
_SHARED = (
    "id,name,type,status,sku,global_unique_id,parent_id,manage_stock,stock_quantity,stock_status,backorders,"
    "regular_price,sale_price,price,date_on_sale_from_gmt,date_on_sale_to_gmt,weight,description,"
    "date_modified_gmt,sklad_bridge_sale"
)
PRODUCT_FIELDS = f"{_SHARED},variations,catalog_visibility"
VARIATION_FIELDS = f"{_SHARED},attributes"
"""What goods are read with; `meta_data`, often the largest part of a product, only where it is asked for."""
STOCK_FIELDS = "id,type,parent_id,manage_stock,stock_quantity,stock_status,backorders,sklad_bridge_sale"

Result = dict[str, Any] | ConnectorError


class Products:
    """Reached as `WooCommerce.products`."""

    def __init__(self, client: WooCommerce) -> None:
        self._client = client

    def products(self, fields: str | Iterable[str] = PRODUCT_FIELDS, **params: Any) -> Iterator[Product]:
        """All products of every status but trash, by id; variations come by `variations(parent_id)`.

        New products join at the end of this order, so paging by number loses none of them.
        """
        query = {"status": "any", "orderby": "id", "order": "asc", "_fields": _joined(fields), **params}
        return cast(Iterator[Product], self._client.rows("products", **query))

    def page(
        self, number: int, fields: str | Iterable[str] = PRODUCT_FIELDS
    ) -> tuple[list[Product], int | None]:
        """One page of what `products` gives, from 1 on, and the number of pages (None when nobody says it)."""
        found, pages = self._client.page(
            "products",
            per_page=MAX_BATCH,
            page=number,
            status="any",
            orderby="id",
            order="asc",
            _fields=_joined(fields),
        )
        return cast(list[Product], found), pages

    def variations(self, parent_id: int, fields: str | Iterable[str] = VARIATION_FIELDS) -> Iterator[Product]:
        """All variations of a product. `manage_stock` is "parent" where the parent's stock counts."""
        rows = self._client.rows(
            f"products/{int(parent_id)}/variations", orderby="id", order="asc", _fields=_joined(fields)
        )
        return cast(Iterator[Product], rows)

    def variations_page(
        self, parent_id: int, number: int, fields: str | Iterable[str] = VARIATION_FIELDS
    ) -> tuple[list[Product], int | None]:
        """One page of what `variations` gives, from 1 on, and the number of pages (None when nobody says it)."""
        found, pages = self._client.page(
            f"products/{int(parent_id)}/variations",
            per_page=MAX_BATCH,
            page=number,
            orderby="id",
            order="asc",
            _fields=_joined(fields),
        )
        return cast(list[Product], found), pages

    def count(self) -> int | None:
        """How many rows `products` gives, in one small call; None when a proxy took the header away."""
        return self._client.count("products", status="any")

    def by_ids(self, ids: Iterable[int], fields: str | Iterable[str] = PRODUCT_FIELDS) -> list[Product]:
        """Those of these products that are there, but for the trash; one call per 100. Ids of variations are not found
        here."""
        rows = self._client.rows_by_ids("products", ids, _fields=_joined(fields), status="any")
        return cast(list[Product], rows)

    def variations_by_ids(
        self, parent_id: int, ids: Iterable[int], fields: str | Iterable[str] = VARIATION_FIELDS
    ) -> list[Product]:
        """Those of these variations that the product has; one call per 100."""
        path = f"products/{int(parent_id)}/variations"
        return cast(list[Product], self._client.rows_by_ids(path, ids, _fields=_joined(fields)))

    def create(self, body: Mapping[str, Any]) -> Product:
        """Make a product (`name`, `status` "draft" …). A SKU that is taken is a PermanentError
        `product_invalid_sku`; after OutcomeUnknown look for the SKU before trying again.
        """
        return cast(Product, self._client.post("products", body))

    def by_skus(self, skus: Iterable[str], fields: str | Iterable[str] = PRODUCT_FIELDS) -> list[Product]:
        """Products and variations with exactly these SKUs; one call per 50.

        A SKU with a comma cannot be asked for (the parameter is a comma list): it is never found this way.
        """
        wanted = list(dict.fromkeys(sku for sku in skus if sku and "," not in sku))
        found: list[dict[str, Any]] = []
        for start in range(0, len(wanted), SKUS_PER_CALL):
            part = wanted[start : start + SKUS_PER_CALL]
            found += self._client.rows("products", sku=part, _fields=_joined(fields))
        return cast(list[Product], found)

    def batch(self, updates: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Update products (`{id, ...}`), one result per update in order. Variations need
        `variations_batch`.
        """
        return self._batch("products/batch", updates)

    def variations_batch(self, parent_id: int, updates: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Update variations of one product, one result per update in order."""
        return self._batch(f"products/{int(parent_id)}/variations/batch", updates)

    def _batch(self, path: str, updates: Sequence[Mapping[str, Any]]) -> list[Result]:
        """A batch that fails as a whole raises when it was the first one sent; otherwise its error is the
        result of its items, and the items after it are not sent.
        """
        results: list[Result | None] = [_refused(update) for update in updates]
        good = [place for place, refused in enumerate(results) if refused is None]
        for start in range(0, len(good), MAX_BATCH):
            places = good[start : start + MAX_BATCH]
            try:
                answers = self._send(path, [updates[place] for place in places])
            except ConnectorError as exc:
                if start == 0:
                    raise
                for place in places:
                    results[place] = exc
                for place in good[start + MAX_BATCH :]:
                    results[place] = TransientError(
                        "Not sent: an earlier part of this batch failed.", why="earlier_failed"
                    )
                break
            for place, result in zip(places, answers, strict=True):
                results[place] = result
        return [result for result in results if result is not None]

    def _send(self, path: str, updates: list[Mapping[str, Any]]) -> list[Result]:
        body = self._client.post(path, {"update": updates})
        items = body.get("update") if isinstance(body, dict) else None
        if not isinstance(items, list) or len(items) != len(updates):
            raise OutcomeUnknown(
                "The site's answer to the batch does not fit what was sent.", why="unreadable"
            )
        return [_result(item, update) for item, update in zip(items, updates, strict=True)]


def _result(item: Any, update: Mapping[str, Any]) -> Result:
    if not isinstance(item, dict) or item.get("id") != update["id"]:
        return OutcomeUnknown("The site's result for this item cannot be read.", why="unreadable")
    if "error" in item:
        error = item["error"]
        return error_from_item(error if isinstance(error, Mapping) else {}, 400, "POST")
    return item


def _refused(update: Mapping[str, Any]) -> PermanentError | None:
    reason = wrong_type(update)
    if not reason:
        return None
    return PermanentError(f"Not sent: {reason}.", code="net_type", why="wrong_kind", names={"words": reason})


def _joined(fields: str | Iterable[str]) -> str:
    return fields if isinstance(fields, str) else ",".join(fields)
