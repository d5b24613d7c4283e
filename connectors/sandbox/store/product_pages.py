"""`/products` and `/products/ID/variations` of REST v3: list, one, create, change, delete, batch."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import products
from connectors.sandbox.store.batch import run_batch
from connectors.sandbox.store.errors import RestError, not_in_enum, unknown_product
from connectors.sandbox.store.lists import Query, created, page_response, trimmed
from connectors.sandbox.store.product_shape import shown_product, shown_variation
from connectors.sandbox.store.shop import Obj, Shop

STATUSES = ("any", "future", "trash", "draft", "pending", "private", "publish")
TYPES = ("simple", "grouped", "external", "variable", "variation")
SORTS = ("date", "id", "include", "title", "slug", "modified", "price", "popularity", "rating", "menu_order")
USE_VARIATIONS = (
    "To manipulate product variations you should use the "
    "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint."
)


class ProductPages:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def listed(self, request: Request) -> Response:
        query = Query(request.query)
        return page_response(
            self.shop, request, query, self._select(query), lambda row: shown_product(self.shop, row)
        )

    def _select(self, query: Query) -> list[Obj]:
        """Variations are listed only when `sku` or `include` names them or the type is variation."""
        skus, include, exclude = set(query.many("sku")), query.ids("include"), query.ids("exclude") or set()
        type_, status = query.one("type"), query.choice("status", "any", STATUSES)
        if type_ and type_ not in TYPES:
            raise not_in_enum("type", "type", TYPES)
        after, search = query.moment("modified_after"), query.one("search").lower()
        stock_status = query.one("stock_status")
        found = [
            product
            for product in self.shop.products.values()
            if (product["type"] == type_ if type_ else product["type"] != "variation" or skus or include)
            and (not skus or product["sku"] in skus)
            and (include is None or product["id"] in include)
            and product["id"] not in exclude
            and (product["status"] == status or (status == "any" and product["status"] != "trash"))
            and (after is None or product["modified"] > after)
            and (not search or search in product["name"].lower())
            and (not stock_status or product["stock_status"] == stock_status)
        ]
        orderby = query.choice("orderby", "date", SORTS)
        descending = query.choice("order", "desc", ("asc", "desc")) == "desc"
        field = {"date": "created", "modified": "modified", "title": "name"}.get(orderby, "id")
        found.sort(key=lambda product: (product[field], product["id"]), reverse=descending)
        return found

    def get(self, product_id: int, request: Request) -> Response:
        """One product; a variation's id is answered too, in the shape of a product."""
        product = self.shop.products.get(product_id)
        if product is None:
            raise unknown_product()
        return json_response(trimmed(shown_product(self.shop, product), Query(request.query).many("_fields")))

    def create(self, body: Obj) -> Response:
        products.check_types(body)
        product = products.create(self.shop, body)
        return created(self.shop, shown_product(self.shop, product), f"/products/{product['id']}")

    def update(self, product_id: int, body: Obj) -> Response:
        product = self._writable(product_id)
        products.check_types(body)
        return json_response(shown_product(self.shop, products.change(self.shop, product, body)))

    def delete(self, product_id: int, force: bool) -> Response:
        product = self._writable(product_id)
        shown = shown_product(self.shop, product)
        if force:
            products.delete(self.shop, product)
        else:
            product["status"] = "trash"
        return json_response(shown)

    def batch(self, body: Obj) -> Response:
        """Unknown id: 400 in update, 404 in delete; a variation's id: 404. Types are not checked."""

        def update(item: Obj) -> Any:
            product = self.shop.products.get(item.get("id", 0))
            if product is None:
                raise RestError(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")
            product = self._writable(product["id"])
            return shown_product(self.shop, products.change(self.shop, product, item))

        def delete(product_id: int) -> Any:
            product = products.find(self.shop, product_id)
            shown = shown_product(self.shop, product)
            products.delete(self.shop, product)
            return shown

        def create(item: Obj) -> Any:
            return shown_product(self.shop, products.create(self.shop, item))

        return run_batch(body, create, update, delete)

    def _writable(self, product_id: int) -> Obj:
        product = self.shop.products.get(product_id)
        if product is not None and product["type"] == "variation":
            raise RestError(404, "woocommerce_rest_invalid_product_id", USE_VARIATIONS)
        return products.find(self.shop, product_id)

    def variations(self, parent_id: int, request: Request) -> Response:
        """Newest first unless ordered otherwise."""
        query = Query(request.query)
        skus, include = set(query.many("sku")), query.ids("include")
        rows = [
            self.shop.products[id_]
            for id_ in products.find(self.shop, parent_id)["variations"]
            if (include is None or id_ in include) and (not skus or self.shop.products[id_]["sku"] in skus)
        ]
        rows.sort(key=lambda row: row["id"], reverse=query.choice("order", "desc", ("asc", "desc")) == "desc")
        return page_response(self.shop, request, query, rows, lambda row: shown_variation(self.shop, row))

    def variation(self, parent_id: int, variation_id: int, method: str, body: Obj) -> Response:
        variation = products.find_variation(self.shop, parent_id, variation_id)
        if method in ("PUT", "POST", "PATCH"):
            products.check_types(body)
            products.change(self.shop, variation, body)
        shown = shown_variation(self.shop, variation)
        if method == "DELETE":
            products.delete(self.shop, variation)
        return json_response(shown)

    def variations_batch(self, parent_id: int, body: Obj) -> Response:
        """Unknown id: 404 in the item."""
        products.find(self.shop, parent_id)

        def update(item: Obj) -> Any:
            variation = products.find_variation(self.shop, parent_id, item.get("id", 0))
            return shown_variation(self.shop, products.change(self.shop, variation, item))

        def delete(variation_id: int) -> Any:
            variation = products.find_variation(self.shop, parent_id, variation_id)
            shown = shown_variation(self.shop, variation)
            products.delete(self.shop, variation)
            return shown

        def create(item: Obj) -> Any:
            raise RestError(400, "rest_invalid_param", "The stand-in creates variations by seeding only.")

        return run_batch(body, create, update, delete)
