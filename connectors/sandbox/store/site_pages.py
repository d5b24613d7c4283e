"""The small pages of REST v3: system status, settings, gateways, webhooks, the index of the API."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.shop import API, VERSION, Obj, Shop, gmt, local, now
from connectors.sandbox.store.taxes import shop_rates

HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
}
GATEWAYS = (
    ("bacs", "Банковский перевод", "Direct bank transfer"),
    ("cod", "Оплата при получении", "Cash on delivery"),
)
SHIPPING_ZONES = {1: "Россия", 0: "Locations not covered by your other zones"}
# Zone → (instance, method, title, the method's own name).
SHIPPING = {
    1: (
        (1, "flat_rate", "Курьер", "Flat rate"),
        (2, "local_pickup", "Самовывоз из магазина", "Local pickup"),
    ),
    0: (),
}
ALLOW = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def index(shop: Shop) -> dict[str, Any]:
    """`/wp-json/`: needs no key; what a connection wizard looks at first."""
    plugin = ["sklad-bridge/v1"] if shop.keeps_journal else []
    return {
        "name": "Магазин «Ромашка»",
        "description": "",
        "url": shop.home_url,
        "home": shop.home_url,
        "gmt_offset": 3,
        "timezone_string": "Europe/Moscow",
        "namespaces": ["oembed/1.0", *plugin, "wc/v3", "wc/store/v1", "wp/v2"],
    }


def system_status(shop: Shop) -> dict[str, Any]:
    return {
        "environment": {
            "home_url": shop.home_url,
            "site_url": shop.home_url,
            "version": VERSION,
            "wp_version": "7.1",
            "wp_multisite": False,
            "wp_memory_limit": 536870912,
            "wp_debug_mode": False,
            "wp_cron": shop.options.wp_cron,
            "language": "ru_RU",
            "server_info": "sandbox",
            "php_version": "8.2.36",
            "php_post_max_size": 67108864,
            "php_max_execution_time": 300,
            "default_timezone": "UTC",
        },
        "database": {"wc_database_version": VERSION, "database_prefix": "wp_"},
        "active_plugins": [
            {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": VERSION},
            *([_own_plugin(shop)] if shop.options.events else []),
        ],
        "settings": {
            "api_enabled": False,
            "force_ssl": False,
            "currency": shop.options.currency,
            "currency_symbol": "&#8381;",
            "currency_position": "right_space",
            "thousand_separator": " ",
            "decimal_separator": ",",
            "number_of_decimals": shop.options.price_decimals,
            "HPOS_enabled": not shop.options.legacy_storage,
            "HPOS_sync_enabled": False,
        },
        "security": {"secure_connection": False, "hide_errors": True},
    }


def _own_plugin(shop: Shop) -> dict[str, Any]:
    return {
        "plugin": "sklad-bridge/sklad-bridge.php",
        "name": "Sklad Bridge",
        "version": shop.plugin_version,
    }


def general_settings(shop: Shop) -> list[dict[str, Any]]:
    """`/settings/general`, the entries a bridge may need."""
    values = {
        "woocommerce_default_country": ("select", "RU"),
        "woocommerce_calc_taxes": ("checkbox", "yes" if shop_rates(shop) else "no"),
        "woocommerce_currency": ("select", shop.options.currency),
        "woocommerce_price_num_decimals": ("number", str(shop.options.price_decimals)),
    }
    return [setting(shop, "general", name, kind, value) for name, (kind, value) in values.items()]


def weight_unit(shop: Shop) -> dict[str, Any]:
    """`/settings/products/woocommerce_weight_unit` (source)."""
    return setting(shop, "products", "woocommerce_weight_unit", "select", shop.options.weight_unit)


def setting(shop: Shop, group: str, name: str, kind: str, value: str) -> dict[str, Any]:
    collection = f"{shop.origin}{API}/settings/{group}"
    return {
        "id": name,
        "label": name.removeprefix("woocommerce_"),
        "description": "",
        "type": kind,
        "default": value,
        "value": value,
        "_links": {"self": [{"href": f"{collection}/{name}"}], "collection": [{"href": collection}]},
    }


def payment_gateways(shop: Shop) -> list[dict[str, Any]]:
    base = f"{shop.origin}{API}/payment_gateways"
    return [
        {
            "id": slug,
            "title": title,
            "description": "",
            "order": order,
            "enabled": True,
            "method_title": method,
            "method_description": "",
            "method_supports": ["products"],
            "settings": {},
            "needs_setup": False,
            "post_install_scripts": [],
            "settings_url": f"{shop.home_url}/wp-admin/admin.php?page=wc-settings&tab=checkout&path=/offline/{slug}",
            "connection_url": None,
            "setup_help_text": None,
            "required_settings_keys": [],
            "_links": {
                "self": [{"href": f"{base}/{slug}", "targetHints": {"allow": ALLOW[:-1]}}],
                "collection": [{"href": base}],
            },
        }
        for order, (slug, title, method) in enumerate(GATEWAYS, start=2)
    ]


def shipping_zones(shop: Shop) -> list[dict[str, Any]]:
    base = f"{shop.origin}{API}/shipping/zones"
    return [
        {
            "id": zone,
            "name": name,
            "order": 0,
            "_links": {
                "self": [{"href": f"{base}/{zone}", "targetHints": {"allow": ALLOW}}],
                "collection": [{"href": base}],
                "describedby": [{"href": f"{base}/{zone}/locations"}],
            },
        }
        for zone, name in SHIPPING_ZONES.items()
    ]


def shipping_methods(shop: Shop, zone: int) -> list[dict[str, Any]]:
    """REST API documentation, "Shipping zone methods"."""
    base = f"{shop.origin}{API}/shipping/zones/{zone}"
    return [
        {
            "id": instance,
            "instance_id": instance,
            "title": title,
            "order": order,
            "enabled": True,
            "method_id": method,
            "method_title": own,
            "method_description": "",
            "settings": {},
            "_links": {
                "self": [{"href": f"{base}/methods/{instance}"}],
                "collection": [{"href": f"{base}/methods"}],
                "describes": [{"href": base}],
            },
        }
        for order, (instance, method, title, own) in enumerate(SHIPPING[zone], start=1)
    ]


def add_webhook(shop: Shop, body: Obj) -> Obj:
    """A core webhook on an order topic; the ping is the caller's business."""
    topic = str(body.get("topic", ""))
    if topic not in HOOKS:
        raise RestError(400, "woocommerce_rest_webhook_invalid_topic", "Webhook topic must be valid.")
    if not str(body.get("delivery_url", "")).startswith(("http://", "https://")):
        code = "woocommerce_rest_webhook_invalid_delivery_url"
        raise RestError(
            400, code, "Webhook delivery URL must be a valid URL starting with http:// or https://."
        )
    webhook: Obj = {
        "id": shop.next("webhook"),
        "name": str(body.get("name") or topic),
        "status": str(body.get("status", "active")),
        "topic": topic,
        "delivery_url": str(body["delivery_url"]),
        "secret": str(body.get("secret", "")),
        "failures": 0,
        "created": now(),
    }
    shop.webhooks[webhook["id"]] = webhook
    return webhook


def shown_webhook(shop: Shop, webhook: Obj) -> dict[str, Any]:
    base = f"{shop.origin}{API}/webhooks"
    resource, event = webhook["topic"].split(".")
    return {
        "id": webhook["id"],
        "name": webhook["name"],
        "status": webhook["status"],
        "topic": webhook["topic"],
        "resource": resource,
        "event": event,
        "hooks": HOOKS[webhook["topic"]],
        "delivery_url": webhook["delivery_url"],
        "date_created": local(webhook["created"]),
        "date_created_gmt": gmt(webhook["created"]),
        "date_modified": None,
        "date_modified_gmt": None,
        "_links": {
            "self": [{"href": f"{base}/{webhook['id']}", "targetHints": {"allow": ALLOW}}],
            "collection": [{"href": base}],
        },
    }
