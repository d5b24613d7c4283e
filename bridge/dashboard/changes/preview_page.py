"""What the page of a preview shows: how far it is, what it would change, what came of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bridge.dashboard import shown
from bridge.dashboard.changes import change_words
from bridge.dashboard.long_work_page import Progress
from bridge.domain.errors import DomainError
from bridge.sync.models import GoodsChange, GoodsRun
from bridge.sync.previews import leaving, runs
from bridge.sync.previews.totals import Counts, by_weight, of_state, totals

Step, RunState, State = GoodsRun.Step, GoodsRun.State, GoodsChange.State
COLOURS = {
    Step.COMPARING: "info",
    Step.READY: "warning",
    Step.WRITING: "info",
    Step.WRITTEN: "success",
    Step.DROPPED: "muted",
}
FIRST = 15
# The columns of the table of figures: state, or a mark of what is planned.
BEFORE = (State.PLANNED, "mark:zero", "mark:jump", State.LEFT, State.KEPT)
AFTER = (State.WRITTEN, State.REFUSED, State.OVERTAKEN, State.PLANNED, State.LEFT, State.KEPT, State.UNDONE)


def context(run: GoodsRun) -> dict[str, Any]:
    """What it would change or has changed, field by field, and the first of its items."""
    counts = totals(run)
    planned = of_state(counts, State.PLANNED)
    before = run.step in (Step.COMPARING, Step.READY)
    rows = by_weight(run.changes.select_related("listing", "product"))
    return {
        "ready": run.step == Step.READY,
        "planned": planned,
        "unpinned": leaving.unpinned(run).count() if run.step == Step.READY else 0,
        "empty": not counts and run.step != Step.COMPARING,
        "columns": _columns(counts, BEFORE if before else AFTER),
        "figures": _figures(run, counts, BEFORE if before else AFTER),
        "rows": [row_of(row) for row in rows[:FIRST]],
        "all": of_state(counts, *State.values),
        "list_url": list_url(run),
        "csv_url": f"{reverse('admin:bridge_goodschange_csv')}?run={run.pk}",
        "can_undo": can_undo(run),
        "undone_by": [shown.page_of("goodsrun", one.pk, shown.when(one.created_at)) for one in run.undone_by.all()],
        "undoes": shown.page_of("goodsrun", run.undoes_id, run.undoes) if run.undoes else "",
        "arrow": _("was → is") if is_written(run) else _("now → then"),
    }  # fmt: skip


def progress(run: GoodsRun) -> Progress:
    return Progress(run.done, run.total, run.step in (Step.READY, Step.WRITTEN))


def tag(run: GoodsRun) -> SafeString:
    if run.state == RunState.CANCELLED and run.step == Step.WRITING:
        return shown.tag(_("ended early"), "muted")
    if run.state == RunState.PAUSED and run.step != Step.READY:
        return shown.tag(run.get_state_display(), "warning")
    return shown.tag(run.get_step_display(), COLOURS[Step(run.step)])


def described(run: GoodsRun) -> str:
    if run.kind == GoodsRun.Kind.UNDO:
        return _("Undoing in %(shop)s") % {"shop": run.shop.name}
    return _("Preview of %(shop)s") % {"shop": run.shop.name}


def result(run: GoodsRun) -> str:
    return shown.EMPTY if run.step == Step.COMPARING else counted(run.counts)


def counted(counts: Counts) -> str:
    """'planned 12, written 3': the states there are, in their order."""
    by_state = {state: of_state(counts, state) for state in State.values}
    return ", ".join(f"{State(state).label} {n}" for state, n in by_state.items() if n) or _("no changes")


def row_of(row: GoodsChange) -> dict[str, Any]:
    name, sku = change_words.item(row)
    return {
        "name": name,
        "sku": sku,
        "field": change_words.field(row.field),
        "change": arrow(row),
        "why": change_words.reason(row),
        "outcome": change_words.outcome(row),
        "state": state_tag(row),
        "mark": mark_tag(row),
    }


def state_tag(row: GoodsChange) -> SafeString:
    return shown.tag(row.get_state_display(), change_words.COLOURS[State(row.state)])


def mark_tag(row: GoodsChange) -> str:
    if not row.mark:
        return ""
    return shown.tag(row.get_mark_display(), "danger" if row.mark == GoodsChange.Mark.ZERO else "warning")


def is_written(run: GoodsRun | None) -> bool:
    """Whether its values are those before and after, not now and then; without a run they were written by itself."""
    return run is None or run.step in (Step.WRITING, Step.WRITTEN)


def arrow(row: GoodsChange) -> str:
    """Both values; a cause that concerns the whole shop has none."""
    if row.listing_id is None and row.product_id is None:
        return shown.EMPTY
    return format_html(
        '<div class="desk-lines"><div>{} → <strong>{}</strong></div></div>',
        change_words.written(row, row.old),
        change_words.written(row, row.new),
    )


def list_url(run: GoodsRun, **filters: str) -> str:
    query = "".join(f"&{name}={value}" for name, value in filters.items() if value)
    return f"{reverse('admin:bridge_goodschange_changelist')}?run={run.pk}{query}"


def _columns(counts: Counts, states: tuple[str, ...]) -> list[str]:
    return [_label(state) for state in states if of_state(counts, state)]


def _figures(run: GoodsRun, counts: Counts, states: tuple[str, ...]) -> list[dict[str, Any]]:
    """A row for each field, a figure for each column, each a link to its changes."""
    used = [state for state in states if of_state(counts, state)]
    order = [*change_words.FIELDS, *(field for field in counts if field not in change_words.FIELDS)]
    return [
        {
            "name": change_words.field(field),
            "cells": [
                {"label": _label(state), "value": counts[field].get(state, 0), "url": _url(run, field, state)}
                for state in used
            ],
        }
        for field in order
        if field in counts
    ]


def _url(run: GoodsRun, field: str, state: str) -> str:
    kind, _colon, mark = state.partition(":")
    if kind == "mark":
        return list_url(run, field=field, state=State.PLANNED, mark=mark)
    return list_url(run, field=field, state=state)


def _label(state: str) -> str:
    kind, _colon, mark = state.partition(":")
    return str(GoodsChange.Mark(mark).label if kind == "mark" else State(state).label)


def can_undo(run: GoodsRun) -> bool:
    if run.state == RunState.RUNNING:
        return False
    try:
        runs.refuse_undo(run)
    except DomainError:
        return False
    return True
