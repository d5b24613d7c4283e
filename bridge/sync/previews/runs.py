"""Previews as a person starts, confirms, ends and undoes them (the work itself: preview_portions.py)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.domain.errors import DomainError
from bridge.history import deeds
from bridge.history.forms import switched
from bridge.sync import leased
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews.totals import of_state, totals

Step, State, Kind = GoodsRun.Step, GoodsRun.State, GoodsRun.Kind
AT_WORK = Q(state__in=leased.OPEN) & ~Q(step=Step.READY)
# What was written is kept so long, item by item.
KEPT = timedelta(days=180)


def start(shop: Shop) -> GoodsRun:
    """Begin a preview; one that waits for its owner is dropped for it. Raises DomainError("preview_open")."""
    with transaction.atomic():
        _alone(shop)
        for waiting in GoodsRun.objects.filter(shop=shop, state__in=leased.OPEN):
            drop(waiting)
        GoodsChange.objects.filter(shop=shop, run__created_at__lt=timezone.now() - KEPT).delete()
        goods = Listing.objects.filter(shop=shop, present=True, binding__isnull=False)
        run = GoodsRun.objects.create(shop=shop, total=goods.count())
        leased.wake_up(run)
    return run


def confirm(run: GoodsRun, *, then_on: bool, by: User | None = None) -> bool:
    """Have a preview written as it stands, and with `then_on` all later changes by themselves. False when it does not
    wait for that (any more).
    """
    with transaction.atomic():
        _alone(run.shop)
        rows = GoodsRun.objects.filter(pk=run.pk, step=Step.READY, state=State.PAUSED)
        going = {"step": Step.WRITING, "state": State.RUNNING, "then_on": then_on, "due_at": timezone.now()}
        planned = run.changes.filter(state=GoodsChange.State.PLANNED).count()
        if not rows.update(
            **going, agreed_by=by, place=None, total=planned, done=0, problem="", problem_params={}
        ):
            return False
        leased.wake_up(run)
    run.refresh_from_db()
    return True


def drop(run: GoodsRun) -> bool:
    """End it where it is: a preview is forgotten, of one that is being written the rest stays unwritten. False when it
    has ended by itself.
    """
    with transaction.atomic():
        if not leased.cancel(run):
            return False
        run.refresh_from_db()
        if run.step in (Step.COMPARING, Step.READY):
            run.changes.all().delete()
            run.step = Step.DROPPED
        run.counts = totals(run)
        run.save(update_fields=["step", "counts"])
    return True


def undo(run: GoodsRun, *, by: User | None = None) -> GoodsRun:
    """Have the old values written back where the site still shows what the run wrote. The shop stops writing by itself
    first: it would write the new ones again. Raises DomainError: "undone_already", "nothing_to_undo", "preview_open".
    """
    with transaction.atomic():
        _alone(run.shop)
        refuse_undo(run)
        for waiting in GoodsRun.objects.filter(shop=run.shop_id, state__in=leased.OPEN):
            drop(waiting)
        if Shop.objects.filter(pk=run.shop_id, write_goods=True).update(write_goods=False):
            note_writing(run.shop, by, on=False)
        total = run.changes.filter(state=GoodsChange.State.WRITTEN).count()
        undoing = GoodsRun.objects.create(shop=run.shop, kind=Kind.UNDO, undoes=run, total=total)
        leased.wake_up(undoing)
    return undoing


def note_writing(shop: Shop, by: User | None, *, on: bool) -> None:
    """Into the shop's history, that it begins or stops to write by itself."""
    if by is None:
        return  # agreed to before the bridge kept who did
    said = _("A preview is written: from now on the shop writes changes by itself.")
    stopped = _("A preview is undone: the shop no longer writes changes by itself.")
    deeds.note(by, shop, said if on else stopped, [switched(shop, "write_goods", on)])


def refuse_undo(run: GoodsRun) -> None:
    """Raises DomainError that says why this run cannot be undone, if it cannot."""
    if run.undone_by.exclude(state=State.CANCELLED).exists():
        raise DomainError("undone_already")
    written = run.changes.filter(state=GoodsChange.State.WRITTEN)
    if run.kind == Kind.UNDO or run.step not in (Step.WRITING, Step.WRITTEN) or not written.exists():
        raise DomainError("nothing_to_undo")


def waiting_for(shop: Shop) -> GoodsRun | None:
    """The shop's preview that is being worked out, waits for its owner or is being written."""
    return GoodsRun.objects.filter(shop=shop, state__in=leased.OPEN).first()


def planned(run: GoodsRun) -> int:
    return of_state(run.counts, GoodsChange.State.PLANNED)


def _alone(shop: Shop) -> None:
    """Holds the shop's row. Raises DomainError while another run of it is at work."""
    Shop.objects.select_for_update().get(pk=shop.pk)
    if GoodsRun.objects.filter(AT_WORK, shop=shop).exists():
        raise DomainError("preview_open", shop=shop.name)
