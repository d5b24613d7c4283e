"""Which item of the warehouse a shop's item is, by its SKU: exactly one, or a person decides."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def normal_sku(sku: str) -> str:
    """SKUs are compared without the spaces around them; case and inner spaces are the owner's own."""
    return sku.strip()


def by_sku(items: Iterable[tuple[Item, str]]) -> dict[str, list[Item]]:
    """Items grouped by normalised SKU; those without one are left out."""
    found: dict[str, list[Item]] = {}
    for item, sku in items:
        if key := normal_sku(sku):
            found.setdefault(key, []).append(item)
    return found
