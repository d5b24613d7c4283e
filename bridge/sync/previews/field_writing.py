"""Prices and texts of a run, written as they were shown, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.faults import said_of_goods
from bridge.domain import fields
from bridge.sync.fields.goods import goods_of
from bridge.sync.fields.wanted import Wishes
from bridge.sync.fields.writing import Written, keep
from bridge.sync.fields.writing import write as send
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import outcomes
from bridge.sync.previews.present import Present
from bridge.sync.site_reading import by_call

ByListing = dict[int, dict[str, GoodsChange]]


def write(run: GoodsRun, rows: Sequence[GoodsChange], present: Mapping[int, Present]) -> None:
    """Each row learns what became of it; those that stay planned are to be tried again. Raises ConnectorError."""
    found = Listing.objects.filter(pk__in={row.listing_id for row in rows})
    listings = {row.pk: row for row in found.select_related("binding__product")}
    planned: ByListing = defaultdict(dict)
    for row in rows:
        planned[row.listing_id or 0][row.field] = row
    wanted = {} if run.kind == GoodsRun.Kind.UNDO else _wanted(run, listings, present)
    for row in rows:
        here = present.get(row.listing_id or 0)
        if here is None:
            outcomes.refused(row, "gone_from_site")
        elif run.kind == GoodsRun.Kind.UNDO:
            _check_undoing(row, here)
        else:
            _check_preview(row, here, wanted.get(row.listing_id or 0, {}).get(row.field))
    going = [row for row in rows if outcomes.is_open(row)]
    for row in going:
        row.values |= {"sent": True, "was": present[row.listing_id or 0].restorable(row.field)}
    GoodsChange.objects.bulk_update(going, ["values"], batch_size=500)
    _send(run, {row.listing_id or 0 for row in going}, listings, planned)


def _wanted(
    run: GoodsRun, listings: Mapping[int, Listing], present: Mapping[int, Present]
) -> Mapping[int, Mapping[str, Any]]:
    """What MoySklad says now of what is there."""
    wishes = Wishes(run.shop)
    linked = [x for x in listings.values() if getattr(x, "binding", None) is not None and x.pk in present]
    goods = goods_of(run.shop, [x.binding.product for x in linked])
    return {
        x.pk: wishes.wanted(x.kind, present[x.pk].fields, goods[x.binding.product_id]).values for x in linked
    }


def _check_preview(row: GoodsChange, here: Present, wanted: Any) -> None:
    field, now = row.field, here.fields.get(row.field)
    if now is not None and fields.same(field, now, row.values["new"]):
        if row.values.get("sent"):
            outcomes.written(row, row.values["was"], now)
        else:
            outcomes.overtaken(row, "equal_already", now, wanted)
    elif (
        now is None
        or wanted is None
        or not fields.same(field, now, row.values["old"])
        or not fields.same(field, wanted, row.values["new"])
    ):
        outcomes.overtaken(row, "changed_since_shown", now, wanted)


def _check_undoing(row: GoodsChange, here: Present) -> None:
    field, now = row.field, here.fields.get(row.field)
    if now is not None and row.values.get("sent") and fields.same(field, now, row.values["new"]):
        outcomes.written(row, row.values["was"], now)
    elif now is None or not fields.same(field, now, row.values["old"]):
        outcomes.overtaken(row, "changed_since_written", now)


def _send(run: GoodsRun, going: set[int], listings: Mapping[int, Listing], planned: ByListing) -> None:
    client = clients.woocommerce(run.shop.site)
    for parent, group in by_call([listings[pk] for pk in sorted(going)]):
        items = {x.pk: (x, _values(planned[x.pk])) for x in group}
        results = send(client, parent, items)
        keep(results)
        for result in results:
            for row in planned[result.listing.pk].values():
                if outcomes.is_open(row):
                    _note(row, result)


def _values(rows: Mapping[str, GoodsChange]) -> dict[str, Any]:
    return {field: row.values["new"] for field, row in rows.items() if outcomes.is_open(row)}


def _note(row: GoodsChange, result: Written) -> None:
    why = result.refused.get(row.field) or result.refused.get("")
    if row.field in result.sent:
        made = (result.shown or {}).get(row.field, row.values["new"])
        outcomes.written(row, row.values["was"], made)
    elif why is not None:
        outcomes.refused(row, why)
    elif result.unsure is not None:
        row.detail = said_of_goods(result.unsure)[:500]
