"""Whether MoySklad has an order already: as a document of ours, of an earlier plugin, or one of the same number.

A number alone proves nothing: the sum or the buyer must agree as well (the buyer, of an id that is not the number), and
only one document may fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bridge.connections.models import Connection
from bridge.domain import phones
from bridge.domain.errors import Problem
from bridge.domain.money import to_text
from bridge.mapping import from_moysklad, moysklad_money, woocommerce_meta
from bridge.orders.models import Order
from bridge.sync.document.identity import sync_id
from bridge.sync.orders.linked_documents import OPENED, bound
from bridge.sync.refunds.refund_plans import as_it_stands
from connectors.moysklad.client import MoySklad

Document = Mapping[str, Any]

# Fields of a site's order in which earlier plugins keep the id of its document. Sources: wpcraft-ru/wooms 9.12
# `includes/Orders.php` (send_order); wcstores `Admin/Metaboxes/OrderMetaBoxController.php`; `ORDER_META_ID` of "wc_ms".
PLUGIN_FIELDS = ("wooms_id", "_ms_order_id", "wc_ms_order_id")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHOWN = 5


@dataclass(frozen=True)
class Sought:
    """An order without a document, and the documents that earlier plugins noted in it."""

    order: Order
    noted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """The order's document; `sure` where nothing had to be compared."""

    document: Document
    sure: bool = False


@dataclass(frozen=True)
class Doubtful:
    """A person must say. `problem` names the documents in question, some of their ids under `ids`; each of `fits` may
    be the order's.
    """

    problem: Problem
    fits: frozenset[str] = frozenset()


Verdict = Found | Doubtful


def noted_in(wire: Mapping[str, Any]) -> frozenset[str]:
    """The documents that earlier plugins noted in a REST order."""
    texts = " ".join(meta.value for meta in woocommerce_meta.kept(wire, PLUGIN_FIELDS))
    return frozenset(UUID.findall(texts.lower()))


def find(client: MoySklad, account: Connection, sought: Sequence[Sought]) -> dict[int, Verdict]:
    """What MoySklad has of these orders, by their primary keys; orders it does not have are left out.

    At most three questions per hundred orders, each only for those that the one before did not find.
    """
    verdicts: dict[int, Verdict] = {}
    for ask in (_noted, _of_the_number, _of_ours):
        open_ones = [one for one in sought if not isinstance(verdicts.get(one.order.pk), Found)]
        if open_ones:
            verdicts |= ask(client, account, open_ones)
    return _undisputed(verdicts, {one.order.pk: one.order for one in sought})


def doubt(code: str, order: Order, documents: Sequence[Document]) -> Doubtful:
    shown = documents[:SHOWN]
    said = "; ".join(f"“{row.get('name')}” {_sum_text(order, row)}" for row in shown)
    local = f"{to_text(order.total_minor, order.currency)} {order.currency}"
    ids = " ".join(str(row["id"]) for row in shown)
    return Doubtful(Problem(code, {"documents": said, "local": local, "ids": ids}))


def _noted(client: MoySklad, account: Connection, sought: Sequence[Sought]) -> dict[int, Verdict]:
    """An earlier plugin's own note is sure, unless its document is in the bin or another order's."""
    ids = {document for one in sought for document in one.noted}
    rows = {str(row["id"]): row for row in client.orders.by_ids(sorted(ids), OPENED, deleted=None)}
    taken = bound(account, rows)
    verdicts = {}
    for one in sought:
        named = [rows[document] for document in sorted(one.noted) if document in rows]
        if named:
            verdicts[one.order.pk] = _sure(one.order, named, taken)
    return verdicts


def _of_the_number(client: MoySklad, account: Connection, sought: Sequence[Sought]) -> dict[int, Verdict]:
    """Documents with the order's number, as this shop writes it or bare, or with its id, as WooMS does."""
    names = {one.order.pk: _names(one.order) for one in sought}
    rows = client.orders.by_names(sorted(set().union(*names.values())), OPENED)
    taken = bound(account, (str(row["id"]) for row in rows))
    verdicts = {}
    for one in sought:
        fitting = [
            row for row in rows if row.get("name") in names[one.order.pk] and str(row["id"]) not in taken
        ]
        if fitting:
            verdicts[one.order.pk] = _judged(one.order, fitting)
    return verdicts


