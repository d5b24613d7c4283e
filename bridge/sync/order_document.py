"""What a document should say of an order, in parts that change for different reasons: goods, header, state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping
from bridge.domain.errors import Unmappable
from bridge.domain.fingerprint import fingerprint
from bridge.domain.order import Order as Canonical
from bridge.domain.order import to_json
from bridge.domain.positions import positions
from bridge.mapping import from_moysklad, to_moysklad
from bridge.mapping.to_moysklad import Item, Refs
from bridge.orders.models import OrderBinding
from bridge.sync.lines import items_of

# What the site may change in a document's header later; the rest of it is the manager's after creation.
HEADER = ("description", "shipmentAddress")
GOODS = ("positions", "vatEnabled")


def whole_body(shop: Shop, order: Canonical) -> dict[str, Any]:
    """The document an order should be, its buyer still empty. Raises Unmappable with what a person must do."""
    if not shop.organization_id:
        raise Unmappable("organization_missing")
    if not shop.first_store_id:
        raise Unmappable("store_missing")
    if any(charge.total_minor for charge in order.charges) and not shop.shipping_service_id:
        raise Unmappable("shipping_service_missing")
    refs = Refs(
        base_url=shop.account.base_url,
        organization_id=shop.organization_id,
        store_id=shop.first_store_id,
        agent_id="",
        state_id=state_for(shop, order.status),
        sales_channel_id=shop.sales_channel_id,
        currency_id=_currency_id(shop.account, order.currency),
    )
    return to_moysklad.customer_order(
        order,
        positions(order),
        items_of(shop, order.lines),
        Item("service", shop.shipping_service_id) if shop.shipping_service_id else None,
        refs,
        prefix=shop.number_prefix,
        reserve=shop.reserve,
    )


def header_of(order: Canonical) -> dict[str, Any]:
    """The part of a document that follows the buyer's words and address."""
    body = {"description": to_moysklad.description(order), "shipmentAddress": order.shipping.one_line()[:255]}
    return {key: value for key, value in body.items() if value}


def goods_digest(order: Canonical) -> str:
    """Changes when the site's lines or charges do, and not when a link or a setting of ours does."""
    lines = [
        (x.source_id, x.product_id, x.variation_id, str(x.quantity), x.total_minor, x.vat_percent)
        for x in order.lines
    ]
    return fingerprint([lines, [to_json(charge) for charge in order.charges], order.currency])


def state_for(shop: Shop, site_status: str) -> str:
    """The state the owner chose for a site status, '' for none."""
    return (
        StatusMapping.objects.filter(
            shop=shop, direction=StatusMapping.Direction.TO_STATE, site_status=site_status
        )
        .values_list("state_id", flat=True)
        .first()
        or ""
    )


def state_to_send(shop: Shop, status: str, binding: OrderBinding) -> str:
    """'' unless the site's status is news for the document: the loop guard compares with what its state reflects."""
    if status == binding.site_status:
        return ""
    wanted = state_for(shop, status)
    return "" if wanted == binding.state_id else wanted


def _currency_id(account: Connection, currency: str) -> str:
    """'' for the account's own currency. Raises Unmappable when MoySklad has none with this code."""
    entry = DirectoryEntry.objects.filter(
        connection=account, kind=DirectoryEntry.Kind.CURRENCY, detail=currency
    ).first()
    if entry is None:
        raise Unmappable("currency_unknown", currency=currency)
    return "" if entry.is_default else entry.external_id


def record_of(body: Mapping[str, Any], order: Canonical) -> dict[str, Any]:
    """What a call carries, kept before it is made and confirmed by its answer: {header, positions?, goods?, state,
    site_status}."""
    kept: dict[str, Any] = {
        "header": {key: body[key] for key in HEADER if key in body},
        "state": from_moysklad.ref_id(body.get("state")),
        "site_status": order.status,
    }
    if "positions" in body:
        kept["positions"] = [from_moysklad.position_facts(row) for row in body["positions"]]
        kept["goods"] = goods_digest(order)
    return kept


def confirm(binding: OrderBinding, kept: Mapping[str, Any]) -> None:
    """The call was carried out: what it carried is what the document holds of ours."""
    written = {**binding.written, **kept["header"]}
    if "positions" in kept:
        written["positions"] = kept["positions"]
        binding.goods = kept["goods"]
    binding.written = written
    binding.site_status = kept["site_status"]
    if kept["state"]:
        binding.state_id = kept["state"]
    binding.sending = None


def same_positions(left: Sequence[Mapping[str, Any]], right: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two sets of positions are the same goods, amounts and prices, in any order."""

    def key(rows: Sequence[Mapping[str, Any]]) -> list[list[tuple[str, Any]]]:
        return sorted(sorted(row.items()) for row in rows)

    return key(left) == key(right)


def with_ids(wanted: list[dict[str, Any]], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Our positions with the ids of those that stay, so that reserves and links to them survive."""
    free: dict[str, list[str]] = {}
    for row in (document.get("positions") or {}).get("rows") or []:
        free.setdefault(from_moysklad.ref_id(row["assortment"]), []).append(str(row["id"]))
    result = []
    for row in wanted:
        ids = free.get(from_moysklad.ref_id(row["assortment"]))
        result.append({**row, "id": ids.pop(0)} if ids else row)
    return result
