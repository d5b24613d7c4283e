"""`/products` and `/products/ID/variations` of REST v3: list, one, create, change, delete, batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import product_list, products
from connectors.sandbox.store.batch import run_batch
from connectors.sandbox.store.catalogue import Product
from connectors.sandbox.store.errors import RestError, unknown_product
from connectors.sandbox.store.lists import Query, created, page_response, trimmed
from connectors.sandbox.store.product_body import check_types, number_sent
from connectors.sandbox.store.product_shape import categories, shown_product, shown_variation
from connectors.sandbox.store.shop import Obj, Shop

Shape = Callable[[Shop, Obj], dict[str, Any]]


class ProductPages:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def listed(self, request: Request) -> Response:
        query = Query(request.query)
        return self._page(request, query, product_list.products(self.shop, query), shown_product)

    def _page(self, request: Request, query: Query, ids: Sequence[int], shown: Shape) -> Response:
        rows = self.shop.products
        return page_response(self.shop, request, query, ids, lambda id_: shown(self.shop, rows[id_]))

    def categories(self, request: Request) -> Response:
        rows = [{"categories": (id_,)} for id_ in self.shop.categories]
        query = Query(request.query)
        return page_response(self.shop, request, query, rows, lambda row: categories(self.shop, row)[0])

    def get(self, product_id: int, request: Request) -> Response:
        """One product; a variation's id is answered too, in the shape of a product."""
        product = self.shop.products.get(product_id)
        if product is None:
            raise unknown_product()
        return json_response(trimmed(shown_product(self.shop, product), Query(request.query).many("_fields")))

    def create(self, body: Obj) -> Response:
        check_types(body)
        product = products.create(self.shop, body)
        return created(self.shop, shown_product(self.shop, product), f"/products/{product['id']}")

    def update(self, product_id: int, body: Obj) -> Response:
        check_types(body)
        return json_response(self._updated(body | {"id": product_id}))

    def _updated(self, body: Obj) -> Any:
        """An unknown id is 400 here, alone and in a batch (source); a variation's id is 404."""
        id_ = int(number_sent(body.get("id")))
        if id_ not in self.shop.products:
            raise RestError(400, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        product = self._writable(id_)
        return shown_product(self.shop, products.change(self.shop, product, body))

    def delete(self, product_id: int, force: bool) -> Response:
        product = self._writable(product_id)
        shown = shown_product(self.shop, product)
        if force:
            products.delete(self.shop, product)
        elif product["status"] == "trash":
            raise RestError(410, "woocommerce_rest_already_trashed", "The product has already been deleted.")
        else:
            products.trash(self.shop, product)
        return json_response(shown)

    def batch(self, body: Obj) -> Response:
        """Unknown id: 400 in update, 404 in delete; a variation's id: 404. Types are not checked."""

        def delete(product_id: int) -> Any:
            product = products.find(self.shop, product_id)
            shown = shown_product(self.shop, product)
            products.delete(self.shop, product)
            return shown

        def create(item: Obj) -> Any:
            return shown_product(self.shop, products.create(self.shop, item))

        return run_batch(body, create, self._updated, delete)

    def _writable(self, product_id: int) -> Product:
        product = self.shop.products.get(product_id)
        if product is not None and product["type"] == "variation":
            raise RestError(404, "woocommerce_rest_invalid_product_id", products.USE_VARIATIONS)
        return products.find(self.shop, product_id)

    def variations(self, parent_id: int, request: Request) -> Response:
        """Newest first unless ordered otherwise."""
        query = Query(request.query)
        ids = product_list.variations(self.shop, products.find(self.shop, parent_id), query)
        return self._page(request, query, ids, shown_variation)

    def create_variation(self, parent_id: int, body: Obj) -> Response:
        check_types(body)
        shown = self._created_variation(parent_id, body)
        return created(self.shop, shown, f"/products/{parent_id}/variations/{shown['id']}")

    def _created_variation(self, parent_id: int, body: Obj) -> dict[str, Any]:
        parent = self.shop.products.get(parent_id)
        if parent is None:
            message = "Cannot set attributes due to invalid parent product."
            raise RestError(404, "woocommerce_rest_product_variation_invalid_parent", message)
        return shown_variation(self.shop, products.create_variation(self.shop, parent, body))

    def variation(self, parent_id: int, variation_id: int, method: str, body: Obj) -> Response:
        variation = products.find_variation(self.shop, parent_id, variation_id)
        if method in ("PUT", "POST", "PATCH"):
            check_types(body)
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
            return self._created_variation(parent_id, item)

        return run_batch(body, create, update, delete)
