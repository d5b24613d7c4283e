"""Which item of the warehouse a shop's item is, by its SKU: exactly one of its shape, or a person decides."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item", bound=Hashable)


class Shape(Enum):
    """What an item is among the others: by itself, a parent that only groups variations, or one of those."""

    SIMPLE = "simple"
    PARENT = "parent"
    VARIATION = "variation"


class Verdict(NamedTuple, Generic[Item]):
    """`match` is linked (then `item` is the one), missing, ambiguous, kind or no_sku."""

    match: str
    item: Item | None = None


# A parent on the site may sell the pieces of one simple item of the warehouse: its variations share them.
FITTING = {
    (Shape.SIMPLE, Shape.SIMPLE),
    (Shape.PARENT, Shape.PARENT),
    (Shape.PARENT, Shape.SIMPLE),
    (Shape.VARIATION, Shape.VARIATION),
}


def fits(on_site: Shape, in_warehouse: Shape) -> bool:
    """Whether the one can be the other."""
    return (on_site, in_warehouse) in FITTING


def decide(
    sku: str, shape: Shape, owners: int, candidates: Sequence[tuple[Item, Shape]], before: Item | None = None
) -> Verdict[Item]:
    """What a listing with this SKU is. `owners`: listings of the site with the SKU, itself among them; `candidates`:
    items of the warehouse with the SKU; `before`: what it was linked with, if that still has the SKU but is no
    candidate any more (archived).
    """
    if not sku:
        return Verdict("no_sku")
    fitting = [item for item, there in candidates if fits(shape, there)]
    if owners > 1 or len(fitting) > 1:
        return Verdict("ambiguous")
    if fitting:
        return Verdict("linked", fitting[0])
    if candidates:
        return Verdict("kind")
    return Verdict("linked", before) if before is not None else Verdict("missing")


def normal_sku(sku: str) -> str:
    """SKUs are compared without the spaces around them; case and inner spaces are the owner's own."""
    return sku.strip()


def loose_sku(sku: str) -> str:
    """The SKU without any spaces and in one case: equal ones are probably, not certainly, the same item."""
    return "".join(sku.split()).casefold()
