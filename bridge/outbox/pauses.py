"""Pauses: what goes out waits in its place, while what comes in is taken in as ever.

A pause is a row; whoever takes messages leaves out, in the query itself, those it is for. So nothing is tried in vain,
what waits keeps its order and joins with what comes, and once the row is gone everything is simply due again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.outbox import holds
from bridge.outbox.models import OutboxMessage, Pause
from bridge.wake import DELIVER, wake

EVERYTHING = ""
# So many of those that waited are begun with at once; what follows them is found by them, or by the beat.
FIRST = 20


def held() -> Q:
    """Of messages: those that a pause keeps in, or a hold on their object."""
    fitting = Q(kind=EVERYTHING) | Q(kind=OuterRef("kind"))
    return Q(Exists(Pause.objects.filter(fitting, shop=OuterRef("shop_id")))) | Q(holds.held())


def of_shop(*kinds: str) -> Exists:
    """Of rows with a shop: those whose shop sends nothing of one of these kinds."""
    return Exists(Pause.objects.filter(shop=OuterRef("shop_id"), kind__in=(EVERYTHING, *kinds)))


def is_on(shop: Shop, *kinds: str) -> bool:
    """Whether a pause keeps one of these kinds in."""
    return Pause.objects.filter(shop=shop, kind__in=(EVERYTHING, *kinds)).exists()


def kept_in(pause: Pause) -> QuerySet[OutboxMessage]:
    """What waits because of it."""
    rows = OutboxMessage.objects.filter(shop=pause.shop_id, state=OutboxMessage.State.WAITING)
    return rows.filter(kind=pause.kind) if pause.kind else rows


class HowMany(Subquery):
    """How many rows the subquery finds: with a slice, counted no further."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) found)"
    output_field = IntegerField()


def with_kept_in(pauses: QuerySet[Pause], most: int) -> QuerySet[Pause]:
    """Each with `kept_in_count`, how much waits because of it, `most` at most: one statement for all of them."""
    mine = Q(kind=OuterRef("kind")) | Q(Exact(OuterRef("kind"), Value(EVERYTHING)))
    rows = OutboxMessage.objects.filter(mine, shop=OuterRef("shop_id"), state=OutboxMessage.State.WAITING)
    return pauses.annotate(kept_in_count=HowMany(rows.order_by().values("pk")[:most]))


def begin(
    shop: Shop, kinds: Iterable[str] = (EVERYTHING,), *, by: str = "", why: str = "", until: datetime | None
) -> list[Pause]:
    """Let nothing of these kinds go out from now on. What is being sent at this moment is finished."""
    told = {"by": by[:150], "why": why[:300], "until": until}
    with transaction.atomic():
        found = [
            Pause.objects.update_or_create(
                shop=shop, kind=kind, defaults=told, create_defaults={**told, "since": timezone.now()}
            )[0]
            for kind in kinds
        ]
        changed(shop)
    return found


def end(pauses: QuerySet[Pause]) -> int:
    """What waited goes on, longest due first; returns how many pauses ended."""
    with transaction.atomic():
        rows = list(pauses.select_related("shop").select_for_update(of=("self",)))
        Pause.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for shop in {row.shop for row in rows}:
            changed(shop)
    return len(rows)


def end_due(now: datetime) -> int:
    """Those whose time has come."""
    due = Pause.objects.filter(until__lte=now)
    return end(due) if due.exists() else 0


def changed(shop: Shop) -> None:
    """A pause of this shop began or ended: nobody's tries run out meanwhile, and what may go is begun with."""
    waiting = OutboxMessage.objects.filter(shop=shop, state=OutboxMessage.State.WAITING)
    waiting.filter(held(), first_failed_at__isnull=False).update(attempts=0, first_failed_at=None)
    due = waiting.filter(~held(), due_at__lte=timezone.now()).order_by("due_at", "pk")
    for pk in due.values_list("pk", flat=True)[:FIRST]:
        wake(DELIVER, pk)


def by_shop(shops: Collection[int] | None = None) -> dict[int, list[Pause]]:
    """The pauses that are on, by shop; the one for everything first."""
    rows = Pause.objects.select_related("shop").order_by("shop__name", "kind")
    found: dict[int, list[Pause]] = {}
    for row in rows if shops is None else rows.filter(shop__in=shops):
        found.setdefault(row.shop_id, []).append(row)
    return found
