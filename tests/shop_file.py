"""The settings file of a shop between the sandboxes, as `manage.py configure` takes it."""

from __future__ import annotations

import json
from typing import Any

from connectors.sandbox.control import Sandbox


def toml(box: Sandbox, **shop: Any) -> str:
    """The configuration of the sandboxes as a file; `shop` adds or changes keys of [shop.site]."""
    values: dict[str, Any] = {
        "url": box.store.url,
        "consumer_key": box.store.consumer_key,
        "consumer_secret": box.store.consumer_secret,
        "moysklad": "main",
        "organization": "ООО «Ромашка»",
        "stores": ["Основной склад"],
        "number_prefix": "WOO-",
        "shipping_service": "Доставка",
        "intervals": {"orders": 3600, "statuses": 3600, "stock": 3600},
        "stock": {"write": True},
        "states": {"processing": "Новый", "cancelled": "Отменен"},
        **shop,
    }
    account = {"base_url": box.moysklad.url, "token": box.moysklad.token}
    return "\n".join(
        line
        for name, table in (("moysklad.main", account), ("shop.site", values))
        for line in (f"[{name}]", *(f"{key} = {inline(value)}" for key, value in table.items()), "")
    )


def inline(value: Any) -> str:
    """A value as TOML writes it on one line; tables within it too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{inline(str(k))} = {inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)
