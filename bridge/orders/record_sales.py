"""What orders take of the shop's goods, kept beside them: needed as the site says, held as their documents do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import prefetch_related_objects

from bridge.catalog.bindings import find_listings
from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.domain.status import NEVER_SENT, RELEASED
from bridge.mapping.from_moysklad import NO_PIECES, Pieces
from bridge.orders.models import Order, OrderBinding
from bridge.orders.sales import Sale

NOTHING = Decimal(0)
# Clocks of two machines and whole seconds: an order placed in the minute of the start belongs to us.
START_TOLERANCE = timedelta(minutes=10)
# Not paid for, and not taken from the site's stock, unless the owner sends such orders.
UNDECIDED = NEVER_SENT | {"pending"}

KEPT = [
    "product",
    "needed",
    "held",
    "shown",
    "in_flight",
    "settled",
    "shipped",
    "shipped_shown",
    "unshipped",
    "shipment_settled",
]

ByListing = dict[int, Decimal]


class Hold(NamedTuple):
    """What a document has of an item: pieces its buyer is to get, set aside or shipped of them, and shipped alone."""

    product_id: int
    needed: Decimal
    held: Decimal
    shipped: Decimal


def keys_of(orders: Iterable[Order]) -> set[tuple[str, str]]:
    """The (product id, variation id) of every line."""
    return {(line.product_id, line.variation_id) for order in orders for line in order.canonical.lines}


def record_sales(
    orders: Sequence[Order],
    listings: Mapping[tuple[str, str], Listing] | None = None,
    *,
    history: bool = False,
) -> set[int]:
    """Write down what these orders of one shop take now; returns the listings whose part in flight changed.

    `listings`: those of their lines, where the caller has them. Must run inside a transaction that holds the orders.
    With `history` the report is taken to show their documents already.
    """
    if not orders:
        return set()
    if listings is None:
        listings = find_listings(orders[0].shop, keys_of(orders))
    prefetch_related_objects(list(orders), "binding", "refunds")
    stored = Sale.objects.filter(order__in=orders).select_related("product")
    known = {(sale.order_id, sale.listing_id): sale for sale in stored}
    new, changed = list[Sale](), list[Sale]()
    for order in orders:
        taken = {listing: x.product for (pk, listing), x in known.items() if pk == order.pk and x.product}
        needed = _needed(order, listings)
        holds = _holds(order, listings, taken, needed)
        mine = {listing for (pk, listing) in known if pk == order.pk}
        for listing in sorted(mine | needed.keys() | holds.keys()):
            sale = known.get((order.pk, listing))
            if sale is None:
                sale = Sale(order=order, listing_id=listing)
                new.append(sale)
            else:
                changed.append(sale)
            hold = holds.get(listing)
            sale.needed = hold.needed if hold else needed.get(listing, NOTHING)
            sale.held, sale.shipped = (hold.held, hold.shipped) if hold else (NOTHING, NOTHING)
            sale.product_id = hold.product_id if hold else _linked(listings, listing) or sale.product_id
            if history:
                sale.shown, sale.shipped_shown = sale.held, sale.shipped
    before = {sale.pk: (sale.in_flight, sale.unshipped) for sale in changed}
    for sale in (*new, *changed):
        sale.reckon()
    Sale.objects.bulk_create(new)
    Sale.objects.bulk_update(changed, KEPT)
    moved = {sale.listing_id for sale in new if sale.in_flight or sale.unshipped}
    return moved | {x.listing_id for x in changed if (x.in_flight, x.unshipped) != before[x.pk]}


def takes_goods(order: Order) -> bool:
    """Whether an order in this status, of this age, keeps pieces from others."""
    shop, status = order.shop, order.status
    if status in RELEASED:
        return False
    if status == "completed" and (_is_history(order) or _document_left(order)):
        return False  # its goods are gone, and nothing will say so
    if has_document(order) or order.requested:
        return True
    recent = order.placed_at >= shop.started_at - START_TOLERANCE
    return recent and (status in shop.send_statuses or status not in UNDECIDED)


def has_document(order: Order) -> bool:
    """There is one in MoySklad, or a call whose answer is not here yet may have made it."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    return binding is not None and bool(binding.external_id or binding.sending)


def counts_shipments(shop: Shop) -> bool:
    """Whether shipments of its orders matter to a number: nothing is reserved, or a shop shows no reserves."""
    if not shop.reserve:
        return True
    return Shop.objects.filter(account=shop.account_id, stock_type=Shop.StockType.STOCK).exists()


