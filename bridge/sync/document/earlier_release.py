"""Documents written by an earlier release, which kept less of them: the first look takes them as settled.

What the site changed since then is news all the same, and what staff wrote meanwhile is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.domain.fingerprint import fingerprint
from bridge.domain.order import Order as Canonical
from bridge.domain.order import to_json
from bridge.mapping import from_moysklad
from bridge.orders.models import OrderBinding
from bridge.sync.document import document_body, staff_edits
from bridge.sync.document import order_document as parts

Document = Mapping[str, Any]


def settle(shop: Shop, order: Canonical, binding: OrderBinding, document: Document) -> None:
    """Keep of this binding what is kept of every one now; the caller saves it."""
    if "seen" in binding.written:
        return
    written = binding.written
    kept = {**written, **_header(shop, order, written), "seen": _seen(written, document)}
    kept["reserved"] = binding.site_status not in parts.RELEASING if shop.reserve else None
    binding.written = kept
    if _same_goods(shop, order, binding):
        binding.goods = parts.goods_digest(order)


def _header(shop: Shop, order: Canonical, written: Mapping[str, Any]) -> dict[str, Any]:
    """The header as the site has it, but for a note and an address that were others when they were written."""
    wanted = document_body.header_of(shop, order)
    header = {key: value for key, value in wanted.items() if value is not None}
    if order.note and order.note not in str(written.get("description") or ""):
        header["description"] = written.get("description")
    if order.shipping.one_line()[:255] != str(written.get("shipmentAddress") or ""):
        header.pop("shipmentAddressFull", None)
    return header


def _seen(written: Mapping[str, Any], document: Document) -> dict[str, str]:
    """The texts that were written; another one in the document is the staff's."""
    ours = {key: str(written.get(key) or "") for key in ("description", "shipmentAddress")}
    return staff_edits.texts_of(document) | ours


def _same_goods(shop: Shop, order: Canonical, binding: OrderBinding) -> bool:
    """Whether the site's goods are those that were written, by the digest kept then, else by their positions."""
    known = binding.written.get("positions")
    if known is None or binding.goods == _digest(order):
        return True
    try:
        wanted = document_body.whole_body(shop, order)["positions"]
    except DomainError:
        return False
    return parts.same_positions([from_moysklad.position_facts(row) for row in wanted], known)


def _digest(order: Canonical) -> str:
    """As it was made then."""
    lines = [
        (x.source_id, x.product_id, x.variation_id, str(x.quantity), x.total_minor, x.vat_percent)
        for x in order.lines
    ]
    charges = [
        {key: value for key, value in to_json(charge).items() if key != "tax_rates"}
        for charge in order.charges
    ]
    return fingerprint([lines, charges, order.currency])
