"""An order as REST v3 shows it, key by key like the captures of WooCommerce 11.0.1."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store import money
from connectors.sandbox.store.order_lines import pieces
from connectors.sandbox.store.order_totals import totals
from connectors.sandbox.store.shop import API, VERSION, Obj, Shop, gmt, local
from connectors.sandbox.store.tax_shape import line_taxes, tax_lines

WRITE = ["GET", "POST", "PUT", "PATCH", "DELETE"]
SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "JPY": "¥", "KZT": "₸"}


def shown_order(shop: Shop, order: Obj, status: str | None = None) -> dict[str, Any]:
    """The whole order; `status` overrides it, for the answer of a delete that still shows the old one."""
    sums = {name: money.text(amount, order["decimals"]) for name, amount in totals(order).items()}
    state = status or order["status"]
    base, id_ = shop.origin + API, order["id"]
    link = f"{shop.home_url}/checkout/order-pay/{id_}/?pay_for_order=true&key={order['order_key']}"
    return {
        "id": id_,
        "parent_id": 0,
        "status": state,
        "currency": order["currency"],
        "version": VERSION,
        "prices_include_tax": order["prices_include_tax"],
        "date_created": local(order["created"]),
        "date_modified": local(order["modified"]),
        "discount_total": sums["discount_total"],
        "discount_tax": sums["discount_tax"],
        "shipping_total": sums["shipping_total"],
        "shipping_tax": sums["shipping_tax"],
        "cart_tax": sums["cart_tax"],
        "total": sums["total"],
        "total_tax": sums["total_tax"],
        "customer_id": order["customer_id"],
        "order_key": order["order_key"],
        "billing": dict(order["billing"]),
        "shipping": dict(order["shipping"]),
        "payment_method": order["payment_method"],
        "payment_method_title": order["payment_method_title"],
        "transaction_id": order["transaction_id"],
        "customer_ip_address": order["customer_ip_address"],
        "customer_user_agent": order["customer_user_agent"],
        "created_via": order["created_via"],
        "customer_note": order["customer_note"],
        "date_completed": local(order["completed"]),
        "date_paid": local(order["paid"]),
        "cart_hash": order["cart_hash"],
        "number": order["number"],
        "meta_data": [dict(meta) for meta in order["meta_data"]],
        "line_items": [shown_goods(shop, order, line) for line in order["line_items"]],
        "tax_lines": tax_lines(shop, order),
        "shipping_lines": [shown_shipping(order, line) for line in order["shipping_lines"]],
        "fee_lines": [shown_fee(order, line) for line in order["fee_lines"]],
        "coupon_lines": [shown_coupon(line) for line in order["coupon_lines"]],
        "refunds": [shown_refund_summary(refund) for refund in reversed(shop.refunds_in_sight(id_))],
        "payment_url": link,
        "is_editable": state in ("pending", "on-hold", "auto-draft"),
        "needs_payment": state in ("pending", "failed") and totals(order)["total"] > 0,
        "needs_processing": any(line["product"] for line in order["line_items"]),
        "date_created_gmt": gmt(order["created"]),
        "date_modified_gmt": gmt(order["modified"]),
        "date_completed_gmt": gmt(order["completed"]),
        "date_paid_gmt": gmt(order["paid"]),
        "currency_symbol": SYMBOLS.get(order["currency"], order["currency"]),
        **({"sklad_bridge_sales": shop.journal.shown(id_)} if shop.keeps_journal else {}),
        "_links": {
            "self": [{"href": f"{base}/orders/{id_}", "targetHints": {"allow": WRITE}}],
            "collection": [{"href": f"{base}/orders"}],
            "email_templates": [{"embeddable": True, "href": f"{base}/orders/{id_}/actions/email_templates"}],
        },
    }


def shown_meta(meta: Obj) -> dict[str, Any]:
    """Meta of a line: attributes also show their label and option."""
    return {
        "id": meta["id"],
        "key": meta["key"],
        "value": meta["value"],
        "display_key": meta.get("label", meta["key"]),
        "display_value": meta.get("shown", meta["value"]),
    }


def shown_goods(shop: Shop, order: Obj, line: Obj) -> dict[str, Any]:
    product = shop.products.get(line["variation_id"] or line["product_id"])
    parent = shop.products.get(line["product_id"]) if line["variation_id"] else None
    quantity = pieces(shop, line["quantity"])
    return {
        "id": line["id"],
        "name": line["name"],
        "product_id": line["product_id"],
        "variation_id": line["variation_id"],
        "quantity": money.number(quantity),
        "tax_class": line["tax_class"],
        "subtotal": money.text(line["subtotal"], order["decimals"]),
        "subtotal_tax": money.text(line["subtotal_tax"], order["decimals"]),
        "total": money.text(line["total"], order["decimals"]),
        "total_tax": money.text(line["total_tax"], order["decimals"]),
        "taxes": line_taxes(line, order["decimals"]),
        "meta_data": [shown_meta(meta) for meta in line["meta"]],
        "sku": product["sku"] if product else None,
        "global_unique_id": product["global_unique_id"] if product else None,
        "price": money.per_piece(line["total"], quantity),
        "image": {"id": "" if product and not parent else 0, "src": ""},
        "parent_name": parent["name"] if parent else None,
    }


def shown_shipping(order: Obj, line: Obj) -> dict[str, Any]:
    return {
        "id": line["id"],
        "method_title": line["method_title"],
        "method_id": line["method_id"],
        "instance_id": line["instance_id"],
        "total": money.text(line["total"], order["decimals"]),
        "total_tax": money.text(line["total_tax"], order["decimals"]),
        "taxes": line_taxes(line, order["decimals"]),
        "tax_status": line["tax_status"],
        "meta_data": [shown_meta(meta) for meta in line["meta"]],
    }


def shown_fee(order: Obj, line: Obj) -> dict[str, Any]:
    return {
        "id": line["id"],
        "name": line["name"],
        "tax_class": line["tax_class"],
        "tax_status": line["tax_status"],
        "amount": "",
        "total": money.text(line["total"], order["decimals"]),
        "total_tax": money.text(line["total_tax"], order["decimals"]),
        "taxes": line_taxes(line, order["decimals"]),
        "meta_data": [shown_meta(meta) for meta in line["meta"]],
    }


def shown_coupon(line: Obj) -> dict[str, Any]:
    return {
        "id": line["id"],
        "code": line["code"],
        "discount": money.short(line["discount"]),
        "discount_tax": money.short(line["discount_tax"]),
        "meta_data": [shown_meta(meta) for meta in line["meta"]],
        "discount_type": line["kind"],
        "nominal_amount": line["nominal"],
        "free_shipping": line["free_shipping"],
    }


def shown_refund_summary(refund: Obj) -> dict[str, Any]:
    """`total` is a minus before whatever the amount is: "-315.90", "-0.00", and "-" without one."""
    return {
        "id": refund["id"],
        "reason": refund["reason"],
        "total": f"-{shown_amount(refund)}",
        "total_tax": money.text(totals(refund)["total_tax"], refund["decimals"]),
    }


def shown_amount(refund: Obj) -> str:
    """Positive and gross; "" for a refund of quantities alone."""
    return "" if refund["amount"] is None else money.text(refund["amount"], refund["decimals"])
