"""The country and the regions an address may name, from the account's directory."""

from __future__ import annotations

from bridge.connections.models import DirectoryEntry, Shop
from bridge.domain.order import Address
from bridge.mapping.addresses import RUSSIA, Places

Kind = DirectoryEntry.Kind


def places_of(shop: Shop, address: Address) -> Places:
    """Regions only where MoySklad knows some, which is Russia."""
    known = DirectoryEntry.objects.filter(connection_id=shop.account_id)
    countries = known.filter(kind=Kind.COUNTRY, detail__iexact=address.country) if address.country else ()
    regions = known.filter(kind=Kind.REGION) if address.region and address.country in ("", RUSSIA) else ()
    return Places(
        shop.account.base_url,
        {entry.detail.upper(): entry.external_id for entry in countries},
        {entry.name: entry.external_id for entry in regions},
    )
