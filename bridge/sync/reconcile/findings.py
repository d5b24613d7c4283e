"""What a comparison found, kept as Drift: one row for a difference as long as it lasts, whoever finds it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from bridge.sync.models import Drift, Reconciliation

State, Subject = Drift.State, Drift.Subject
LASTING = (State.OPEN, State.REPAIRING, State.ACCEPTED)
LONGEST = 300


class Found(NamedTuple):
    """One difference. `code` and `params`: what it is and its likely cause (problems/drifts.py); `repair`: an action of
    repairs.py, '' where only a person can act. `order` and `listing` are primary keys.
    """

    subject: str
    code: str
    title: str
    here: str = ""
    there: str = ""
    repair: str = ""
    params: Mapping[str, Any] = {}
    order: int | None = None
    listing: int | None = None

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it the same difference another day, whatever the values are by then."""
        return self.order, self.listing, self.code, _more(self.params)


@dataclass
class Compared:
    """What came of comparing some objects: how many, by subject; those that are just on their way; differences."""

    counts: dict[str, int] = field(default_factory=dict)
    on_way: dict[str, int] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    # Primary keys of the orders and listings that are on their way.
    moving: set[tuple[int | None, int | None]] = field(default_factory=set)

    def count(self, subject: str, number: int = 1) -> None:
        self.counts[subject] = self.counts.get(subject, 0) + number

    def way(self, subject: str, *, order: int | None = None, listing: int | None = None) -> None:
        self.on_way[subject] = self.on_way.get(subject, 0) + 1
        self.moving.add((order, listing))

    def add(self, other: Compared) -> None:
        for subject, number in other.counts.items():
            self.count(subject, number)
        for subject, number in other.on_way.items():
            self.on_way[subject] = self.on_way.get(subject, 0) + number
        self.found += other.found
        self.moving |= other.moving


def keep(run: Reconciliation, result: Compared) -> None:
    """Write differences down. One that is known already is brought up to date; one that a person accepted stays so
    while both sides say what they said then; of what is on its way nothing is said anew. Inside a transaction.
    """
    wanted = {one.key: one for one in result.found}
    known = {key_of(row): row for row in _alike(run, wanted.values())}
    fresh = [_row(run, one) for key, one in wanted.items() if key not in known]
    Drift.objects.bulk_create(fresh, batch_size=500)
    left_alone = set(Drift.objects.filter(in_repair(run)).values_list("pk", flat=True)) if known else set()
    for key, row in known.items():
        if key in wanted and row.pk not in left_alone:
            _bring_up_to_date(run, row, wanted[key])
    for order, listing in result.moving:
        if order or listing:
            rows = Drift.objects.filter(shop=run.shop_id, order=order, listing=listing, state__in=LASTING)
            rows.exclude(in_repair(run)).update(reconciliation=run)


def over(rows: QuerySet[Drift]) -> int:
    """These differences are no more."""
    return rows.update(state=State.GONE)


def mended() -> int:
    """Differences of goods that ordinary work has done away with since they were last found: what the site shows was
    written after that, and nothing is left to write. Returns how many.
    """
    rows = Drift.objects.filter(
        state__in=(State.OPEN, State.REPAIRING), listing__written_at__gt=F("reconciliation__finished_at")
    )
    stock = Q(subject=Subject.STOCK, listing__stock_differs=False, listing__stock_stale=False)
    price = Q(subject=Subject.PRICE, listing__fields_differ=False, listing__fields_error="")
    # Pieces sold in an order nobody knows are as unknown as before.
    rows = rows.exclude(code="drift_stock_sold_unheard")
    pks = list(rows.filter(stock & Q(listing__write_error="") | price).values_list("pk", flat=True))
    return over(Drift.objects.filter(pk__in=pks)) if pks else 0


def _bring_up_to_date(run: Reconciliation, row: Drift, one: Found) -> None:
    same = (row.here, row.there) == (one.here[:LONGEST], one.there[:LONGEST])
    row.state = State.ACCEPTED if row.state == State.ACCEPTED and same else State.OPEN
    row.reconciliation, row.params, row.repair = run, dict(one.params), one.repair
    row.here, row.there, row.title = one.here[:LONGEST], one.there[:LONGEST], one.title[:LONGEST]
    row.save()


def _alike(run: Reconciliation, found: Iterable[Found]) -> QuerySet[Drift]:
    rows = list(found)
    orders, listings = {one.order for one in rows}, {one.listing for one in rows}
    of_objects = Q(order__in=orders - {None}) | Q(listing__in=listings - {None})
    unknown = Q(order=None, listing=None, title__in={one.title for one in rows})
    lasting = Drift.objects.select_for_update().filter(shop=run.shop_id, state__in=LASTING)
    return lasting.filter(of_objects | unknown).order_by("pk")


def in_repair(run: Reconciliation) -> Q:
    """Differences that another run repairs just now: it says itself what becomes of them."""
    others = Reconciliation.objects.filter(shop=run.shop_id, state=Reconciliation.State.RUNNING)
    return Q(state=State.REPAIRING, reconciliation__in=others.exclude(pk=run.pk).values("pk"))


def key_of(row: Drift) -> tuple[Any, ...]:
    return row.order_id, row.listing_id, row.code, _more(row.params)


def _more(params: Mapping[str, Any]) -> str:
    return str(params.get("field") or params.get("source_id") or "")


def _row(run: Reconciliation, one: Found) -> Drift:
    return Drift(
        reconciliation=run,
        shop_id=run.shop_id,
        subject=one.subject,
        code=one.code,
        params=dict(one.params),
        order_id=one.order,
        listing_id=one.listing,
        title=one.title[:LONGEST],
        here=one.here[:LONGEST],
        there=one.there[:LONGEST],
        repair=one.repair,
    )
