"""What a document should say: the order as a body, and how bodies and documents are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.connections.models import Connection, DirectoryEntry, Shop, StatusMapping
from bridge.domain.errors import Unmappable
from bridge.domain.order import Order as Canonical
from bridge.domain.positions import positions
from bridge.mapping import from_moysklad, to_moysklad
from bridge.mapping.to_moysklad import Item, Refs
from bridge.sync.lines import items_of

# What a later change of the order may change in the document; the rest is the manager's after creation.
UPDATABLE = ("state", "description", "shipmentAddress", "vatEnabled", "positions")


def body_of(shop: Shop, order: Canonical) -> dict[str, Any]:
    """The document an order should be, its buyer still empty. Raises Unmappable with what a person must do."""
    if not shop.organization_id:
        raise Unmappable("organization_missing")
    if not shop.first_store_id:
        raise Unmappable("store_missing")
    if order.charges and any(charge.total_minor for charge in order.charges) and not shop.shipping_service_id:
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


def _currency_id(account: Connection, currency: str) -> str:
    """'' for the account's own currency. Raises Unmappable when MoySklad has none with this code."""
    entry = DirectoryEntry.objects.filter(
        connection=account, kind=DirectoryEntry.Kind.CURRENCY, detail=currency
    ).first()
    if entry is None:
        raise Unmappable("currency_unknown", currency=currency)
    return "" if entry.is_default else entry.external_id


def written_form(body: Mapping[str, Any]) -> dict[str, Any]:
    """What we remember of a body we sent, in the form later bodies and documents are compared with."""
    form = {key: body[key] for key in UPDATABLE if key in body}
    if "state" in form:
        form["state"] = from_moysklad.ref_id(form["state"])
    if "positions" in form:
        form["positions"] = [from_moysklad.position_facts(row) for row in form["positions"]]
    return form


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
