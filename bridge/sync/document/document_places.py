"""The country and the regions an address may name, from the account's directory."""

from __future__ import annotations

from bridge.connections.book import book_of
from bridge.connections.models import DirectoryEntry, Shop
from bridge.domain.order import Address
from bridge.mapping.addresses import RUSSIA, Places

Kind = DirectoryEntry.Kind


def places_of(shop: Shop, address: Address) -> Places:
    """Regions only where MoySklad knows some, which is Russia."""
    book = book_of(shop)
    countries = book.entries(Kind.COUNTRY) if address.country else ()
    regions = book.entries(Kind.REGION) if address.region and address.country in ("", RUSSIA) else ()
    return Places(
        shop.account.base_url,
        {entry.detail.upper(): entry.external_id for entry in countries if entry.detail},
        {entry.name: entry.external_id for entry in regions},
    )
