"""MoySklad's answers → our words: ids without hrefs, Moscow time as UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from bridge.mapping.moscow import from_wire

Wire = Mapping[str, Any]
# As exactly as quantities are kept.
FOUR_PLACES = Decimal("0.0001")


class Pieces(NamedTuple):
    """Of one item in a customerorder: what it asks for, sets aside and has shipped."""

    quantity: Decimal
    reserved: Decimal
    shipped: Decimal


NO_PIECES = Pieces(Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Document:
    """What the bridge reads of a customerorder; `goods` by item, None where its positions are not opened."""

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
    goods: Mapping[str, Pieces] | None = None


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
        goods=_goods(data),
    )


def positions(data: Wire) -> list[dict[str, Any]]:
    """The expanded positions of a document in the form `position_key` compares: without ids and server fields."""
    return [position_facts(row) for row in (data.get("positions") or {}).get("rows") or []]


def _goods(data: Wire) -> Mapping[str, Pieces] | None:
    """None also where an answer shows only the first of very many positions."""
    opened = data.get("positions") or {}
    rows = opened.get("rows")
    if rows is None or len(rows) < int((opened.get("meta") or {}).get("size") or 0):
        return None
    return goods(rows, posted=is_posted(data))


def is_posted(data: Wire) -> bool:
    """Whether the document counts: one that is not posted sets nothing aside, whatever its positions say."""
    return bool(data.get("applicable", True))


def goods(rows: Iterable[Wire], *, posted: bool) -> Mapping[str, Pieces]:
    """The pieces of these positions by item, from an answer or from our own body alike."""
    found: dict[str, Pieces] = {}
    for row in rows:
        item = ref_id(row["assortment"])
        quantity, reserved, shipped = found.get(item, NO_PIECES)
        found[item] = Pieces(
            quantity + Decimal(str(row["quantity"])),
            reserved + Decimal(str(row.get("reserve") or 0) if posted else 0),
            shipped + Decimal(str(row.get("shipped") or 0)),
        )
    return found


def position_facts(row: Wire) -> dict[str, Any]:
    """What makes a position what it is, from an answer or from our own body alike."""
    return {
        "item": ref_id(row["assortment"]),
        "quantity": float(row["quantity"]),
        "price": float(row["price"]),
        "discount": float(row.get("discount") or 0),
        "vat": int(row.get("vat") or 0),
    }


@dataclass(frozen=True)
class SalesReturn:
    """What the bridge reads of a salesreturn whose demand, its order and the positions are opened.

    `demand_id` and `order_id` are '' for a return without a basis, `order_id` for one of a shipment without an order.
    `lines`: what came back, [{item, quantity, sum}], sums gross in hundredths; empty while the return is not posted.
    """

    external_id: str
    sync_id: str
    name: str
    page_url: str
    sum_wire: float
    moment: datetime
    created_at: datetime
    updated_at: datetime
    deleted: bool
    has_basis: bool
    demand_id: str
    order_id: str
    agent_id: str
    currency_id: str
    lines: list[dict[str, Any]]


def sales_return(data: Wire) -> SalesReturn:
    demand = data.get("demand") or {}
    net = data.get("vatIncluded") is False
    rows = (data.get("positions") or {}).get("rows") or [] if data.get("applicable", True) else []
    return SalesReturn(
        external_id=str(data["id"]),
        sync_id=str(data.get("syncId") or ""),
        name=str(data.get("name") or ""),
        page_url=str((data.get("meta") or {}).get("uuidHref") or ""),
        sum_wire=float(data.get("sum") or 0),
        moment=from_wire(str(data["moment"])),
        created_at=from_wire(str(data.get("created") or data["moment"])),
        updated_at=from_wire(str(data["updated"])),
        deleted=bool(data.get("deleted")),
        has_basis=bool(demand),
        demand_id=ref_id(demand),
        order_id=ref_id(demand.get("customerOrder")),
        agent_id=ref_id(data.get("agent")),
        currency_id=ref_id((data.get("rate") or {}).get("currency")),
        lines=[_came_back(row, net=net) for row in rows],
    )


def _came_back(row: Wire, *, net: bool) -> dict[str, Any]:
    facts = position_facts(row)
    total = facts["price"] * facts["quantity"] * (1 - facts["discount"] / 100)
    if net and row.get("vatEnabled"):
        total *= 1 + facts["vat"] / 100
    return {"item": facts["item"], "quantity": facts["quantity"], "sum": round(total, 2)}


def linked_orders(data: Wire) -> set[str]:
    """The customer orders a payment is linked to."""
    return {
        ref_id(row)
        for row in data.get("operations") or []
        if (row.get("meta") or {}).get("type") == "customerorder"
    }


def named(webhook: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a webhook's body names: kind and id of each thing; what has another form is passed over.

    Source: webhooks.
    """
    events = webhook.get("events")
    rows = [row for row in events if isinstance(row, dict)] if isinstance(events, list) else []
    things = [row for row in rows if isinstance(row.get("meta"), dict)]
    return [(str(row["meta"].get("type") or ""), ref_id(row)) for row in things]


def ref_id(reference: Any) -> str:
    """The id in {"meta": {"href": ".../<id>?expand=…"}}; '' for none. Expanded hrefs carry a query."""
    if not isinstance(reference, Mapping):
        return ""
    href = str((reference.get("meta") or {}).get("href") or "")
    return href.split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1]


def stock_rows(rows: list[Wire], stock_type: str) -> Iterator[tuple[str, str, Decimal]]:
    """Rows of a current stock report as (item id, store id or '', quantity)."""
    return (
        (
            str(row["assortmentId"]),
            str(row.get("storeId") or ""),
            Decimal(str(row[stock_type] or 0)).quantize(FOUR_PLACES),
        )
        for row in rows
        if row.get(stock_type) is not None
    )
