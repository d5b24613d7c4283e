"""Everything of both sandboxes that an audit needs, read once: a call for each kind of thing, however many orders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chaos.workload import PREFIX
from connectors.sandbox.control import Sandbox

Json = dict[str, Any]
Pieces = dict[str, Decimal]

MONEY_IN, MONEY_OUT = ("paymentin", "cashin"), ("paymentout", "cashout")
KEPT_ONCE = ("customerorder", "demand", "salesreturn", *MONEY_IN, *MONEY_OUT, "counterparty")
"""What a try that is repeated must not make again, by the keys its maker gave it."""
MADE_OF = "_sklad_bridge_return"
"""The field of a refund that names the return in MoySklad it was made of."""
ORDER_NAMED = re.compile(rf"{PREFIX}\d+")


@dataclass
class Sides:
    orders: list[Json]
    refunds: dict[int, list[Json]]
    documents: dict[str, list[Json]]
    shipped: dict[str, Pieces]
    returned: dict[str, Pieces]
    returned_sum: dict[str, int]
    returned_there: set[str]
    """Returns that people made in MoySklad, by id: a refund on the site for each."""
    paid: dict[str, list[Json]]
    """Payments by the document they are linked to."""
    paid_back: dict[str, int]
    """By the name of the document."""
    made: dict[str, list[Json]]
    """Of each kind of KEPT_ONCE, what is in the bin too."""


def look(box: Sandbox, statuses: Container[str]) -> Sides:
    """Orders in one of these statuses, and everything else."""
    orders = [order for order in box.store.orders() if order["status"] in statuses]
    made = {kind: box.moysklad.documents(kind, binned=True) for kind in KEPT_ONCE}
    living = {kind: [row for row in rows if "deleted" not in row] for kind, rows in made.items()}
    documents: dict[str, list[Json]] = defaultdict(list)
    for row in made["customerorder"]:
        documents[row["name"]].append(row)
    shipped: dict[str, Pieces] = defaultdict(lambda: defaultdict(Decimal))
    for demand in living["demand"]:
        if base := demand.get("customerOrder"):
            add(shipped[id_of(base)], demand)
    returned: dict[str, Pieces] = defaultdict(lambda: defaultdict(Decimal))
    sums: dict[str, int] = defaultdict(int)
    for row in living["salesreturn"]:
        base = id_of(row["demand"]["customerOrder"])
        add(returned[base], row)
        sums[base] += round(row["sum"])
    there = {row["id"] for row in living["salesreturn"] if not row.get("syncId")}
    paid: dict[str, list[Json]] = defaultdict(list)
    for row in (one for kind in MONEY_IN for one in living[kind]):
        for operation in row.get("operations", ()):
            paid[id_of(operation)].append(row)
    back: dict[str, int] = defaultdict(int)
    for row in (one for kind in MONEY_OUT for one in living[kind]):
        back[order_named(row)] += round(row["sum"])
    refunds: dict[int, list[Json]] = defaultdict(list)
    for refund in box.store.every_refund():
        refunds[refund["order_id"]].append(refund)
    return Sides(orders, refunds, documents, shipped, returned, sums, there, paid, back, made)


def made_of(refund: Json) -> str:
    """The return in MoySklad it was made of, '' for people's own refund."""
    return next((str(one["value"]) for one in refund["meta_data"] if one["key"] == MADE_OF), "")


def order_named(payment: Json) -> str:
    """The document that a payment to the buyer says it is for: before shipping there is no return to link it to."""
    found = ORDER_NAMED.search(payment.get("paymentPurpose", ""))
    return found[0] if found else ""


def add(pieces: Pieces, document: Json) -> None:
    for sku, count in pieces_of(document).items():
        pieces[sku] += count


def pieces_of(document: Json) -> Pieces:
    found: Pieces = defaultdict(Decimal)
    for row in goods_of(document):
        found[article_of(row)] += Decimal(str(row["quantity"]))
    return found


def goods_of(document: Json) -> list[Json]:
    """Positions without the service that stands for shipping."""
    rows: list[Json] = document["positions"]["rows"]
    return [row for row in rows if row["assortment"]["meta"]["type"] != "service"]


def article_of(row: Json) -> str:
    goods = row["assortment"]
    return str(goods.get("article") or goods.get("code"))


def id_of(ref: Json) -> str:
    return str(ref.get("id") or ref["meta"]["href"].rsplit("/", 1)[1].split("?")[0])
