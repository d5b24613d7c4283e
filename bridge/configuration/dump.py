"""The settings of the database as the tables of a file; secrets only where the caller asks for them."""

from __future__ import annotations

from typing import Any

from bridge.configuration import alerts
from bridge.configuration.plan import written
from bridge.connections.models import Connection, Shop, Vendor
from bridge.people.models import AccessRules


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
        "people": {"second_step_required": AccessRules.now().second_step_required},
        "alerts": alerts.dump(secrets=secrets),
    }


def _shop(shop: Shop, secrets: bool) -> dict[str, Any]:
    keys = ("consumer_key", "consumer_secret", "event_secret") if secrets else ()
    return {
        "url": shop.site.base_url,
        **{key: shop.site.credentials.get(key, "") for key in keys},
        "moysklad": shop.account.name,
        **written(shop),
    }
