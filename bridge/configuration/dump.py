"""The settings of the database as the tables of a file; secrets only where the caller asks for them."""

from __future__ import annotations

from typing import Any

from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping, Vendor


def dump(*, secrets: bool = False) -> dict[str, Any]:
    """What `apply` would need to make these settings; without `secrets` the keys that hold them are left out."""
    return {
        "moysklad": {
            account.name: {"base_url": account.base_url, **(account.credentials if secrets else {})}
            for account in Connection.objects.filter(vendor=Vendor.MOYSKLAD).order_by("name")
        },
        "shop": {
            shop.name: _shop(shop, secrets)
            for shop in Shop.objects.select_related("site", "account").order_by("name")
        },
    }


def _shop(shop: Shop, secrets: bool) -> dict[str, Any]:
    names = {
        (entry.kind, entry.external_id): entry.name
        for entry in DirectoryEntry.objects.filter(connection=shop.account)
    }
    kind = DirectoryEntry.Kind

    def name(of: str, external_id: str) -> str:
        return names.get((of, external_id), external_id)

    mappings = StatusMapping.objects.filter(shop=shop).order_by("pk")
    to_state, to_site = StatusMapping.Direction.TO_STATE, StatusMapping.Direction.TO_SITE
    keys = ("consumer_key", "consumer_secret", "event_secret") if secrets else ()
    return {
        "url": shop.site.base_url,
        **{key: shop.site.credentials.get(key, "") for key in keys},
        "moysklad": shop.account.name,
        "organization": name(kind.ORGANIZATION, shop.organization_id),
        "stores": [name(kind.STORE, store) for store in shop.store_ids],
        "sku_field": shop.sku_field,
        "stock_type": shop.stock_type,
        "send_statuses": shop.send_statuses,
        "sales_channel": name(kind.SALES_CHANNEL, shop.sales_channel_id),
        "number_prefix": shop.number_prefix,
        "shipping_service": name(kind.SERVICE, shop.shipping_service_id),
        "reserve": shop.reserve,
        "intervals": {
            "orders": shop.orders_interval,
            "statuses": shop.statuses_interval,
            "stock": shop.stock_interval,
        },
        "states": {m.site_status: name(kind.STATE, m.state_id) for m in mappings if m.direction == to_state},
        "statuses": {name(kind.STATE, m.state_id): m.site_status for m in mappings if m.direction == to_site},
    }
