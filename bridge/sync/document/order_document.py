"""What a document holds of an order, in parts that change for different reasons: goods, reserve, header, state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from bridge.connections.book import book_of
from bridge.connections.models import Shop
from bridge.domain.fingerprint import fingerprint
from bridge.domain.order import Order as Canonical
from bridge.domain.order import to_json
from bridge.mapping import from_moysklad
from bridge.mapping.attributes import merged
from bridge.mapping.from_moysklad import Pieces
from bridge.orders.models import OrderBinding

Rows = Sequence[Mapping[str, Any]]

# What the site may change in a document later; the rest of its header is the manager's after creation.
HEADER = ("description", "shipmentAddress", "shipmentAddressFull", "deliveryPlannedMoment", "attributes")
# Nothing is kept aside for an order in these.
RELEASING = ("cancelled", "failed", "refunded", "trash")


def goods_digest(order: Canonical) -> str:
    """Changes when the site's lines or charges do, and not when a link or a setting of ours does."""
    lines = [
        [
            (x.source_id, x.product_id, x.variation_id, str(x.quantity)),
            (x.total_minor, x.subtotal_minor, x.tax_minor, x.vat_percent),
        ]
        for x in order.lines
    ]
    return fingerprint([lines, [to_json(charge) for charge in order.charges], order.currency])


def state_for(shop: Shop, site_status: str) -> str:
    """The state the owner chose for a site status, '' for none.

    An order that is over has the state of a cancelled one, unless its own status was given another.
    """
    chosen = book_of(shop).state_of_status
    over = chosen.get("cancelled", "") if site_status in RELEASING else ""
    return str(chosen.get(site_status) or over)


def state_to_send(shop: Shop, status: str, binding: OrderBinding) -> str:
    """'' unless the site's status is news for the document: the loop guard compares with what its state reflects."""
    if status in (binding.site_status, binding.expected_status):
        return ""
    # Goods that have left are returned, not cancelled: only a state chosen for this very status is written then.
    wanted = (
        book_of(shop).state_of_status.get(status, "") if binding.shipped_minor else state_for(shop, status)
    )
    return "" if wanted == binding.state_id else str(wanted)


def record_of(body: Mapping[str, Any], order: Canonical, *, reserved: bool | None) -> dict[str, Any]:
    """What a call carries, kept before it is made and confirmed by its answer: {header, state, site_status} and, with
    goods, {positions, goods, reserved}."""
    kept: dict[str, Any] = {
        "header": {key: body[key] for key in HEADER if key in body},
        "state": from_moysklad.ref_id(body.get("state")),
        "site_status": order.status,
    }
    if "positions" in body:
        kept["positions"] = [from_moysklad.position_facts(row) for row in body["positions"]]
        kept["goods"] = goods_digest(order)
        kept["reserved"] = reserved
    return kept


def confirm(binding: OrderBinding, kept: Mapping[str, Any]) -> None:
    """The call was carried out: what it carried is what the document holds of ours."""
    written = {**binding.written, **kept["header"]}
    if "attributes" in kept["header"]:  # a body names only those that changed
        written["attributes"] = merged(binding.written.get("attributes") or (), written["attributes"])
    if "positions" in kept:
        written["positions"], written["reserved"] = kept["positions"], kept.get("reserved", True)
        binding.goods = kept["goods"]
    binding.written = written
    reflect(binding, kept["site_status"])
    if kept["state"]:
        binding.state_id = kept["state"]
    binding.sending = None


def reflect(binding: OrderBinding, status: str) -> None:
    """From now on the document's state reflects this status of the site; the caller saves the binding.

    A status that a call to the site still asks for stays expected as long as the site says what it said before.
    """
    if binding.site_status != status:
        binding.site_status, binding.expected_status = status, ""


def rows_of(document: Mapping[str, Any]) -> Rows:
    """The expanded positions of a document, as the wire has them."""
    return list((document.get("positions") or {}).get("rows") or [])


def goods_sent(rows: Rows, known: Mapping[str, Sequence[str]], *, posted: bool) -> Mapping[str, Pieces]:
    """What a document has of each item once these positions are in it; `known`: OrderBinding.pieces before that."""
    return {
        item: pieces._replace(shipped=Decimal(known[item][2])) if item in known else pieces
        for item, pieces in from_moysklad.goods(rows, posted=posted).items()
    }


def same_positions(left: Rows, right: Rows) -> bool:
    """Whether two sets of positions are the same goods, amounts and prices, in any order."""

    def key(rows: Rows) -> list[list[tuple[str, Any]]]:
        return sorted(sorted(row.items()) for row in rows)

    return key(left) == key(right)


def with_ids(wanted: Sequence[dict[str, Any]], present: Rows) -> list[dict[str, Any]]:
    """Our positions with the ids of those that stay, so that shipments and links to them survive.

    One that is there unchanged keeps its own id; the rest take the ids of the same goods that are left over.
    """
    free = list(present)
    result = [dict(row) for row in wanted]
    for same in (_equal, _same_item):
        for row in result:
            if "id" not in row and (found := next((one for one in free if same(row, one)), None)) is not None:
                row["id"] = str(found["id"])
                free.remove(found)
    return result


def with_reserve(
    rows: Sequence[dict[str, Any]], present: Rows, *, reserved: bool | None
) -> list[dict[str, Any]]:
    """The rows with what is not shipped yet kept aside, or with nothing, or (None) with what is kept aside of it now;
    services are never reserved."""
    there = {str(row["id"]): row for row in present}
    return [
        row
        if row["assortment"]["meta"]["type"] == "service"
        else {**row, "reserve": _reserve(row, there.get(str(row.get("id")), {}), reserved)}
        for row in rows
    ]


def _reserve(row: Mapping[str, Any], present: Mapping[str, Any], reserved: bool | None) -> float:
    left = max(float(row["quantity"]) - float(present.get("shipped") or 0), 0.0)
    if reserved is None:
        return min(float(present.get("reserve") or 0), left)
    return left if reserved else 0.0


def as_they_are(present: Rows) -> list[dict[str, Any]]:
    """The positions of a document as a body that changes none of them."""
    kept = ("id", "quantity", "price", "discount", "vat", "vatEnabled", "assortment")
    return [{key: row[key] for key in kept if key in row} for row in present]


def less_than_shipped(wanted: Rows, present: Rows) -> list[str]:
    """Items of which more was shipped already than the wanted positions hold."""
    asked = _quantities(wanted, "quantity")
    return [item for item, shipped in _quantities(present, "shipped").items() if shipped > asked.get(item, 0)]


def _quantities(rows: Rows, key: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for row in rows:
        item = from_moysklad.ref_id(row["assortment"])
        found[item] = round(found.get(item, 0.0) + float(row.get(key) or 0), 4)
    return {item: quantity for item, quantity in found.items() if quantity}


def _equal(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    return from_moysklad.position_facts(wanted) == from_moysklad.position_facts(present)


def _same_item(wanted: Mapping[str, Any], present: Mapping[str, Any]) -> bool:
    return from_moysklad.ref_id(wanted["assortment"]) == from_moysklad.ref_id(present["assortment"])
