"""Numbers that may have changed are worked out anew, and what differs goes to the site; the rest is left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections.faults import of_items
from bridge.connections.models import Shop
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Done, Failed, Outcome
from bridge.sync import kinds, last_writes
from bridge.sync.last_writes import Write
from bridge.sync.stock import journal, news, site_numbers, writing
from bridge.sync.stock.by_value import Columns
from bridge.sync.stock.offers import Offer, offers
from bridge.sync.stock.results import Result, Said, Wish, still_unheard, without_unheard

# One message takes so many listings and then asks for the next, so that no worker is held for long.
PORTION = 1000
LEAST = 50
# An item the site breaks on is tried so often (three minutes), then noted as refused: the others need the message.
TRIES = 4
# What was busy with a sale, or had sold something we have not heard of, is looked at again.
SOON = timedelta(seconds=3)


def deliver(messages: Sequence[OutboxMessage]) -> Mapping[int, Outcome]:
    """For each message's shop."""
    return {message.pk: _bring(message) for message in messages}


class Worked(NamedTuple):
    """A portion as it was worked out: what to write of it, and which sales of the site are in the numbers."""

    wishes: list[Wish]
    counted: journal.Counted


def work_out(shop: Shop, limit: int) -> Worked | None:
    """The next listings whose number is stale or differs, with their wanted numbers kept; None when there are none.

    Their rows are held meanwhile: the news of a sale is either wholly in the numbers, or comes after them.
    """
    _wait_no_longer(shop)
    with transaction.atomic():
        rows = Listing.objects.filter(shop=shop)
        ids = set(rows.filter(stock_stale=True).order_by("pk").values_list("pk", flat=True)[:limit])
        if shop.write_goods and len(ids) < limit:
            differing = rows.filter(stock_differs=True).order_by("pk")
            ids |= set(differing.values_list("pk", flat=True)[: limit - len(ids)])
        if not ids:
            return None
        held = rows.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",))
        listings = list(held.select_related("binding__product"))
        counted = journal.counted(shop, [x.source_id for x in listings if x.keeper == Listing.Keeper.OWN])
        found = offers(shop, listings)
        columns = Columns(listings, "wanted_quantity", "write_error", "stock_differs", "stock_stale")
        for listing in listings:
            _want(listing, found[listing.pk])
        columns.save()
    wishes = [
        Wish(x, x.wanted_quantity, found[x.pk].backorders)
        for x in listings
        if x.stock_differs and x.wanted_quantity is not None
    ]
    return Worked(wishes, counted)


def _wait_no_longer(shop: Shop) -> None:
    """Pieces that left a number, and whose order never came, were not sold."""
    rows = Listing.objects.filter(shop=shop, unheard__gt=0, unheard_until__lte=timezone.now())
    rows.update(unheard=0, unheard_until=None, stock_stale=True)


def _want(listing: Listing, offer: Offer) -> None:
    """Note the number the listing should show."""
    if offer.quantity != listing.wanted_quantity:
        listing.wanted_quantity, listing.write_error = offer.quantity, ""
    kept = None if offer.quantity is None else without_unheard(offer.quantity, still_unheard(listing))
    unequal = (
        listing.doubtful or listing.site_quantity != kept or offer.backorders not in ("", listing.backorders)
    )
    listing.stock_differs = kept is not None and not listing.write_error and unequal
    listing.stock_stale = False


def _bring(message: OutboxMessage) -> Outcome:
    """Every item gets its try; only a call that fails as a whole says something of the site, and is raised."""
    shop = Shop.objects.select_related("site", "account").get(pk=message.shop_id)
    worked = work_out(shop, int(message.payload.get("portion") or PORTION))
    if worked is None or not (shop.write_goods and worked.wishes):
        _go_on(shop, [])
        return Done("worked out" if worked else "nothing to do", answered=False)
    results: list[Result] = []
    last_try = message.attempts + 1 >= TRIES
    for part in writing.write(shop, writing.Portion(worked.wishes, worked.counted)):
        results += _noted(shop, [_refused(result) for result in part] if last_try else part)
    _go_on(shop, results)
    unsure = [result for result in results if result.said is Said.UNSURE]
    if unsure and unsure[0].error is not None:
        return Failed(of_items(unsure[0].error))
    written = sum(result.said is Said.SET for result in results)
    return Done(f"{written} items")


def _noted(shop: Shop, results: Sequence[Result]) -> Sequence[Result]:
    site_numbers.note(shop, results)
    done = [Write(r.listing.pk, "stock", r.was, r.quantity) for r in results if r.said is Said.SET]
    last_writes.keep(shop, done)
    return results


def _refused(result: Result) -> Result:
    return result._replace(said=Said.REFUSED) if result.said is Said.UNSURE else result


def _go_on(shop: Shop, results: Sequence[Result]) -> None:
    """The next portion at once, as large as the site managed in its time; what it could not do now a little later."""
    reached = sum(result.said is not Said.LATER for result in results)
    unsure = sum(result.said is Said.UNSURE for result in results)
    if unsure and _count(shop) == unsure:  # the message itself is tried again
        return
    if _more(shop):
        portion = PORTION if reached == len(results) else max(reached, LEAST)
        with transaction.atomic():
            news.ask(shop, portion=portion)
            if len(results) - reached == _count(shop):
                _put_off(shop, timezone.now() + SOON)
        return
    waiting = Listing.objects.filter(shop=shop, unheard__gt=0).aggregate(until=Min("unheard_until"))
    if waiting["until"] is not None:
        with transaction.atomic():
            news.ask(shop)  # holds the message: who marks a number from here on asks after this
            if not _more(shop):
                _put_off(shop, waiting["until"])


def _put_off(shop: Shop, moment: datetime) -> None:
    OutboxMessage.objects.filter(
        kind=kinds.STOCK, object_key=f"stock:{shop.pk}", state=OutboxMessage.State.WAITING
    ).update(due_at=moment)


def _more(shop: Shop) -> bool:
    rows = Listing.objects.filter(shop=shop)
    if rows.filter(stock_stale=True).exists():
        return True
    return shop.write_goods and rows.filter(stock_differs=True).exists()


def _count(shop: Shop) -> int:
    rows = Listing.objects.filter(shop=shop)
    return rows.filter(stock_stale=True).count() + rows.filter(stock_differs=True).count()
