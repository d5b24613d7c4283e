"""Sales whose goods a document holds, and that the stock report did not tell yet.

What a report says after the document was answered has it in, once MoySklad has counted the item anew: it names such an
item, and those it is still counting come without a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DecimalField, F, Value
from django.db.models.functions import Greatest

from bridge.catalog.models import BundlePart, Product
from bridge.connections.models import Connection, Shop
from bridge.orders.sales import Sale
from bridge.portions import portions


class Waiting(NamedTuple):
    """`items`: what must be told for this sale to be shown; a bundle is told of by its parts."""

    pk: int
    held: Decimal
    items: frozenset[str]


class Unsettled:
    """Made before the report of this kind of stock is asked for: only what was answered by then can be in it."""

    def __init__(self, account: Connection, stock_type: str) -> None:
        self._physical = stock_type == Shop.StockType.STOCK
        unsettled = {"shipment_settled" if self._physical else "settled": False}
        # By the index of such rows alone, as in in_flight.py.
        rows = Sale.objects.filter(**unsettled).values_list(
            "pk",
            "shipped" if self._physical else "held",
            "product_id",
            "product__kind",
            "product__external_id",
            "listing__shop__account_id",
        )
        found = [row[:-1] for row in rows if row[-1] == account.pk and row[2] is not None]
        parts = _parts({product for *_, product, kind, _id in found if kind == Product.Kind.BUNDLE})
        self._waiting = [
            Waiting(pk, held, frozenset(parts.get(product) or {external_id}))
            for pk, held, product, _kind, external_id in found
        ]

    def shown(self, named: set[str] | None, busy: set[str]) -> list[Waiting]:
        """Those that a report has in it which names these items (None: it tells of all) and is counting those."""
        return [
            sale for sale in self._waiting if not sale.items & busy and (named is None or sale.items <= named)
        ]

    def settle(self, shown: Sequence[Waiting]) -> None:
        """They are in flight no more; one whose document changed meanwhile waits for the next report."""
        by_held: dict[Decimal, list[int]] = defaultdict(list)
        for sale in shown:
            by_held[sale.held].append(sale.pk)
        for held, pks in sorted(by_held.items()):
            for part in portions(pks):
                self._shown(part, held)

    def _shown(self, pks: Sequence[int], held: Decimal) -> None:
        left = Greatest(F("needed") - Value(held), Value(Decimal(0)), output_field=DecimalField())
        rows = Sale.objects.filter(pk__in=pks)
        if self._physical:
            rows.filter(shipped=held).update(shipped_shown=held, shipment_settled=True, unshipped=left)
        else:
            rows.filter(held=held).update(shown=held, settled=True, in_flight=left)


def _parts(bundles: set[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for part in portions(sorted(bundles)):
        for row in BundlePart.objects.filter(bundle__in=part):
            found[row.bundle_id].add(row.item_external_id)
    services = set(  # no report names one
        Product.objects.filter(
            kind=Product.Kind.SERVICE, external_id__in={item for items in found.values() for item in items}
        ).values_list("external_id", flat=True)
    )
    return {bundle: items - services for bundle, items in found.items()}
