"""Links that an earlier plugin left with the site's items: the id of an item of MoySklad each (WooMS: `wooms_id`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.db.models import QuerySet

from bridge.catalog.candidates import shape_of, shapes_of
from bridge.catalog.models import Listing, Product
from bridge.connections.models import Shop
from bridge.domain.matching import fits
from bridge.sync.links import verdicts
from bridge.sync.links.verdicts import Planned


def noted(shop: Shop) -> QuerySet[Listing]:
    """Listings that carry such an id."""
    return Listing.objects.filter(shop=shop, present=True).exclude(earlier_link="")


def planned(shop: Shop, listings: Sequence[Listing]) -> list[Planned]:
    """What taking them over would do; give them with their `binding__product`. A link that is there stays."""
    ids = {listing.earlier_link for listing in listings}
    products = {
        row.external_id: row for row in Product.objects.filter(connection=shop.account, external_id__in=ids)
    }
    shapes = shapes_of(shop, [row.pk for row in products.values()])
    holders = Counter(
        Listing.objects.filter(earlier_link__in=ids, shop=shop, present=True).values_list(
            "earlier_link", flat=True
        )
    )
    found = []
    for listing in listings:
        product = products.get(listing.earlier_link)
        code = _verdict(listing, product, holders[listing.earlier_link])
        if code == verdicts.NEW and product is not None and not fits(shape_of(listing), shapes[product.pk]):
            code = verdicts.OTHER_KIND
        found.append(Planned(0, listing, product, code, {"id": listing.earlier_link}))
    return found


def _verdict(listing: Listing, product: Product | None, holders: int) -> str:
    if product is None or not product.present:
        return verdicts.ITEM_UNKNOWN
    binding = getattr(listing, "binding", None)
    if binding is not None and binding.product.present:
        return verdicts.SAME if binding.product_id == product.pk else verdicts.LINKED_OTHERWISE
    if product.archived or product.kind == Product.Kind.SERVICE:
        return verdicts.NOT_LINKABLE
    return verdicts.SHARED if holders > 1 else verdicts.NEW
