"""Which rule holds for an item: its own, that of the product it is a variant of, or of the nearest folder above it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from bridge.catalog.models import Product
from bridge.connections.models import DirectoryEntry, GoodsRule, Shop

Scope = GoodsRule.Scope


class GoodsRules:
    """The rules of one shop, read once; for one batch of work."""

    def __init__(self, shop: Shop) -> None:
        self._account_id = shop.account_id
        self._values = {
            (row.scope, row.external_id, row.sets): row.value for row in GoodsRule.objects.filter(shop=shop)
        }

    def value(self, product: Product, sets: str) -> str | None:
        """What is set for this item; None where only the shop's own choice counts."""
        if not self._values:
            return None
        for scope, external_id in self._places(product):
            if (found := self._values.get((scope, external_id, sets))) is not None:
                return found
        return None

    def pieces(self, product: Product, sets: str, otherwise: int) -> int:
        """The same for a rule that is a number of pieces."""
        found = self.value(product, sets)
        return int(found) if found is not None else otherwise

    def _places(self, product: Product) -> Iterator[tuple[str, str]]:
        yield Scope.ITEM, product.external_id
        if product.parent_external_id:
            yield Scope.ITEM, product.parent_external_id
        folder, seen = product.folder_id, set[str]()
        while folder and folder not in seen:
            yield Scope.FOLDER, folder
            seen.add(folder)
            folder = self._parents.get(folder, "")

    @cached_property
    def _parents(self) -> dict[str, str]:
        rows = DirectoryEntry.objects.filter(connection_id=self._account_id, kind=DirectoryEntry.Kind.FOLDER)
        return dict(rows.values_list("external_id", "detail"))
