"""Products and variations as REST v3 shows them, key by key like the captures; the two shapes differ."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from connectors.sandbox.store import money
from connectors.sandbox.store.shop import API, Obj, Shop, gmt, local

ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def slug(text: str) -> str:
    """WordPress keeps Cyrillic slugs percent-encoded in lower case."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return quote("-".join(words)).lower()


def stock_fields(shop: Shop, product: Obj) -> dict[str, Any]:
    """manage_stock true, false or "parent" (a variation under its parent's stock reports the parent's quantity)."""
    parent = shop.products.get(product["parent_id"])
    shared = parent is not None and parent["manage_stock"] is True and product["manage_stock"] is not True
    keeper = parent if shared and parent is not None else product
    return {
        "manage_stock": "parent" if shared else product["manage_stock"],
        "stock_quantity": keeper["stock_quantity"] if keeper["manage_stock"] is True else None,
        "stock_status": keeper["stock_status"],
        "backorders": product["backorders"],
        "backorders_allowed": product["backorders"] != "no",
        "backordered": product["stock_status"] == "onbackorder",
        "low_stock_amount": None,
    }


def dates(product: Obj) -> dict[str, Any]:
    return {
        "date_created": local(product["created"]),
        "date_created_gmt": gmt(product["created"]),
        "date_modified": local(product["modified"]),
        "date_modified_gmt": gmt(product["modified"]),
    }


def prices(product: Obj) -> dict[str, Any]:
    return {
        "price": product["price"],
        "regular_price": product["regular_price"],
        "sale_price": product["sale_price"],
        "date_on_sale_from": None,
        "date_on_sale_from_gmt": None,
        "date_on_sale_to": None,
        "date_on_sale_to_gmt": None,
        "on_sale": product["sale_price"] != "",
    }


def downloads() -> dict[str, Any]:
    return {
        "virtual": False,
        "downloadable": False,
        "downloads": [],
        "download_limit": -1,
        "download_expiry": -1,
    }


def attribute(given: Obj) -> dict[str, Any]:
    return {name: given[name] for name in ("id", "name", "slug", "option")}


def permalink(shop: Shop, product: Obj) -> str:
    parent = shop.products.get(product["parent_id"])
    if parent is None:
        return f"{shop.home_url}/product/{slug(product['name'])}/"
    query = "&".join(f"attribute_{item['slug']}={quote(item['value'])}" for item in product["attributes"])
    return f"{shop.home_url}/product/{slug(parent['name'])}/?{query}"


def shown_product(shop: Shop, product: Obj) -> dict[str, Any]:
    """An element of /products, where variations appear too when asked for by SKU."""
    base, stock = f"{shop.origin}{API}/products", stock_fields(shop, product)
    variation = product["type"] == "variation"
    amount = f"{money.amount(product['price']):,.2f}".replace(",", " ").replace(".", ",")
    span = '<span class="woocommerce-Price-amount amount"><bdi>'
    symbol = '<span class="woocommerce-Price-currencySymbol" translate="no">&#8381;</span>'
    answer = {
        "id": product["id"],
        "name": product["name"],
        "slug": slug(product["name"]),
        "permalink": permalink(shop, product),
        **dates(product),
        "type": product["type"],
        "status": product["status"],
        "featured": False,
        "catalog_visibility": "visible",
        "description": "",
        "short_description": "",
        "sku": product["sku"],
        **prices(product),
        "purchasable": product["price"] != "",
        "total_sales": "0" if variation else 0,
        **downloads(),
        "external_url": "",
        "button_text": "",
        "tax_status": "taxable",
        "tax_class": "",
        "manage_stock": stock["manage_stock"],
        "stock_quantity": stock["stock_quantity"],
        "backorders": stock["backorders"],
        "backorders_allowed": stock["backorders_allowed"],
        "backordered": stock["backordered"],
        "low_stock_amount": stock["low_stock_amount"],
        "sold_individually": False,
        "weight": product["weight"],
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_required": True,
        "shipping_taxable": True,
        "shipping_class": "",
        "shipping_class_id": 0,
        "reviews_allowed": not variation,
        "average_rating": "0.00",
        "rating_count": 0,
        "upsell_ids": [],
        "cross_sell_ids": [],
        "parent_id": product["parent_id"],
        "purchase_note": "",
        "categories": [] if variation else [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}],
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": [attribute(item) for item in product["attributes"]]
        if variation
        else product["attributes"],
        "default_attributes": [],
        "variations": product["variations"],
        "grouped_products": [],
        "menu_order": 0,
        "price_html": f"{span}{amount}&nbsp;{symbol}</bdi></span>" if product["price"] else "",
        "related_ids": [],
        "meta_data": [dict(meta) for meta in product["meta_data"]],
        "stock_status": stock["stock_status"],
        "has_options": product["type"] == "variable",
        "post_password": "",
        "global_unique_id": "",
        "_links": links(f"{base}/{product['id']}", base),
    }
    if variation:
        answer["_links"]["up"] = [{"href": f"{base}/{product['parent_id']}"}]
    return answer


def shown_variation(shop: Shop, product: Obj) -> dict[str, Any]:
    """An element of /products/ID/variations."""
    base, stock = f"{shop.origin}{API}/products/{product['parent_id']}", stock_fields(shop, product)
    return {
        "id": product["id"],
        "type": "variation",
        **dates(product),
        "description": "",
        "permalink": permalink(shop, product),
        "sku": product["sku"],
        "global_unique_id": "",
        **prices(product),
        "status": product["status"],
        "purchasable": product["price"] != "",
        **downloads(),
        "tax_status": "taxable",
        "tax_class": "parent",
        **stock,
        "weight": product["weight"],
        "dimensions": {"length": "", "width": "", "height": ""},
        "shipping_class": "",
        "shipping_class_id": 0,
        "image": None,
        "gallery_image_ids": [],
        "attributes": [attribute(item) for item in product["attributes"]],
        "menu_order": 0,
        "meta_data": [dict(meta) for meta in product["meta_data"]],
        "name": ", ".join(item["option"] for item in product["attributes"]),
        "parent_id": product["parent_id"],
        "_links": links(f"{base}/variations/{product['id']}", f"{base}/variations")
        | {"up": [{"href": base}]},
    }


def links(own: str, collection: str) -> dict[str, Any]:
    return {
        "self": [{"href": own, "targetHints": {"allow": ALLOW}}],
        "collection": [{"href": collection}],
    }
