"""Questions about goods that more than one place asks."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from bridge.catalog.models import Listing
from bridge.connections.models import Shop


def differing(shop: Shop) -> QuerySet[Listing]:
    """Listings whose number on the site is not the wanted one; what the site refused waits for a new number."""
    unequal = Q(site_quantity=None) | ~Q(site_quantity=F("wanted_quantity"))
    return Listing.objects.filter(
        unequal, shop=shop, present=True, manages_stock=True, write_error="", wanted_quantity__isnull=False
    )
