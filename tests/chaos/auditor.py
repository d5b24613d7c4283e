"""Whether both sides agree, found by looking at the sandboxes only: what is wrong, a sentence each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chaos.workload import PREFIX, STORE
from connectors.sandbox.control import Sandbox

Json = dict[str, Any]
Pieces = dict[str, Decimal]

# Statuses of the site, and the states a document of such an order may have.
STATES = {
    "processing": {"Новый"},
    "completed": {"Завершен"},
    "cancelled": {"Отменен"},
    "refunded": {"Отменен"},
}
OPEN = ("processing",)
VOID = ("cancelled", "refunded")
# The vendor's rules for its automatic ban, per minute (restrictions, "auto-disable").
REFUSALS_A_MINUTE, PUTS_A_MINUTE, EQUAL_FAILURES_A_MINUTE = 200, 100, 200


@dataclass
class Sides:
    """Everything of both sandboxes, read once."""

    orders: list[Json]
    refunds: dict[int, list[Json]]
    documents: dict[str, list[Json]]
    shipped: dict[str, Pieces]
    returned: dict[str, Pieces]
    returned_sum: dict[str, int]
    paid_documents: Counter[str]


def look(box: Sandbox) -> Sides:
    orders = [order for order in box.store.orders() if order["status"] in STATES]
    documents: dict[str, list[Json]] = defaultdict(list)
    for row in box.moysklad.documents(binned=True):
        documents[row["name"]].append(row)
    shipped: dict[str, Pieces] = defaultdict(lambda: defaultdict(Decimal))
    for demand in box.moysklad.documents("demand"):
        if base := demand.get("customerOrder"):
            _add(shipped[_id(base)], demand)
    returned: dict[str, Pieces] = defaultdict(lambda: defaultdict(Decimal))
    sums: dict[str, int] = defaultdict(int)
    for row in box.moysklad.documents("salesreturn"):
        base = _id(row["demand"]["customerOrder"])
        _add(returned[base], row)
        sums[base] += round(row["sum"])
    paid: Counter[str] = Counter()
    for kind in ("paymentin", "cashin"):
        for row in box.moysklad.documents(kind):
            paid.update(_id(operation) for operation in row.get("operations", ()))
    refunds = {order["id"]: box.store.refunds(order["id"]) for order in orders if order["refunds"]}
    return Sides(orders, refunds, documents, shipped, returned, sums, paid)


def differences(box: Sandbox) -> list[str]:
    """What is wrong; empty when both sides agree and no rule of MoySklad was touched."""
    sides = look(box)
    return [*_exactly_once(sides), *_of_orders(sides), *_stock(box), *_reserves(box, sides), *bans(box)]


def _exactly_once(sides: Sides) -> Iterator[str]:
    """An order that ended before it was sent need not have a document."""
    wanted = {f"{PREFIX}{order['number']}": order["status"] not in VOID for order in sides.orders}
    for name, needed in sorted(wanted.items()):
        count = len(sides.documents.get(name, ()))
        if count > 1 or count < needed:
            yield f"{name}: {count} documents"
    for name in sides.documents.keys() - wanted.keys():
        yield f"{name}: a document without an order"


def _of_orders(sides: Sides) -> Iterator[str]:
    for order in sides.orders:
        found = sides.documents.get(f"{PREFIX}{order['number']}", [])
        if len(found) == 1:
            yield from (f"{found[0]['name']}: {said}" for said in _of_order(sides, order, found[0]))


def _of_order(sides: Sides, order: Json, document: Json) -> Iterator[str]:
    status, id_ = order["status"], document["id"]
    state = document["state"]["name"] if "state" in document else "none"
    refunds = sides.refunds.get(order["id"], [])
    if state not in STATES[status]:
        yield f"is {status!r} on the site and {state!r} in MoySklad"
    money, bought = _kopecks(order["total"]), _bought(order)
    if status not in VOID:  # those keep their lines, for the record
        money -= sum(_kopecks(refund["amount"]) for refund in refunds)
        for refund in refunds:
            for line in refund["line_items"]:
                bought[line["sku"]] += Decimal(str(line["quantity"]))  # negative
    there = round(document["sum"]) - sides.returned_sum[id_]
    if there != money:
        yield f"is worth {money} kopecks on the site and {there} in MoySklad"
    kept = _pieces(document)
    for sku, pieces in sides.returned[id_].items():
        kept[sku] -= pieces
    if _some(kept) != _some(bought):
        yield f"has {_shown(bought)} on the site and {_shown(kept)} in MoySklad"
    if order["date_paid"] and sides.paid_documents[id_] != 1:
        yield f"is paid on the site, with {sides.paid_documents[id_]} payments in MoySklad"
    if not order["date_paid"] and sides.paid_documents[id_]:
        yield "is not paid on the site, and is in MoySklad"
    yield from _reserve_of(status, document, sides.shipped[id_])


def _reserve_of(status: str, document: Json, shipped: Pieces) -> Iterator[str]:
    """Open orders reserve what is not shipped yet; others nothing."""
    wanted: Pieces = defaultdict(Decimal)
    if status in OPEN:
        for sku, pieces in _pieces(document).items():
            wanted[sku] = pieces - shipped[sku]
    reserved: Pieces = defaultdict(Decimal)
    for row in _goods(document):
        reserved[_article(row)] += Decimal(str(row.get("reserve") or 0))
    if _some(reserved) != _some(wanted):
        yield f"reserves {_shown(reserved)} instead of {_shown(wanted)}"


def _stock(box: Sandbox) -> Iterator[str]:
    for sku, shown in sorted(box.store.stocks().items()):
        free = box.moysklad.stock(sku, STORE)["freeStock"]
        if shown != free:
            yield f"{sku}: the site shows {shown}, free in MoySklad are {free}"


def _reserves(box: Sandbox, sides: Sides) -> Iterator[str]:
    """What the warehouse sets aside is what the documents reserve, and no more."""
    wanted: Pieces = defaultdict(Decimal)
    for rows in sides.documents.values():
        for document in rows:
            for row in _goods(document):
                wanted[_article(row)] += Decimal(str(row.get("reserve") or 0))
    for sku in box.store.stocks():
        reserved = Decimal(str(box.moysklad.stock(sku, STORE)["reserve"]))
        if reserved != wanted[sku]:
            yield f"{sku}: {reserved} pieces are reserved, by documents {wanted[sku]}"


def bans(box: Sandbox) -> Iterator[str]:
    """The rules behind MoySklad's automatic ban, as the sandbox counted them by its own clock."""
    stats = box.moysklad.stats()
    if stats["banned"]:
        yield "MoySklad has banned the user"
    for name, most in (
        ("max_refused_in_a_minute", REFUSALS_A_MINUTE),
        ("max_puts_to_one_entity_in_a_minute", PUTS_A_MINUTE),
        ("max_equal_failures_in_a_minute", EQUAL_FAILURES_A_MINUTE),
    ):
        if stats[name] > most:
            yield f"{name}: {stats[name]}, banned above {most}"


