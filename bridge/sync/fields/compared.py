"""What of a site's goods is compared with MoySklad, and so has to be read."""

from __future__ import annotations

from bridge.connections.models import Shop
from bridge.domain.fields import DESCRIPTION
from bridge.sync import site_reading
from bridge.sync.fields.owners import Owners


def asked(shop: Shop, *more: str) -> site_reading.Asked:
    """All fields that some item of the shop may need, and `more`."""
    return site_reading.asked(*more, descriptions=DESCRIPTION in Owners(shop).any)
