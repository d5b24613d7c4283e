"""Numbers of pieces as a site writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Wire = Mapping[str, Any]


def quantity_of(data: Wire) -> Decimal | None:
    """The stock a product or variation keeps itself; None where it keeps none."""
    number = data.get("stock_quantity")
    if (
        data.get("manage_stock") is not True
        or isinstance(number, bool)
        or not isinstance(number, int | float)
    ):
        return None
    return Decimal(str(number)) if math.isfinite(number) else None


def sale_of(data: Wire) -> int:
    """The newest sale of the site's journal that may be in its stock; 0 without the plugin."""
    number = data.get("sklad_bridge_sale")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else 0


def to_number(quantity: Decimal) -> int | float:
    """7 for whole pieces, 0.5 for parts of one."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