def _bought(order: Json) -> Pieces:
    found: Pieces = defaultdict(Decimal)
    for line in order["line_items"]:
        found[line["sku"]] += Decimal(str(line["quantity"]))
    return found


def _add(pieces: Pieces, document: Json) -> None:
    for sku, count in _pieces(document).items():
        pieces[sku] += count


def _pieces(document: Json) -> Pieces:
    found: Pieces = defaultdict(Decimal)
    for row in _goods(document):
        found[_article(row)] += Decimal(str(row["quantity"]))
    return found


def _goods(document: Json) -> list[Json]:
    """Positions without the service that stands for shipping."""
    rows: list[Json] = document["positions"]["rows"]
    return [row for row in rows if row["assortment"]["meta"]["type"] != "service"]


def _article(row: Json) -> str:
    goods = row["assortment"]
    return str(goods.get("article") or goods.get("code"))


def _some(pieces: Pieces) -> Pieces:
    return {sku: count for sku, count in pieces.items() if count}


def _shown(pieces: Pieces) -> str:
    return ", ".join(f"{sku} × {count}" for sku, count in sorted(_some(pieces).items())) or "nothing"


def _kopecks(text: str) -> int:
    return int(Decimal(text) * 100)


def _id(ref: Json) -> str:
    return str(ref.get("id") or ref["meta"]["href"].rsplit("/", 1)[1].split("?")[0])
