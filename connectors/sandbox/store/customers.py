"""Registered buyers as REST v3 shows them; made by the shopkeeper only."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.http import Response, json_response
from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.orders import BILLING, SHIPPING
from connectors.sandbox.store.shop import API, Obj, Shop, gmt, local, now


def add(shop: Shop, *, role: str = "customer", meta: dict[str, Any] | None = None, **fields: str) -> int:
    """An account with a role, further fields, and first_name, last_name, email, username. Returns its id."""
    customer: Obj = {
        "id": shop.next("user"),
        "created": now(),
        "role": role,
        "meta_data": [shop.meta(name, value) for name, value in (meta or {}).items()],
        **{name: fields.get(name, "") for name in ("email", "first_name", "last_name", "username")},
    }
    shop.customers[customer["id"]] = customer
    return int(customer["id"])


def page(shop: Shop, customer_id: int) -> Response:
    """GET /customers/ID."""
    customer = shop.customers.get(customer_id)
    if customer is None:
        raise RestError(404, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    return json_response(shown(shop, customer))


def shown(shop: Shop, customer: Obj) -> dict[str, Any]:
    """Paying is who has an order that is completed."""
    base = f"{shop.origin}{API}/customers"
    theirs = (order for order in shop.orders.values() if order["customer_id"] == customer["id"])
    names = {name: customer[name] for name in ("first_name", "last_name")}
    return {
        "id": customer["id"],
        "date_created": local(customer["created"]),
        "date_created_gmt": gmt(customer["created"]),
        "date_modified": None,
        "date_modified_gmt": None,
        "email": customer["email"],
        **names,
        "role": customer["role"],
        "username": customer["username"],
        "billing": dict.fromkeys(BILLING, "") | names | {"email": customer["email"]},
        "shipping": dict.fromkeys(SHIPPING, "") | names,
        "is_paying_customer": any(order["status"] == "completed" for order in theirs),
        "avatar_url": "",
        "meta_data": [dict(meta) for meta in customer["meta_data"]],
        "_links": {
            "self": [{"href": f"{base}/{customer['id']}"}],
            "collection": [{"href": base}],
        },
    }
