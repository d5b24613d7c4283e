"""The links of a shop as its SKUs say, made in one go, as an import of goods ends with it."""

from __future__ import annotations

from bridge.connections.models import Shop
from bridge.sync.goods.catalog_from_moysklad import links


def match_shop(shop: Shop) -> int:
    """How many links are new."""
    return sum(linked for _reached, linked in links(shop))
