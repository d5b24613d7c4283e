"""The site's own sales as it numbered them: taken off the number we know to be there, and counted for our writes.

A write says up to which sale it has counted, so that the site itself takes off the later ones (docs/adr/0011).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max, Sum
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.mapping.site_sales import Movement
from bridge.orders.record_sales import START_TOLERANCE
from bridge.orders.sales import SiteSale
from bridge.portions import portions

# By then the news of a sale has arrived on one of its ways (events are repeated for three days, and all is polled).
SETTLED_AFTER = timedelta(days=7)


class Counted(NamedTuple):
    """`through`: every sale up to this number is in the numbers, and so is every one before the Unix time `since`.

    Beyond it, by item: (the newest, pieces in all).
    """

    through: int
    since: int
    beyond: Mapping[str, tuple[int, Decimal]]

    def pieces(self, item: str) -> Decimal:
        return self.beyond.get(item, (0, Decimal(0)))[1]

    def newest(self, item: str) -> int:
        """The number of the newest sale of an item that we know, or that is settled."""
        return max(self.through, self.beyond.get(item, (0, Decimal(0)))[0])


def record(shop: Shop, movements: Mapping[str, Sequence[Movement]]) -> set[int]:
    """Keep the site's sales by the id of their order; those new to us come off the numbers known to be on the site.
    Returns the listings they are of. Must run inside a transaction.
    """
    numbers = [one.number for some in movements.values() for one in some]
    rows = SiteSale.objects.filter(shop=shop, number__in=numbers)
    known = {row.number: (row.order_source_id, row.item) for row in rows}
    order_of = {
        one: order
        for order, some in movements.items()
        for one in some
        if known.get(one.number) != (order, one.item)
    }
    fresh = list(order_of)
    if not fresh:
        return set()
    # A site restored from a backup gives its numbers again, to other sales.
    SiteSale.objects.filter(shop=shop, number__in={one.number for one in fresh} & known.keys()).delete()
    now = timezone.now()
    SiteSale.objects.bulk_create(
        [
            SiteSale(
                shop=shop,
                number=one.number,
                item=one.item,
                order_source_id=order_of[one],
                quantity=one.quantity,
                at=min(one.at, now),  # a clock of the site that runs ahead settles nothing
            )
            for one in fresh
        ],
        ignore_conflicts=True,
    )
    ids = [listing.pk for listing in listings_of(shop, {one.item for one in fresh}).values()]
    # Held until the whole news is kept: whoever works out these numbers sees all of it or nothing.
    held = {x.source_id: x for x in Listing.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    for one in fresh:
        if one.item in held:
            _take_off(held[one.item], one)
            # Where the plugin refuses our numbers they go by REST, over whatever is sold meanwhile.
            held[one.item].doubtful |= bool(shop.plugin_problem)
    for listing in held.values():
        listing.save(update_fields=["site_quantity", "unheard", "heard", "doubtful"])
    return set(ids)


def _take_off(listing: Listing, sale: Movement) -> None:
    """A sale off the known number; one that was in it when it was read is a reason why pieces had left it."""
    listing.heard += max(sale.quantity, Decimal(0))
    if sale.number <= listing.site_sale:
        listing.unheard -= min(max(sale.quantity, Decimal(0)), listing.unheard)
    elif listing.site_quantity is not None:
        listing.site_quantity -= sale.quantity


def counted(shop: Shop, items: Iterable[str]) -> Counted:
    """What our numbers of these items of the site have in them.

    Orders from the shop's start on are ours, and so are their sales, by the same clock: the site's. Those before are in
    MoySklad without us.
    """
    through = counted_through(shop)
    began = (shop.started_at - START_TOLERANCE).replace(microsecond=0)  # the site counts whole seconds
    made = SiteSale.objects.filter(shop=shop, number__gt=through, at__gte=began)
    beyond: dict[str, tuple[int, Decimal]] = {}
    for part in portions(items):
        rows = made.filter(item__in=part).values("item")
        for row in rows.annotate(newest=Max("number"), pieces=Sum("quantity")):
            beyond[row["item"]] = (row["newest"], row["pieces"])
    return Counted(through, int(began.timestamp()), beyond)


def counted_through(shop: Shop) -> int:
    """The number up to which all sales are settled: older than the news of one can be."""
    settled = SiteSale.objects.filter(shop=shop, at__lt=timezone.now() - SETTLED_AFTER)
    found: int | None = settled.aggregate(number=Max("number"))["number"]
    return found or 0


def since(shop: Shop, readings: Mapping[str, int]) -> Mapping[str, Decimal]:
    """Pieces of the sales we know that came after a number was read: `readings` are item → newest sale in it."""
    later: dict[str, Decimal] = defaultdict(Decimal)
    for part in portions(readings):
        oldest = min(readings[item] for item in part)
        rows = SiteSale.objects.filter(shop=shop, item__in=part, number__gt=oldest)
        for item, number, quantity in rows.values_list("item", "number", "quantity"):
            if number > readings[item]:
                later[item] += quantity
    return later


def listings_of(shop: Shop, items: Iterable[str]) -> Mapping[str, Listing]:
    """The listings whose stock the site keeps under these ids; each id is a product's or a variation's."""
    ids = list(items)
    rows = [
        *Listing.objects.filter(shop=shop, variation_id="", product_id__in=ids),
        *Listing.objects.filter(shop=shop, variation_id__in=ids),
    ]
    return {row.source_id: row for row in rows}
