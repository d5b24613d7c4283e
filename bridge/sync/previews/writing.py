"""A run as it is written: goods by goods, what was read just before compared with what was shown.

Rows that are still planned are the place where the next portion goes on, so a worker that dies loses nothing.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bridge.catalog.models import Listing
from bridge.connections import clients
from bridge.connections.models import Shop
from bridge.domain.changed_values import HIDE, PUBLISH
from bridge.domain.fields import FIELDS as TEXTS
from bridge.sync import leased
from bridge.sync.fields import wishes
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import field_writing, number_writing, outcomes, publishing, runs
from bridge.sync.previews import present as presence
from bridge.sync.previews.totals import totals
from bridge.sync.stock import news

# Goods to a portion: what is read is still true when it is written a few seconds later.
GOODS, DRAFTS = 200, 20
# What the site was too busy for is tried again after so many seconds (times RETRY_SCALE), so often.
SOON, TRIES = 3.0, 10

State, Step = GoodsChange.State, GoodsRun.Step
STORED = ("listing", "state", "values", "detail", "reason", "reason_params", "at")


def page(run: GoodsRun) -> float | None:
    """The next goods; None: more can be done at once, else the seconds to wait (0 also when it has ended)."""
    rows = _next(run)
    if not rows:
        _end(run)
        return 0
    try:
        with leased.calling(run.shop.site):
            _write(run, rows)
    finally:  # what was written is written, whatever came after it
        GoodsChange.objects.bulk_update(rows, STORED, batch_size=200)
    finished = [row for row in rows if not outcomes.is_open(row)]
    _undone(run, finished)
    if not finished:
        return _wait(run, rows)
    return None if _went_on(run, len(finished)) else 0


def _next(run: GoodsRun) -> list[GoodsChange]:
    """All that is planned of the next goods, the drafts of new ones last and fewer: each is a call of its own."""
    planned = run.changes.filter(state=State.PLANNED)
    goods = planned.filter(listing__isnull=False).order_by("pk")
    listings = set(goods.values_list("listing", flat=True)[:GOODS])
    rows = (
        planned.filter(listing__in=listings).order_by("pk") if listings else planned.order_by("pk")[:DRAFTS]
    )
    return list(rows.select_related("listing", "product"))


def _write(run: GoodsRun, rows: list[GoodsChange]) -> None:
    here = [row for row in rows if row.listing is not None]
    if here:
        client = clients.woocommerce(run.shop.site)
        listings: dict[int, Listing] = {row.listing.pk: row.listing for row in here if row.listing}
        present = presence.read(client, listings.values())
        for write, fields in ((number_writing.write, number_writing.FIELDS), (field_writing.write, TEXTS)):
            part = [row for row in here if row.field in fields]
            if part:
                write(run, part, present)
        if part := [row for row in here if row.field == HIDE]:
            publishing.hide(run, part, present)
    if new := [row for row in rows if row.listing is None and row.field == PUBLISH]:
        publishing.publish(run, new)


def _undone(run: GoodsRun, rows: list[GoodsChange]) -> None:
    """What an undoing brought back counts as undone in the run that had written it."""
    sources = [row.values["source"] for row in rows if row.state == State.WRITTEN and "source" in row.values]
    if run.kind == GoodsRun.Kind.UNDO and sources:
        GoodsChange.objects.filter(pk__in=sources, run=run.undoes).update(state=State.UNDONE)


def _wait(run: GoodsRun, rows: list[GoodsChange]) -> float:
    """Nothing could be done of these: a little later again, and in the end they are given up."""
    tries = int((run.place or {}).get("tries", 0)) + 1
    if tries >= TRIES:
        for row in rows:
            outcomes.refused(row, row.detail or "busy")
        GoodsChange.objects.bulk_update(rows, STORED, batch_size=200)
        tries = 0
    leased.ours(run).update(place={"tries": tries})
    return SOON * settings.RETRY_SCALE


def _went_on(run: GoodsRun, finished: int) -> bool:
    with transaction.atomic():
        stored = leased.held(run)
        if stored is None:  # ended by a person meanwhile: the figures are those of what was written
            GoodsRun.objects.filter(pk=run.pk).update(counts=totals(run))
            return False
        stored.done += finished
        stored.place = run.place = None
        stored.save()
    return stored.state == GoodsRun.State.RUNNING


def _end(run: GoodsRun) -> None:
    """Everything has been tried; from now on by itself, if the owner said so."""
    with transaction.atomic():
        stored = leased.held(run)
        if stored is None:
            return
        stored.step, stored.state = Step.WRITTEN, GoodsRun.State.DONE
        stored.finished_at, stored.place, stored.counts = timezone.now(), None, totals(run)
        stored.done = stored.total
        stored.save()
        if stored.then_on:
            if Shop.objects.filter(pk=run.shop_id, write_goods=False).update(write_goods=True):
                runs.note_writing(run.shop, stored.agreed_by, on=True)
            run.shop.write_goods = True
            news.ask(run.shop)
            wishes.queue(run.shop)
