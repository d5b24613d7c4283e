"""What each line of an order is in MoySklad; a line nobody linked stops the whole order, with its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bridge.catalog.bindings import ensure_listings
from bridge.catalog.models import Listing
from bridge.connections.book import book_of
from bridge.connections.models import Shop
from bridge.domain.errors import Unmappable
from bridge.domain.order import Line
from bridge.mapping.to_moysklad import Item
from bridge.sync.flows import run_soon

NEWS_AFTER = timedelta(minutes=5)


def items_of(shop: Shop, lines: Sequence[Line]) -> dict[str, Item]:
    """Items by the source id of the line. Raises Unmappable naming every line that has none."""
    listings = look_up(shop, lines)
    found: dict[str, Item] = {}
    missing = []
    for line in lines:
        listing = listings.get((line.product_id, line.variation_id))
        item = _item(listing)
        if item is not None:
            found[line.source_id] = item
        else:
            missing.append(f"{line.name or '—'} ({line.sku})" if line.sku else line.name or "—")
    if missing:
        # The goods may be newer than our last look at the account.
        run_soon(shop.account, "catalogue", not_within=NEWS_AFTER)
        raise Unmappable("unlinked_lines", lines="; ".join(missing))
    return found


def look_up(shop: Shop, lines: Iterable[Line]) -> Mapping[tuple[str, str], Listing]:
    """What is on sale, by product and variation; a batch asks for all of its lines first, in one query."""
    known: dict[tuple[str, str], Listing] = book_of(shop).listings
    new = [line for line in lines if (line.product_id, line.variation_id) not in known]
    if new:
        known.update(ensure_listings(shop, new))
    return known


def _item(listing: Listing | None) -> Item | None:
    binding = getattr(listing, "binding", None)
    if binding is None or not binding.product.present:
        return None
    return Item(binding.product.kind, binding.product.external_id)