def _of_ours(client: MoySklad, account: Connection, sought: Sequence[Sought]) -> dict[int, Verdict]:
    """Documents that carry our key of the order: made by us, though this database knows nothing of it."""
    codes = {one.order.pk: our_code(one.order) for one in sought if one.order.order_key}
    rows = client.orders.by_external_codes(sorted(codes.values()), OPENED, deleted=None)
    taken = bound(account, (str(row["id"]) for row in rows))
    verdicts = {}
    for one in sought:
        mine = [row for row in rows if row.get("externalCode") == codes.get(one.order.pk)]
        if mine:
            verdicts[one.order.pk] = _sure(one.order, mine, taken)
    return verdicts


def our_code(order: Order) -> str:
    """The `externalCode` of our documents (mapping/to_moysklad.py)."""
    return f"{order.source_id}-{order.order_key}"[:255]


def _names(order: Order) -> set[str]:
    shop = order.shop
    return {f"{shop.number_prefix}{order.number}{shop.number_suffix}"[:255], order.number, order.source_id}


def _sure(order: Order, documents: Sequence[Document], taken: Mapping[str, int]) -> Verdict:
    """Nothing is to be compared: one document that is there and nobody else's is the one."""
    free = [row for row in documents if str(row["id"]) not in taken]
    living = [row for row in free if not row.get("deleted")]
    if len(living) == 1:
        return Found(living[0], sure=True)
    if living:
        return doubt("link_several", order, living)
    return doubt("link_in_bin", order, free) if free else doubt("link_taken", order, documents)


def _judged(order: Order, documents: Sequence[Document]) -> Verdict:
    ours = [row for row in documents if _carries_our_key(order, row)]
    agreeing = ours or [row for row in documents if _agrees(order, row)]
    if len(agreeing) == 1:
        return Found(agreeing[0], sure=bool(ours))
    if agreeing:
        return replace(doubt("link_several", order, agreeing), fits=_ids(agreeing))
    of_its_sum = [row for row in documents if _sum_agrees(order, row)]
    if not of_its_sum:
        return doubt("link_doubtful", order, documents)
    others = [row for row in documents if row not in of_its_sum]
    return replace(doubt("link_contested", order, [*of_its_sum, *others]), fits=_ids(of_its_sum))


def _carries_our_key(order: Order, document: Document) -> bool:
    by_code = bool(order.order_key) and document.get("externalCode") == our_code(order)
    return by_code or document.get("syncId") == str(sync_id(order, 0))


def _agrees(order: Order, document: Document) -> bool:
    """Where a shop counts its orders by itself, one's id is another's number: then its sum may be the other's too."""
    if _buyer_agrees(order, document):
        return True
    by_id_only = document.get("name") == order.source_id != order.number
    return not by_id_only and _sum_agrees(order, document)


def _sum_agrees(order: Order, document: Document) -> bool:
    """To the kopeck, before or after refunds; free orders agree with any other, so they prove nothing."""
    remote = moysklad_money.from_wire(document.get("sum"), order.currency)
    return remote > 0 and remote in (order.total_minor, as_it_stands(order).total_minor)


def _buyer_agrees(order: Order, document: Document) -> bool:
    """The same e-mail or phone; the counterparty of all retail orders is nobody's own."""
    agent, customer = document.get("agent") or {}, order.canonical.customer
    if from_moysklad.ref_id(agent) == order.shop.common_buyer_id:
        return False
    email, phone = str(agent.get("email") or ""), str(agent.get("phone") or "")
    known = phones.normal(customer.phone, customer.country)
    same_email = bool(customer.email) and email.strip().lower() == customer.email.lower()
    return same_email or (bool(known) and phones.normal(phone, customer.country) == known)


def _undisputed(verdicts: Mapping[int, Verdict], orders: Mapping[int, Order]) -> dict[int, Verdict]:
    """A document that fits several orders is given to none of them, but to the one of which it is sure."""
    sure = Counter(
        str(one.document["id"]) for one in verdicts.values() if isinstance(one, Found) and one.sure
    )
    fits = Counter(document for verdict in verdicts.values() for document in _fitting(verdict))
    return {
        pk: doubt("link_contested", orders[pk], [verdict.document])
        if isinstance(verdict, Found) and (sure if verdict.sure else fits)[str(verdict.document["id"])] > 1
        else verdict
        for pk, verdict in verdicts.items()
    }


def _fitting(verdict: Verdict) -> frozenset[str]:
    """Ids of the documents that may be the order's."""
    return _ids([verdict.document]) if isinstance(verdict, Found) else verdict.fits


def _ids(documents: Sequence[Document]) -> frozenset[str]:
    return frozenset(str(row["id"]) for row in documents)


def _sum_text(order: Order, document: Document) -> str:
    """In the order's currency, which is the document's but for a mistake."""
    return to_text(moysklad_money.from_wire(document.get("sum"), order.currency), order.currency)
