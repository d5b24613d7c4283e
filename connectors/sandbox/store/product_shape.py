"""Products and variations as REST v3 shows them, key by key like the captures; the two shapes differ."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from connectors.sandbox.store import prices as pricing
from connectors.sandbox.store.product_attributes import slug
from connectors.sandbox.store.shop import API, Obj, Shop, gmt, local
from connectors.sandbox.store.stock import item_id

ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def stock_fields(shop: Shop, product: Obj) -> dict[str, Any]:
    """manage_stock true, false or "parent" (a variation under its parent's stock reports the parent's quantity)."""
    parent = shop.products.get(product["parent_id"])
    shared = parent is not None and parent["manage_stock"] is True and product["manage_stock"] is not True
    keeper = parent if shared and parent is not None else product
    return {
        "manage_stock": "parent" if shared else product["manage_stock"],
        "stock_quantity": keeper["stock_quantity"] if keeper["manage_stock"] is True else None,
        "stock_status": keeper["stock_status"],
        "backorders": keeper["backorders"],
        "backorders_allowed": keeper["backorders"] in ("yes", "notify"),
        "backordered": is_backordered(keeper),
        "low_stock_amount": None,
    }


def is_backordered(product: Obj) -> bool:
    below = product["backorders"] in ("yes", "notify") and (product["stock_quantity"] or 0) < 0
    return bool(product["stock_status"] == "onbackorder" or (product["manage_stock"] is True and below))


def dates(product: Obj) -> dict[str, Any]:
    return {
        "date_created": local(product["created"]),
        "date_created_gmt": gmt(product["created"]),
        "date_modified": local(product["modified"]),
        "date_modified_gmt": gmt(product["modified"]),
    }


def prices(product: Obj) -> dict[str, Any]:
    return {
        "price": pricing.active(product),
        "regular_price": product["regular_price"],
        "sale_price": product["sale_price"],
        "date_on_sale_from": local(product["sale_from"]),
        "date_on_sale_from_gmt": gmt(product["sale_from"]),
        "date_on_sale_to": local(product["sale_to"]),
        "date_on_sale_to_gmt": gmt(product["sale_to"]),
        "on_sale": pricing.on_sale(product),
    }


def plugin_field(shop: Shop, product: Obj) -> dict[str, int]:
    """The companion plugin adds the number of the last sale of the stock item."""
    return {"sklad_bridge_sale": shop.journal.last(item_id(shop, product))} if shop.keeps_journal else {}


def categories(shop: Shop, product: Obj) -> list[dict[str, Any]]:
    names = {id_: shop.categories[id_] for id_ in product["categories"] if id_ in shop.categories}
    return [{"id": id_, "name": name, "slug": slug(name)} for id_, name in names.items()]


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
    query = "&".join(
        f"attribute_{quote(item['slug'])}={quote(item['value'])}" for item in product["attributes"]
    )
    return f"{shop.home_url}/product/{slug(parent['name'])}/?{query}"


def shown_product(shop: Shop, product: Obj) -> dict[str, Any]:
    """An element of /products, where variations appear too when asked for by SKU."""
    pricing.sync(shop, product)
    base, stock = f"{shop.origin}{API}/products", stock_fields(shop, product)
    variation, price = product["type"] == "variation", pricing.active(product)
    amount = f"{pricing.worth(price):,.2f}".replace(",", " ").replace(".", ",")
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
        "catalog_visibility": product["catalog_visibility"],
        "description": product["description"],
        "short_description": product["short_description"],
        "sku": product["sku"],
        **prices(product),
        "purchasable": price != "",
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
        "categories": [] if variation else categories(shop, product),
        "brands": [],
        "tags": [],
        "images": [],
        "attributes": [attribute(item) for item in product["attributes"]]
        if variation
        else product["attributes"],
        "default_attributes": [],
        "variations": product["variations"] if product["type"] == "variable" else [],
        "grouped_products": [],
        "menu_order": 0,
        "price_html": f"{span}{amount}&nbsp;{symbol}</bdi></span>" if price else "",
        "related_ids": [],
        "meta_data": [dict(meta) for meta in product["meta_data"]],
        "stock_status": stock["stock_status"],
        "has_options": product["type"] == "variable",
        "post_password": "",
        "global_unique_id": product["global_unique_id"],
        **plugin_field(shop, product),
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
        "description": product["description"],
        "permalink": permalink(shop, product),
        "sku": product["sku"],
        "global_unique_id": product["global_unique_id"],
        **prices(product),
        "status": product["status"],
        "purchasable": pricing.active(product) != "",
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
        **plugin_field(shop, product),
        "_links": links(f"{base}/variations/{product['id']}", f"{base}/variations")
        | {"up": [{"href": base}]},
    }


def links(own: str, collection: str) -> dict[str, Any]:
    return {
        "self": [{"href": own, "targetHints": {"allow": ALLOW}}],
        "collection": [{"href": collection}],
    }
