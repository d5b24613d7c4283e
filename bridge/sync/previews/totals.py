"""The changes of a run: how many there are, by field and by what became of them, and which come first."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

from bridge.sync.models import GoodsChange, GoodsRun

Counts = dict[str, dict[str, int]]
State = GoodsChange.State


# What a person has to decide on or to see comes first, what is as it should be later.
FIRST = (State.PLANNED, State.REFUSED, State.OVERTAKEN, State.LEFT, State.WRITTEN, State.UNDONE, State.KEPT)


def by_weight(rows: QuerySet[GoodsChange]) -> QuerySet[GoodsChange]:
    """In the order of their states above, then what is worth a look, then as they were found."""
    places = [When(state=state, then=Value(place)) for place, state in enumerate(FIRST)]
    place = Case(*places, default=Value(len(FIRST)), output_field=IntegerField())
    return rows.order_by(place, "-mark", "pk")


def totals(run: GoodsRun) -> Counts:
    """{field: {state: rows, "mark:zero": planned rows to zero, "mark:jump": planned big jumps}}."""
    found: Counts = defaultdict(lambda: defaultdict(int))
    rows = run.changes.order_by().values_list("field", "state", "mark").annotate(rows=Count("pk"))
    for field, state, mark, count in rows:
        found[field][state] += count
        if mark and state == State.PLANNED:
            found[field][f"mark:{mark}"] += count
    return {field: dict(states) for field, states in found.items()}


def of_state(counts: Counts, *states: str) -> int:
    """Changes of all fields in these states."""
    return sum(by_state.get(state, 0) for by_state in counts.values() for state in states)
