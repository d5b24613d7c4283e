"""Numbers of pieces, and what is sold beyond them, of a run: written as they were shown, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction

from bridge.catalog.models import Listing
from bridge.connections.faults import said_of_goods
from bridge.domain.changed_values import BACKORDERS, STOCK
from bridge.domain.decimals import digits
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import outcomes
from bridge.sync.previews.number_verdicts import Number, judge
from bridge.sync.previews.present import Present
from bridge.sync.stock import journal, news, site_numbers, writing
from bridge.sync.stock.results import Result, Said

FIELDS = (STOCK, BACKORDERS)
WHY = {Said.NO_STOCK: "no_stock_kept", Said.OF_PARENT: "stock_of_parent", Said.GONE: "gone_from_site"}


def write(run: GoodsRun, rows: Sequence[GoodsChange], present: Mapping[int, Present]) -> None:
    """Each row learns what became of it; those that stay planned are to be tried again. Raises ConnectorError."""
    with transaction.atomic():
        numbers = _numbers(rows)
        counted = journal.counted(run.shop, [one.listing.source_id for one in numbers])
        wishes = judge(run, numbers, present)
        going = {wish.listing.pk for wish in wishes}
        sent = [row for one in numbers if one.listing.pk in going for row in one.rows]
        for row in sent:
            here = present[row.listing_id or 0]
            was = here.backorders if row.field == BACKORDERS else _text(here.quantity)
            row.values |= {"sent": True, "was": was, "base": here.sale}
        GoodsChange.objects.bulk_update(sent, ["values"], batch_size=500)
    if not wishes:
        return
    by_listing = {one.listing.pk: one for one in numbers}
    for results in writing.write(run.shop, writing.Portion(wishes, counted)):
        site_numbers.note(run.shop, results)
        for result in results:
            for row in by_listing[result.listing.pk].rows:
                _note(row, result, present[result.listing.pk])
    if run.shop.write_goods and Listing.objects.filter(pk__in=going, stock_differs=True).exists():
        news.ask(run.shop)


def _numbers(rows: Sequence[GoodsChange]) -> list[Number]:
    """By listing, whose rows are held: the news of a sale is either in what is judged, or comes after it."""
    found = {(row.listing_id, row.field): row for row in rows}
    held = Listing.objects.filter(pk__in={row.listing_id for row in rows}).order_by("pk")
    listings = held.select_for_update(of=("self",)).select_related("binding__product")
    return [Number(x, found.get((x.pk, STOCK)), found.get((x.pk, BACKORDERS))) for x in listings]


def _note(row: GoodsChange, result: Result, here: Present) -> None:
    match result.said:
        case Said.SET if row.field == BACKORDERS:
            outcomes.written(row, row.values["was"], row.values["new"])
        case Said.SET:
            was = result.was if result.was is not None else here.quantity
            outcomes.written(row, _text(was), _text(result.quantity), sale=result.sale or here.sale)
        case Said.LATER | Said.UNSURE:
            row.detail = (result.detail or (said_of_goods(result.error) if result.error else ""))[:500]
        case _:
            outcomes.refused(row, WHY.get(result.said) or result.detail or "refused")


def _text(number: Decimal | None) -> str | None:
    return None if number is None else digits(number)
