"""MoySklad's answers → our words: ids without hrefs, Moscow time as UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bridge.mapping.moscow import from_wire
from bridge.mapping.wire_text import plain

Wire = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """What the bridge reads of a customerorder."""

    external_id: str
    name: str
    sum_wire: float  # hundredths of the order's currency: moysklad_money.from_wire reads it
    payed_wire: float
    shipped_wire: float
    state_id: str
    updated_at: datetime
    page_url: str
    sync_id: str
    deleted: bool
    agent_id: str = ""
    organization_id: str = ""


def document(data: Wire) -> Document:
    return Document(
        external_id=str(data["id"]),
        name=str(data.get("name") or ""),
        sum_wire=float(data.get("sum") or 0),
        payed_wire=float(data.get("payedSum") or 0),
        shipped_wire=float(data.get("shippedSum") or 0),
        state_id=ref_id(data.get("state")),
        updated_at=from_wire(str(data["updated"])),
        page_url=str((data.get("meta") or {}).get("uuidHref") or ""),
        sync_id=str(data.get("syncId") or ""),
        deleted=bool(data.get("deleted")),
        agent_id=ref_id(data.get("agent")),
        organization_id=ref_id(data.get("organization")),
    )


def positions(data: Wire) -> list[dict[str, Any]]:
    """The expanded positions of a document in the form `position_key` compares: without ids and server fields."""
    return [position_facts(row) for row in (data.get("positions") or {}).get("rows") or []]


def position_facts(row: Wire) -> dict[str, Any]:
    """What makes a position what it is, from an answer or from our own body alike."""
    return {
        "item": ref_id(row["assortment"]),
        "quantity": float(row["quantity"]),
        "price": float(row["price"]),
        "discount": float(row.get("discount") or 0),
        "vat": int(row.get("vat") or 0),
    }


def linked_orders(data: Wire) -> set[str]:
    """The customer orders a payment is linked to."""
    return {
        ref_id(row)
        for row in data.get("operations") or []
        if (row.get("meta") or {}).get("type") == "customerorder"
    }


def ref_id(reference: Any) -> str:
    """The id in {"meta": {"href": ".../<id>?expand=…"}}; '' for none. Expanded hrefs carry a query."""
    if not isinstance(reference, Mapping):
        return ""
    href = str((reference.get("meta") or {}).get("href") or "")
    return href.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


def product(data: Wire) -> dict[str, Any]:
    """A product, variant, service or bundle as the fields of our Product."""
    return {
        "external_id": str(data["id"]),
        "kind": str(data["meta"]["type"]),
        "parent_external_id": ref_id(data.get("product")),
        "name": plain(data.get("name"), 255),
        "article": plain(data.get("article"), 255).strip(),
        "code": plain(data.get("code"), 255).strip(),
        "archived": bool(data.get("archived")),
        "present": True,
    }


def stock_rows(rows: list[Wire], stock_type: str) -> list[tuple[str, str, Decimal]]:
    """Rows of a current stock report as (item id, store id or '', quantity)."""
    return [
        (str(row["assortmentId"]), str(row.get("storeId") or ""), Decimal(str(row[stock_type] or 0)))
        for row in rows
        if row.get(stock_type) is not None
    ]
