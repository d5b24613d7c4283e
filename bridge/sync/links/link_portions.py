"""Many links at once at work: checked, made or taken back in portions, each stored together with its place.

A worker that dies loses nothing and counts nothing twice. What waited for a link goes on as its portion is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from bridge.catalog import bindings
from bridge.catalog.models import Listing, ProductBinding
from bridge.portions import OF_QUERY
from bridge.sync import leased
from bridge.sync.goods import follow_up
from bridge.sync.links import planned, verdicts
from bridge.sync.links.verdicts import Planned
from bridge.sync.models import LinkRun

Step, State = LinkRun.Step, LinkRun.State
# Lines and links that the page of the run shows; all of them are in its report.
SHOWN = 100


def portion(run: LinkRun) -> float:
    """Work on it until time is up."""
    return WORK[Step(run.step)](run)


def _check(run: LinkRun) -> float:
    is_over = leased.stopwatch()
    for part, reached in planned.plan(run, run.place or 0):
        if not _keep(run, part, reached):
            return 0
        if is_over():
            return 0
    _end(run, Step.READY, State.PAUSED)
    return 0


def _make(run: LinkRun) -> float:
    is_over = leased.stopwatch()
    for part, reached in planned.plan(run, run.place or 0):
        made = {
            one.listing.pk: one for one in part if one.listing and one.product and one.code in verdicts.MADE
        }
        with transaction.atomic():
            if not _keep(run, part, reached, made=len(made)):
                return 0
            _link(run, made)
            follow_up.linked(run.shop, made)
        if is_over():
            return 0
    _end(run, Step.MADE, State.DONE, content="")
    return 0


def _undo(run: LinkRun) -> float:
    is_over = leased.stopwatch()
    while rows := list(run.bindings.order_by("pk")[:OF_QUERY]):
        with transaction.atomic():
            if not _keep(run, (), 0, taken_back=len(rows)):
                return 0
            _unlink(run, rows)
        if is_over():
            return 0
    _end(run, Step.UNDONE, State.DONE)
    return 0


WORK: Mapping[LinkRun.Step, Callable[[LinkRun], float]] = {
    Step.CHECKING: _check,
    Step.MAKING: _make,
    Step.UNDOING: _undo,
}


def _keep(run: LinkRun, part: Sequence[Planned], reached: int, **more: int) -> bool:
    """Count a portion and remember its end; False when another worker has the run."""
    with transaction.atomic():
        row = leased.held(run)
        if row is None:
            return False
        row.place, row.done = reached, row.done + (len(part) or sum(more.values()))
        counts = Counter({name: n for name, n in row.counts.items() if isinstance(n, int)})
        if run.step == Step.CHECKING:
            counts.update(one.code for one in part)
            shown = row.counts.get("shown", [])
            row.counts["shown"] = shown + [_shown(one) for one in part if _is_worth_showing(one, shown)]
            row.counts["shown"] = row.counts["shown"][:SHOWN]
        counts.update(more)
        row.counts |= counts
        row.save(update_fields=["place", "done", "counts"])
        run.place, run.counts = row.place, row.counts
    return True


def _is_worth_showing(one: Planned, shown: list[Any]) -> bool:
    return len(shown) < SHOWN and one.code not in (verdicts.NEW, verdicts.SAME)


def _shown(one: Planned) -> list[Any]:
    """[line, listing, product, code, params], by primary keys."""
    listing, product = (row.pk if row is not None else None for row in (one.listing, one.product))
    return [one.line, listing, product, one.code, dict(one.params)]


def _link(run: LinkRun, made: Mapping[int, Planned]) -> None:
    old = ProductBinding.objects.filter(listing__in=list(made)).select_for_update()
    before = {row.listing_id: {"before_id": row.product_id, "before_origin": row.origin} for row in old}
    ProductBinding.objects.filter(listing__in=list(made)).delete()
    fresh = {"run": run, "origin": planned.origin(run)}
    ProductBinding.objects.bulk_create(
        ProductBinding(listing_id=pk, product=one.product, **fresh, **before.get(pk, {}))
        for pk, one in made.items()
    )
    Listing.objects.filter(pk__in=list(made)).update(
        match=bindings.Match.LINKED,
        suggestion=None,
        suggestion_score=None,
        wanted_quantity=None,
        lost_link=None,
    )


def _unlink(run: LinkRun, rows: Sequence[ProductBinding]) -> None:
    """Each is again what it was; those that had no link are matched by their SKUs as if nothing had been."""
    earlier = [row for row in rows if row.before_id is not None]
    for row in earlier:
        row.product_id, row.origin = row.before_id or 0, row.before_origin
        row.run, row.before, row.before_origin = None, None, ""
    ProductBinding.objects.bulk_update(earlier, ["product", "origin", "run", "before", "before_origin"])
    ProductBinding.objects.filter(pk__in=[row.pk for row in rows], run=run).delete()
    ids = [row.listing_id for row in rows]
    listings = Listing.objects.filter(pk__in=ids)
    listings.update(wanted_quantity=None)
    bindings.match(run.shop, list(listings.select_related("binding__product")))
    follow_up.linked(run.shop, ids)


def _end(run: LinkRun, step: LinkRun.Step, state: LinkRun.State, **fields: Any) -> None:
    fields |= {"step": step, "state": state, "place": None, "finished_at": timezone.now()}
    leased.ours(run).exclude(state=State.CANCELLED).update(**fields)
