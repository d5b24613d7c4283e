"""Whether both sides agree, found by looking at the sandboxes only: what is wrong, a sentence each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from chaos.sides import (
    MONEY_IN,
    MONEY_OUT,
    Json,
    Pieces,
    Sides,
    article_of,
    goods_of,
    id_of,
    look,
    made_of,
    order_named,
    pieces_of,
)
from chaos.workload import PREFIX, STORE
from connectors.sandbox.control import Sandbox

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


def differences(box: Sandbox) -> list[str]:
    """What is wrong; empty when both sides agree and no rule of MoySklad was touched."""
    sides = look(box, STATES)
    return [
        *_exactly_once(sides),
        *_of_orders(sides),
        *_money_of_nothing(sides),
        *_refunds(sides),
        *_made_twice(sides),
        *_stock(box),
        *_reserves(box, sides),
        *bans(box),
    ]


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
    kept = pieces_of(document)
    for sku, pieces in sides.returned[id_].items():
        kept[sku] -= pieces
    if _some(kept) != _some(bought):
        yield f"has {_shown(bought)} on the site and {_shown(kept)} in MoySklad"
    yield from _money(sides, order, document)
    yield from _reserve_of(status, document, sides.shipped[id_])


def _money(sides: Sides, order: Json, document: Json) -> Iterator[str]:
    """The payment is of what the buyer paid; linked is what the document cost then, which is no less than now.

    An order that was paid is edited in no story; a refund leaves the total and the payment as they are, and is paid
    back by a document of its own.
    """
    payments = sides.paid.get(document["id"], [])
    if order["date_paid"] and len(payments) != 1:
        yield f"is paid on the site, with {len(payments)} payments in MoySklad"
    elif not order["date_paid"] and payments:
        yield "is not paid on the site, and is in MoySklad"
    elif payments:
        total, entered = _kopecks(order["total"]), round(payments[0]["sum"])
        if entered != total:
            yield f"was paid {total} kopecks on the site and {entered} in MoySklad"
        linked = sum(
            round(one["linkedSum"]) for one in payments[0]["operations"] if id_of(one) == document["id"]
        )
        if not min(total, round(document["sum"])) <= linked <= total:
            yield f"of a payment of {entered} kopecks {linked} are linked to it"
    refunds = [one for one in sides.refunds.get(order["id"], ()) if not made_of(one)]
    owed = sum(_kopecks(one["amount"]) for one in refunds) if order["date_paid"] else 0
    if (back := sides.paid_back.get(document["name"], 0)) != owed:
        yield f"owes {owed} kopecks back, {back} were paid back in MoySklad"


def _money_of_nothing(sides: Sides) -> Iterator[str]:
    """No payment without the document of an order."""
    ids = {row["id"] for rows in sides.documents.values() for row in rows}
    for kind in (*MONEY_IN, *MONEY_OUT):
        for row in sides.made[kind]:
            named = {id_of(one) for one in row.get("operations", ())}
            theirs = bool(named) and named <= ids if kind in MONEY_IN else order_named(row) in sides.documents
            if not theirs:
                yield f"{kind} {row['name']}: a payment without an order"


def _refunds(sides: Sides) -> Iterator[str]:
    """A refund on the site for each return that people made in MoySklad, and none made twice."""
    found = Counter(mark for rows in sides.refunds.values() for row in rows if (mark := made_of(row)))
    for mark in sorted(sides.returned_there | found.keys()):
        wanted = int(mark in sides.returned_there)
        if found[mark] != wanted:
            yield f"return {mark}: {found[mark]} refunds on the site instead of {wanted}"


def _made_twice(sides: Sides) -> Iterator[str]:
    for kind, rows in sides.made.items():
        for key in ("syncId", "externalCode", *(["email"] if kind == "counterparty" else [])):
            yield from twice(kind, key, rows)


def twice(kind: str, key: str, rows: Sequence[Json]) -> Iterator[str]:
    """Things of one kind with the same value of what only one may have."""
    values = Counter(row[key] for row in rows if row.get(key))
    for value, count in values.items():
        if count > 1:
            yield f"{kind}: {count} with the {key} {value}"


def _reserve_of(status: str, document: Json, shipped: Pieces) -> Iterator[str]:
    """Open orders reserve what is not shipped yet; others nothing."""
    wanted: Pieces = defaultdict(Decimal)
    if status in OPEN:
        for sku, pieces in pieces_of(document).items():
            wanted[sku] = pieces - shipped[sku]
    reserved: Pieces = defaultdict(Decimal)
    for row in goods_of(document):
        reserved[article_of(row)] += Decimal(str(row.get("reserve") or 0))
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
            for row in goods_of(document):
                wanted[article_of(row)] += Decimal(str(row.get("reserve") or 0))
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


def _some(pieces: Pieces) -> Pieces:
    return {sku: count for sku, count in pieces.items() if count}


def _shown(pieces: Pieces) -> str:
    return ", ".join(f"{sku} × {count}" for sku, count in sorted(_some(pieces).items())) or "nothing"


def _kopecks(text: str) -> int:
    return int(Decimal(text) * 100)
