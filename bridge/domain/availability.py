"""How much of an item a shop may offer, or owes, from what warehouses report and what is sold but not reported yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

NO_STORE = ""  # MoySklad reports reserves of orders without a store under no store
NOTHING = Decimal(0)
SMALLEST = Decimal("0.0001")


@dataclass(frozen=True)
class Terms:
    """What of a stock is for sale: `share` percent of it, less `buffer` pieces; `last_pieces` or fewer count as none.

    Only whole pieces, unless `decimals`.
    """

    buffer: Decimal = NOTHING
    last_pieces: Decimal = NOTHING
    share: int = 100
    decimals: bool = False


def in_stores(levels: Iterable[tuple[str, Decimal]], stores: Collection[str]) -> Decimal:
    """The sum over the chosen `stores` (all when empty); it may be negative.

    `levels` are (store id, quantity) of one item; what is reserved without a store counts against the total.
    """
    return sum((q for store, q in levels if not stores or store in stores or store == NO_STORE), NOTHING)


def for_sale(stock: Decimal, terms: Terms) -> Decimal:
    """The shop's part of a stock without the buffer; not rounded, it may be negative."""
    return stock * terms.share / 100 - terms.buffer


def offered(for_sale: Decimal, terms: Terms) -> Decimal:
    """The number to show: whole pieces downwards (or four decimals), never below 0."""
    unit = SMALLEST if terms.decimals else Decimal(1)
    number = for_sale.quantize(unit, rounding=ROUND_FLOOR)
    return number if number > max(terms.last_pieces, NOTHING) else NOTHING


def owed(left: Decimal, taken: Decimal) -> Decimal:
    """The number to show where more was sold than there is, 0 or below: `left` is what there is less all that is sold.

    No more than `taken`, the pieces this shop's own buyers could give back: what comes back from them then fills the
    gap and is not on sale. Neither buffer nor share counts here; a part of a piece is owed as a whole one.
    """
    gap = min(-left, taken).to_integral_value(ROUND_CEILING)
    return -gap if gap > 0 else NOTHING


def sets(parts: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """How many whole bundles there are of (for sale, needed per bundle) of each component; none without components."""
    counts = [
        (stock / needed).to_integral_value(ROUND_FLOOR) if needed > 0 else NOTHING for stock, needed in parts
    ]
    return min(counts, default=NOTHING)
