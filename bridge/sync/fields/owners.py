"""Whose word counts for a field of an item: its rule, its folder's rule, else the shop's own choice."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.catalog.goods_rules import GoodsRules
from bridge.catalog.models import Product
from bridge.connections.models import GoodsRule, Shop
from bridge.domain.fields import FIELDS, MOYSKLAD


class Owners:
    """Of one shop; read once for a batch."""

    def __init__(self, shop: Shop) -> None:
        self._chosen = {field for field in shop.owned_fields if field in FIELDS}
        self._rules = GoodsRules(shop)
        self._ruled = set(
            GoodsRule.objects.filter(shop=shop, sets__in=FIELDS, value=MOYSKLAD).values_list(
                "sets", flat=True
            )
        )

    @property
    def any(self) -> set[str]:
        """The fields that follow MoySklad for some item at least."""
        return self._chosen | self._ruled

    def follows(self, product: Product, fields: Iterable[str]) -> set[str]:
        """Those of these fields that follow MoySklad for this item."""
        if not self.any:
            return set()
        return {
            field
            for field in fields
            if (self._rules.value(product, field) or (MOYSKLAD if field in self._chosen else "")) == MOYSKLAD
        }
