"""Stock written by the REST API, a hundred to a call: read just before, written where needed, read again after.

A sale between the first reading and the write is lost on the site until the bridge hears of it (docs/stock.md says how
long that is); what a sale before it took off the number, and we do not know of yet, stays taken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from bridge import worktime
from bridge.connections.faults import said_of_goods
from bridge.mapping.site_stock import quantity_of, sale_of, to_number
from bridge.sync.stock.results import Result, Said, Wish, is_cut, still_unheard, without_unheard
from connectors.errors import ConnectorError, NotFound, PermanentError
from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.products import STOCK_FIELDS

BATCH = 100


class Going(NamedTuple):
    """One number as it is to be written: what is on the site, what goes there, what is kept off it, the newest sale in
    it, and whether it is there already.
    """

    wish: Wish
    present: Decimal
    quantity: Decimal
    unheard: Decimal
    sale: int
    is_there: bool


Rows = Mapping[str, Mapping[str, Any]]


def write(client: WooCommerce, wishes: Sequence[Wish]) -> Iterator[list[Result]]:
    """Simple products together, variations by their product; what there was no time for is LATER."""
    for parent, group in _groups(wishes):
        if worktime.time_is_up():
            yield [Result(wish.listing, Said.LATER) for wish in group]
        else:
            yield _write(client, parent, group)


def _groups(wishes: Sequence[Wish]) -> Iterator[tuple[str, list[Wish]]]:
    """What goes in one call, with the product of variations ('' for products)."""

    def parent_of(wish: Wish) -> str:
        return wish.listing.product_id if wish.listing.variation_id else ""

    for parent, family in groupby(sorted(wishes, key=parent_of), key=parent_of):
        group = list(family)
        for start in range(0, len(group), BATCH):
            yield parent, group[start : start + BATCH]


def _write(client: WooCommerce, parent: str, group: Sequence[Wish]) -> list[Result]:
    results: list[Result] = []
    there = _read(client, parent, group)
    going: list[Going] = []
    for wish in group:
        row = there.get(wish.listing.source_id)
        if row is None:
            results.append(Result(wish.listing, Said.GONE))
        elif (present := quantity_of(row)) is None:
            said = Said.OF_PARENT if row.get("manage_stock") == "parent" else Said.NO_STOCK
            results.append(Result(wish.listing, said))
        else:
            going.append(_going(wish, row, present))
    todo = [one for one in going if not one.is_there]
    results += [_set(one, one.present, one.unheard) for one in going if one.is_there]
    return results + _send(client, parent, todo) if todo else results


def _going(wish: Wish, row: Mapping[str, Any], present: Decimal) -> Going:
    unheard = still_unheard(wish.listing) + _unheard_of(wish, present)
    quantity = without_unheard(wish.quantity, unheard)
    settled = not wish.backorders or row.get("backorders") == wish.backorders
    return Going(wish, present, quantity, unheard, sale_of(row), present == quantity and settled)


def _send(client: WooCommerce, parent: str, todo: Sequence[Going]) -> list[Result]:
    updates = [_update(one.wish, one.quantity) for one in todo]
    answers = (
        client.products.variations_batch(int(parent), updates) if parent else client.products.batch(updates)
    )
    good = [one.wish for one, answer in zip(todo, answers, strict=True) if not _error(answer)]
    after = _read_again(client, parent, good) if good else {}
    results: list[Result] = []
    for one, answer in zip(todo, answers, strict=True):
        if error := _error(answer):
            said = Said.REFUSED if isinstance(error, PermanentError) else Said.UNSURE
            results.append(Result(one.wish.listing, said, detail=said_of_goods(error), error=error))
            continue
        # What the site made of it (a shop of whole pieces cuts parts of one), and what it sold since.
        made = one.quantity if isinstance(answer, ConnectorError) else quantity_of(answer)
        made = one.quantity if made is None else made
        now = quantity_of(after.get(one.wish.listing.source_id, {}))
        found = made if now is None else now
        cut = is_cut(one.quantity, made)
        results.append(_set(one, found, one.unheard + max(made - found, Decimal(0)), cut=cut))
    return results


def _set(one: Going, quantity: Decimal, unheard: Decimal, *, cut: bool = False) -> Result:
    return Result(
        one.wish.listing,
        Said.SET,
        quantity,
        one.sale,
        one.present,
        unheard=unheard,
        backorders=one.wish.backorders,
        cut=cut,
    )


def _unheard_of(wish: Wish, present: Decimal) -> Decimal:
    """Pieces that left the site's number without our knowing: most likely sold a moment ago."""
    known = wish.listing.site_quantity
    # Our own number, written by a call whose answer was lost, is no sale.
    if known is None or present == wish.quantity:
        return Decimal(0)
    return max(known - present, Decimal(0))


def _update(wish: Wish, quantity: Decimal) -> dict[str, Any]:
    update: dict[str, Any] = {"id": int(wish.listing.source_id), "stock_quantity": to_number(quantity)}
    if wish.backorders:
        update["backorders"] = wish.backorders
    return update


def _read(client: WooCommerce, parent: str, wishes: Sequence[Wish]) -> Rows:
    ids = [int(wish.listing.source_id) for wish in wishes]
    if not parent:
        found = client.products.by_ids(ids, STOCK_FIELDS)
    else:
        try:
            found = client.products.variations_by_ids(int(parent), ids, STOCK_FIELDS)
        except NotFound:  # their product is gone, and they with it
            found = []
    return {str(row["id"]): row for row in found}


def _read_again(client: WooCommerce, parent: str, wishes: Sequence[Wish]) -> Rows:
    """Nothing where the site does not tell: what was written is known anyway."""
    try:
        return _read(client, parent, wishes)
    except ConnectorError:
        return {}


def _error(answer: Any) -> ConnectorError | None:
    return answer if isinstance(answer, ConnectorError) else None
