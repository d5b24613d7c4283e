"""The body of the plugin's stock endpoint, read strictly: what the contract does not allow is malformed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.store.errors import RestError
from connectors.sandbox.store.product_body import STOCK_STATUSES

MAX_ITEMS = 1000
BACKORDERS = ("no", "notify", "yes")
DECIMAL = re.compile(r"-?\d{1,14}(\.\d{1,4})?")  # what the journal's DECIMAL(18,4) holds


@dataclass(frozen=True)
class Wanted:
    """What one item is to have, below 0 for pieces the site owes. `counted`: sales after `counted_through`, and from
    the second `counted_since` on, that are in `quantity` already. A `status` is checked and not kept."""

    id: int
    quantity: Decimal
    counted: Decimal
    backorders: str | None


@dataclass(frozen=True)
class StockBody:
    revision: int
    counted_through: int
    counted_since: int
    site: str
    items: list[Wanted]


def refusal(status: int, code: str, message: str = "", **data: Any) -> RestError:
    return RestError(status, f"sklad_bridge_{code}", message or code, **data)


def read(raw: bytes) -> StockBody:
    """RestError 400 `malformed` naming the first thing that is wrong, 413 `too_many` over 1000 items."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise refusal(400, "malformed", "The body is not JSON.") from None
    if not isinstance(body, dict):
        raise refusal(400, "malformed", "The body is not an object.")
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise refusal(400, "malformed", "items is not a list of 1 to 1000.")
    if len(items) > MAX_ITEMS:
        raise refusal(413, "too_many", f"More than {MAX_ITEMS} items.")
    site = body.get("site")
    if not isinstance(site, str):
        raise refusal(400, "malformed", "site is not a string.")
    since = whole(body, "counted_since") if "counted_since" in body else 0
    numbers = (whole(body, "revision"), whole(body, "counted_through"), since)
    return StockBody(*numbers, site, [wanted(place, item) for place, item in enumerate(items)])


def wanted(place: int, item: Any) -> Wanted:
    where = f"items[{place}]"
    if not isinstance(item, dict):
        raise refusal(400, "malformed", f"{where} is not an object.")
    choice(item, "status", STOCK_STATUSES, where)
    return Wanted(
        whole(item, "id", f"{where}.", least=1),
        number(item, "quantity", where),
        number(item, "counted", where),
        choice(item, "backorders", BACKORDERS, where),
    )


def whole(body: dict[str, Any], name: str, where: str = "", least: int = 0) -> int:
    value = body.get(name)
    if type(value) is not int or value < least:
        raise refusal(400, "malformed", f"{where}{name} is not a whole number.")
    return value


def number(item: dict[str, Any], name: str, where: str) -> Decimal:
    value = item.get(name)
    if not isinstance(value, str) or not DECIMAL.fullmatch(value):
        raise refusal(400, "malformed", f"{where}.{name} is not a decimal string.")
    return Decimal(value)


def choice(item: dict[str, Any], name: str, allowed: tuple[str, ...], where: str) -> str | None:
    value = item.get(name)
    if value is not None and value not in allowed:
        raise refusal(400, "malformed", f"{where}.{name} is none of {', '.join(allowed)}.")
    return value
