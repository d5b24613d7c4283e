"""What the site shows of some goods at this moment: read just before they are written, a hundred to a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from bridge.catalog.models import Listing
from bridge.domain import fields
from bridge.mapping.goods_from_woocommerce import site_fields
from bridge.mapping.site_stock import quantity_of
from bridge.sync import site_reading
from connectors.woocommerce.client import WooCommerce

_FIELDS = (
    "id,type,parent_id,status,manage_stock,stock_quantity,stock_status,backorders,sklad_bridge_sale,name,description,"
    "regular_price,sale_price,date_on_sale_from,date_on_sale_to,weight,global_unique_id"
)
READ = site_reading.Asked(_FIELDS, _FIELDS)


class Present(NamedTuple):
    """`quantity` is None where the site keeps no stock of it. `text`: the description with its tags."""

    quantity: Decimal | None
    backorders: str
    sale: int
    status: str
    fields: Mapping[str, Any]
    text: str

    def restorable(self, field: str) -> Any:
        """The value of a field as it has to be sent to bring it back."""
        return self.text if field == fields.DESCRIPTION else self.fields.get(field)


def read(client: WooCommerce, listings: Iterable[Listing]) -> dict[int, Present]:
    """By primary key; what is gone from the site is not in it. One call per hundred products, and per product of
    variations. Raises ConnectorError.
    """
    return {one.pk: _present(one, row) for one, row in site_reading.by_listings(client, listings, READ)}


def _present(listing: Listing, row: Mapping[str, Any]) -> Present:
    sale = row.get("sklad_bridge_sale")
    return Present(
        quantity_of(row),
        str(row.get("backorders") or ""),
        sale if isinstance(sale, int) else 0,
        str(row.get("status") or ""),
        site_fields(row, listing.kind),
        str(row.get("description") or ""),
    )
