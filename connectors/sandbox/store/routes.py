"""Addresses of REST v3 to what they do."""

from __future__ import annotations

import json
from typing import Any

from connectors.sandbox.http import Request, Response, json_response
from connectors.sandbox.store import customers, site_pages
from connectors.sandbox.store.core_webhooks import CoreWebhooks
from connectors.sandbox.store.errors import RestError, no_route
from connectors.sandbox.store.lists import Query, created, page_response
from connectors.sandbox.store.order_pages import OrderPages
from connectors.sandbox.store.product_pages import ProductPages
from connectors.sandbox.store.refund_pages import RefundPages
from connectors.sandbox.store.shop import API, Shop
from connectors.sandbox.store.statuses import shown_statuses
from connectors.sandbox.store.tax_shape import shown_rates

WRITES = ("PUT", "POST", "PATCH")


class Routes:
    """Runs under the shop's lock; RestError is the answer of whatever goes wrong."""

    def __init__(self, shop: Shop, core: CoreWebhooks) -> None:
        self.shop = shop
        self.core = core
        self.orders = OrderPages(shop)
        self.products = ProductPages(shop)
        self.refunds = RefundPages(shop)

    def answer(self, request: Request) -> Response:
        if not request.path.startswith(API + "/"):
            raise no_route()
        parts = request.path.removeprefix(API).strip("/").split("/")
        body = read_body(request) if request.method in WRITES else {}
        match parts[0]:
            case "orders":
                return self._orders(request, numbers(parts[1:]), body)
            case "products":
                return self._products(request, numbers(parts[1:]), body)
            case "webhooks":
                return self._webhooks(request, numbers(parts[1:]), body)
            case "customers" if request.method == "GET" and len(parts) == 2 and parts[1].isdecimal():
                return customers.page(self.shop, int(parts[1]))
            case "shipping" if request.method == "GET":
                return self._shipping(request, parts[1:])
        pages: dict[str, Any] = {
            "refunds": lambda: self.refunds.of_all_orders(request),
            "system_status": lambda: json_response(site_pages.system_status(self.shop)),
            "settings/general": lambda: json_response(site_pages.general_settings(self.shop)),
            "settings/products/woocommerce_weight_unit": lambda: json_response(
                site_pages.weight_unit(self.shop)
            ),
            "payment_gateways": lambda: page_response(
                self.shop, request, Query(request.query), site_pages.payment_gateways(self.shop), dict
            ),
            "taxes": lambda: page_response(
                self.shop, request, Query(request.query), shown_rates(self.shop), dict
            ),
        }
        page = pages.get("/".join(parts))
        if page is None or request.method != "GET":
            raise no_route()
        response: Response = page()
        return response

    def _shipping(self, request: Request, rest: list[str]) -> Response:
        match numbers(rest):
            case ["zones"]:
                rows = site_pages.shipping_zones(self.shop)
            case ["zones", int(zone), "methods"] if zone in site_pages.SHIPPING_ZONES:
                rows = site_pages.shipping_methods(self.shop, zone)
            case _:
                raise no_route()
        return page_response(self.shop, request, Query(request.query), rows, dict)

    def _orders(self, request: Request, rest: list[str | int], body: dict[str, Any]) -> Response:
        match (request.method, *rest):
            case ("GET",):
                return self.orders.listed(request)
            case ("POST",):
                return self.orders.create(body)
            case ("GET", "statuses"):
                return json_response(shown_statuses(self.shop))
            case ("POST" | "PUT" | "PATCH", "batch"):
                return self.orders.batch(body)
            case ("GET", int(order_id)):
                return self.orders.get(order_id, request)
            case ("PUT" | "POST" | "PATCH", int(order_id)):
                return self.orders.update(order_id, body)
            case ("DELETE", int(order_id)):
                return self.orders.delete(order_id, forced(request))
            case ("GET", int(order_id), "notes"):
                return self.orders.notes(order_id, request)
            case ("POST", int(order_id), "notes"):
                return self.orders.add_note(order_id, body)
            case ("GET" | "DELETE" as method, int(order_id), "notes", int(note_id)):
                return self.orders.one_note(order_id, note_id, method)
            case ("GET", int(order_id), "refunds"):
                return self.refunds.listed(order_id, request)
            case ("POST", int(order_id), "refunds"):
                return self.refunds.create(order_id, body)
            case ("GET", int(order_id), "refunds", int(refund_id)):
                return self.refunds.get(order_id, refund_id)
            case ("DELETE", int(order_id), "refunds", int(refund_id)):
                return self.refunds.delete(order_id, refund_id, forced(request))
        raise no_route()

    def _products(self, request: Request, rest: list[str | int], body: dict[str, Any]) -> Response:
        match (request.method, *rest):
            case ("GET",):
                return self.products.listed(request)
            case ("POST",):
                return self.products.create(body)
            case ("POST" | "PUT" | "PATCH", "batch"):
                return self.products.batch(body)
            case ("GET", "categories"):
                return self.products.categories(request)
            case ("GET", int(product_id)):
                return self.products.get(product_id, request)
            case ("PUT" | "POST" | "PATCH", int(product_id)):
                return self.products.update(product_id, body)
            case ("DELETE", int(product_id)):
                return self.products.delete(product_id, forced(request))
            case ("GET", int(parent_id), "variations"):
                return self.products.variations(parent_id, request)
            case ("POST", int(parent_id), "variations"):
                return self.products.create_variation(parent_id, body)
            case ("POST" | "PUT" | "PATCH", int(parent_id), "variations", "batch"):
                return self.products.variations_batch(parent_id, body)
            case (method, int(parent_id), "variations", int(variation_id)):
                return self.products.variation(parent_id, variation_id, str(method), body)
        raise no_route()

    def _webhooks(self, request: Request, rest: list[str | int], body: dict[str, Any]) -> Response:
        match (request.method, *rest):
            case ("GET",):
                rows = sorted(self.shop.webhooks.values(), key=lambda row: -row["id"])
                query = Query(request.query)
                return page_response(
                    self.shop, request, query, rows, lambda row: site_pages.shown_webhook(self.shop, row)
                )
            case ("POST",):
                shown = site_pages.shown_webhook(self.shop, self.core.add(body))
                return created(self.shop, shown, f"/webhooks/{shown['id']}")
            case ("GET" | "DELETE" as method, int(id_)) if id_ in self.shop.webhooks:
                shown = site_pages.shown_webhook(self.shop, self.shop.webhooks[id_])
                if method == "DELETE":
                    del self.shop.webhooks[id_]
                return json_response(shown)
        raise no_route()


def numbers(parts: list[str]) -> list[str | int]:
    return [int(part) if part.isdecimal() else part for part in parts]


def forced(request: Request) -> bool:
    return Query(request.query).one("force").lower() in ("1", "true", "yes")


def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of a body. rest_invalid_json as captured."""
    if not request.body:
        return {}
    try:
        body = json.loads(request.body)
    except ValueError:
        raise RestError(
            400,
            "rest_invalid_json",
            "Invalid JSON body passed.",
            json_error_code=4,
            json_error_message="Syntax error",
        ) from None
    return body if isinstance(body, dict) else {}
