"""What a person can do with rows that wait: discard, assign, put off. One table, for a row, chosen rows and a group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bridge.dashboard import shown
from bridge.dashboard.attention.attention_forms import AssignForm, DeedForm, DiscardForm, SnoozeForm
from bridge.dashboard.page import Text
from bridge.dashboard.recorded import label_of, name_of
from bridge.history import deeds, forms
from bridge.history.deeds import Sentence, as_told, in_words
from bridge.inbox import process
from bridge.inbox.models import InboxEvent
from bridge.outbox import enqueue
from bridge.people import cases
from bridge.portions import portions


class Deed(NamedTuple):
    """`act` gets the rows, the valid form and the person, and returns how many rows it was done to. `said` is told of
    many, `noted` is kept in the history of each.
    """

    title: Text
    question: Text
    icon: str
    form: type[DeedForm]
    act: Callable[[QuerySet[Any], Any, Any], int]
    said: Text
    noted: Callable[[Any], Sentence]


class Done(NamedTuple):
    """To how many rows, and how many stayed as they were."""

    done: int
    left: int


def standing(row: Any) -> dict[Text, Text]:
    """How a row stands as far as a deed can change it."""
    reason = row.discard_reason
    return {
        _("state"): label_of(row, "state"),
        _("assigned to"): name_of(row.assigned_to) if row.assigned_to else "",
        _("put off until"): forms.moment(row.snoozed_until) if row.snoozed_until else "",
        _("why it was discarded"): in_words(lambda: as_told(reason)),
    }


def do(
    deed: Deed, rows: QuerySet[Any], form: Any, person: Any, by: Any, noted: Sentence | None = None
) -> Done:
    """Do it to all of them as this person, and keep in the history of each it changed what it was and became. `by`:
    whose deed that is; `noted`: said there instead of the deed's own words.
    """
    every = rows.model._default_manager.select_related("assigned_to")
    before = {row.pk: standing(row) for row in rows.select_related("assigned_to")}
    done = deed.act(rows, form, person)
    for keys in portions(before):
        rows_now = list(every.filter(pk__in=keys))
        changed = {row.pk: deeds.differences(before[row.pk], standing(row)) for row in rows_now}
        deeds.note_many(by, [row for row in rows_now if changed[row.pk]], noted or deed.noted(form), changed)
    return Done(done, len(before) - done)


def _discard(rows: QuerySet[Any], form: Any, person: Any) -> int:
    discard = process.discard_all if rows.model is InboxEvent else enqueue.discard_all
    reason, by = form.cleaned_data["reason"], name_of(person)
    return sum(discard(part, reason, by) for part in _by_key(rows))


def _assign(rows: QuerySet[Any], form: AssignForm, _person: User) -> int:
    person = form.chosen()
    return sum(cases.assign(part, person) for part in _by_key(rows))


def _snooze(rows: QuerySet[Any], form: SnoozeForm, _person: User) -> int:
    until = form.moment()
    return sum(cases.snooze(part, until) for part in _by_key(rows))


def _by_key(rows: QuerySet[Any]) -> Iterator[QuerySet[Any]]:
    """The same rows without joins and figures, which an update does not take."""
    for keys in portions(list(rows.values_list("pk", flat=True))):
        yield rows.model._default_manager.filter(pk__in=keys)


def _called(person: User | None) -> str:
    return name_of(person) if person else gettext("Nobody")


def _until(moment: datetime | None) -> str:
    if moment is None:
        return gettext("Listed again.")
    return gettext("Put off until %(moment)s.") % {"moment": shown.when(moment)}


DEEDS = {
    "discard": Deed(
        _("Discard"),
        _("This is no longer sent. A later change of the same order or product is sent as usual."),
        "block",
        DiscardForm,
        _discard,
        _("Discarded: %(done)s. Already sent or being sent: %(left)s."),
        lambda _form: _("Discarded."),
    ),
    "assign": Deed(
        _("Assign"),
        _("The person finds it by the filter “Assigned to”."),
        "person_add",
        AssignForm,
        _assign,
        _("Assigned: %(done)s."),
        lambda form: in_words(lambda: gettext("Assigned: %(person)s.") % {"person": _called(form.chosen())}),
    ),
    "snooze": Deed(
        _("Put off"),
        _("Until then it is neither listed nor counted among what needs attention. It is not sent by that."),
        "snooze",
        SnoozeForm,
        _snooze,
        _("Put off or taken up again: %(done)s."),
        lambda form: in_words(lambda: _until(form.moment())),
    ),
}
