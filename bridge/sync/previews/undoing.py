"""The undoing of a run, as it is listed before it is written: the old value of each thing that the run wrote."""

from __future__ import annotations

from django.db import transaction

from bridge.domain.changed_values import HIDE, PUBLISH, text_of
from bridge.sync import leased
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import outcomes
from bridge.sync.previews.totals import totals

PAGE = 1000
State = GoodsChange.State


def page(run: GoodsRun) -> bool:
    """A page of the run's written rows, turned round; at the end the writing begins. False: no more to do now."""
    after = int((run.place or {}).get("after", 0))
    written = GoodsChange.objects.filter(run=run.undoes, state=State.WRITTEN, pk__gt=after).order_by("pk")
    sources = list(written[:PAGE])
    with transaction.atomic():
        stored = leased.held(run)
        if stored is None:
            return False
        GoodsChange.objects.bulk_create([_turned(run, source) for source in sources], batch_size=500)
        stored.place = run.place = {"after": sources[-1].pk if sources else after}
        if len(sources) < PAGE:
            stored.step, stored.place = GoodsRun.Step.WRITING, None
            run.step, run.place = stored.step, None
            stored.total = run.changes.filter(state=State.PLANNED).count()
            stored.counts = totals(run)
        stored.save()
    return stored.state == GoodsRun.State.RUNNING


def _turned(run: GoodsRun, source: GoodsChange) -> GoodsChange:
    was, made = source.values.get("was"), source.values.get("made")
    row = GoodsChange(
        run=run,
        shop_id=source.shop_id,
        listing_id=source.listing_id,
        product_id=source.product_id,
        field=source.field,
        old=text_of(source.field, made),
        new=text_of(source.field, was),
        reason="taken_back",
        values={
            "old": made,
            "new": was,
            "sale": source.values.get("sale", 0),
            "since": source.at.isoformat() if source.at else "",
            "source": source.pk,
        },
    )
    if source.field in (PUBLISH, HIDE):
        row.old, row.new = source.new, source.old
        outcomes.kept(row, "undo_by_hand")
    elif was is None or made is None:
        outcomes.kept(row, "undo_unknown_value")
    return row