def _is_history(order: Order) -> bool:
    """Sent because a person asked for older orders: what was done with its goods is in the warehouse's numbers."""
    return order.requested and order.placed_at < order.shop.started_at - START_TOLERANCE


def _document_left(order: Order) -> bool:
    binding: OrderBinding | None = getattr(order, "binding", None)
    return binding is not None and binding.gone == OrderBinding.Gone.LEFT


def _needed(order: Order, listings: Mapping[tuple[str, str], Listing]) -> ByListing:
    """The pieces of its lines, less what was refunded, by listing."""
    if not takes_goods(order):
        return {}
    back: dict[str, Decimal] = defaultdict(Decimal)
    for refund in order.refunds.all():
        if refund.deleted_at is None:
            for part in refund.canonical.lines:
                back[part.line_id] += part.quantity
    needed: ByListing = defaultdict(Decimal)
    for line in order.canonical.lines:
        listing = listings.get((line.product_id, line.variation_id))
        if listing is not None:
            needed[listing.pk] += max(line.quantity - back[line.source_id], NOTHING)
    return needed


def _holds(
    order: Order,
    listings: Mapping[tuple[str, str], Listing],
    taken: Mapping[int, Product],
    needed: ByListing,
) -> dict[int, Hold]:
    """What its document has, by listing; of the item that was `taken`, where it has or had that."""
    binding: OrderBinding | None = getattr(order, "binding", None)
    if binding is None or not binding.external_id or binding.gone:
        return {}
    written = _written(binding)
    document = _read(binding, written)
    of_item: dict[str, dict[int, Decimal]] = defaultdict(dict)
    products: dict[str, int] = {}
    for line in order.canonical.lines:
        listing = listings.get((line.product_id, line.variation_id))
        if listing is None:
            continue
        product = taken.get(listing.pk)
        if product is None or product.external_id not in document.keys() | written.keys():
            product = getattr(getattr(listing, "binding", None), "product", None)
        if product is not None:
            lines = of_item[product.external_id]
            lines[listing.pk] = lines.get(listing.pk, NOTHING) + line.quantity
            products[product.external_id] = product.pk
    found: dict[int, Hold] = {}
    for item, lines in of_item.items():
        there, asked = document.get(item, NO_PIECES), [needed.get(pk, NOTHING) for pk in lines]
        if sum(asked) and sum(asked) == written.get(item):
            # The site asks for what was written still: another quantity in the document is the staff's word.
            asked = _shared(there.quantity, asked)
        # Two listings that are one item: the document does not tell them apart, so each gets its part.
        held, gone = _shared(_held(there), lines.values()), _shared(there.shipped, lines.values())
        for listing_pk, *figures in zip(lines, asked, held, gone, strict=True):
            found[listing_pk] = Hold(products[item], *figures)
    return found


def _shared(pieces: Decimal, parts: Iterable[Decimal]) -> list[Decimal]:
    """As many to each as it asks for, while there are some; the last gets what is left, be it more or less."""
    found = list[Decimal]()
    for part in parts:
        found.append(min(part, pieces))
        pieces -= found[-1]
    found[-1] += pieces
    return found


def _held(there: Pieces) -> Decimal:
    """What was shipped is set aside no longer, whether or not the reserve says so."""
    return there.shipped + min(there.reserved, max(there.quantity - there.shipped, NOTHING))


def _linked(listings: Mapping[tuple[str, str], Listing], pk: int) -> int | None:
    """The product a listing is linked with today."""
    listing = next((row for row in listings.values() if row.pk == pk), None)
    found: int | None = getattr(getattr(listing, "binding", None), "product_id", None)
    return found


def _written(binding: OrderBinding) -> Mapping[str, Decimal]:
    """The pieces by item that both sides agreed on last."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in binding.written.get("positions") or ():
        found[row["item"]] += Decimal(str(row["quantity"]))
    return found


def _read(binding: OrderBinding, written: Mapping[str, Decimal]) -> Mapping[str, Pieces]:
    """What the document has by item; of one whose positions nobody read yet, as it was written."""
    if binding.pieces is not None:
        return {item: Pieces(*map(Decimal, row)) for item, row in binding.pieces.items()}
    whole = binding.sum_minor > 0 and binding.shipped_minor >= binding.sum_minor
    reserved = bool(binding.written.get("reserved"))
    return {
        item: Pieces(pieces, pieces if reserved else NOTHING, pieces if whole else NOTHING)
        for item, pieces in written.items()
    }
