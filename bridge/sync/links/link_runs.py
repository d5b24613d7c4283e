"""Many links at once: a person starts them, looks at what would change, agrees, and may take them back (the work
itself: link_portions.py).
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from bridge.connections.models import Shop
from bridge.domain import link_table
from bridge.domain.errors import DomainError
from bridge.sync import leased
from bridge.sync.links import headings, planned
from bridge.sync.models import LinkRun

Kind, Step, State = LinkRun.Kind, LinkRun.Step, LinkRun.State


def from_file(shop: Shop, by: str, name: str, content: bytes) -> LinkRun:
    """Begin to check a file. Raises NotATable, or DomainError("links_open") while the shop has another at work."""
    if len(content) > link_table.MOST_BYTES:
        raise link_table.NotATable("long")
    text = link_table.decoded(content)
    total = link_table.count(text, headings.known())
    return _start(shop, by, kind=Kind.FILE, file_name=name[:200], content=text, total=total)


def from_earlier(shop: Shop, by: str) -> LinkRun:
    """Begin to check what an earlier plugin left. Raises DomainError("links_open")."""
    return _start(shop, by, kind=Kind.EARLIER)


def from_suggestions(shop: Shop, by: str, least_score: int) -> LinkRun:
    """Link all suggestions that are sure from this likeness on: the person has seen how many these are.

    Raises DomainError("links_open").
    """
    return _start(shop, by, kind=Kind.SUGGESTIONS, least_score=least_score, step=Step.MAKING)


def agree(run: LinkRun) -> bool:
    """Make the links that were shown. False when they no longer wait for that."""
    return _go(run, LinkRun.objects.filter(step=Step.READY), Step.MAKING)


def take_back(run: LinkRun) -> bool:
    """Take away the links it made, where nobody has changed them since. False when there is nothing to take back."""
    return _go(run, LinkRun.objects.filter(step=Step.MADE), Step.UNDOING)


def drop(run: LinkRun) -> bool:
    """Make no links of it. False when it no longer waits."""
    ended = {"step": Step.DROPPED, "state": State.DONE, "content": "", "finished_at": timezone.now()}
    return bool(LinkRun.objects.filter(pk=run.pk, step=Step.READY).update(**ended))


def _start(shop: Shop, by: str, **fields: Any) -> LinkRun:
    with transaction.atomic():
        _require_none_at_work(shop)
        for waiting in LinkRun.objects.filter(shop=shop, step=Step.READY):
            drop(waiting)
        run = LinkRun(shop=shop, by=by[:150], **fields)
        run.total = run.total or planned.total(run)
        run.save()
        leased.wake_up(run)
    return run


def _go(run: LinkRun, rows: QuerySet[LinkRun], step: LinkRun.Step) -> bool:
    fields = {"step": step, "state": State.RUNNING, "place": None, "done": 0, "due_at": timezone.now()}
    with transaction.atomic():
        _require_none_at_work(run.shop)
        if step == Step.UNDOING:
            fields["total"] = run.bindings.count()
        going = rows.filter(pk=run.pk).update(**fields, finished_at=None)
        if going:
            leased.wake_up(run)
    return bool(going)


def _require_none_at_work(shop: Shop) -> None:
    Shop.objects.select_for_update().get(pk=shop.pk)
    if LinkRun.objects.filter(shop=shop, state=State.RUNNING).exists():
        raise DomainError("links_open", shop=shop.name)
