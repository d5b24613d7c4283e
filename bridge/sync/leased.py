"""Work that one worker at a time does: who has a row, what kept it, when it goes on. Flows and long work run this way.

The row says it all (`running_since`, `held_by`): a worker that falls silent loses its row after LEASE_SECONDS, one that
is seen to be dead at once (gone.py); what it still wants to store then is refused, since the row is no longer its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from bridge import worktime
from bridge.apilog.occasions import Occasion, on
from bridge.connections.faults import is_outage, note_outage, note_success, problem_of
from bridge.connections.models import Connection
from bridge.domain.errors import Problem
from bridge.passing import PASSING, mend
from bridge.process_mark import mark
from bridge.sync.models import LongWork
from bridge.wake import RUN_WORK, wake
from connectors.errors import ConnectorError

logger = logging.getLogger(__name__)

# Seconds a portion may take before it stops at the next safe point.
BUDGET = 20.0
# Seconds until work that something kept is tried again (times RETRY_SCALE).
RETRY = 60.0
OPEN = (LongWork.State.RUNNING, LongWork.State.PAUSED)

T = TypeVar("T")
L = TypeVar("L", bound=LongWork)


class Work(NamedTuple):
    """A kind of long work. `portion` gets a row, stores what it does together with `place` (see `held`) until
    `stopwatch` says stop, and returns the seconds to wait before the next portion.
    """

    model: type[LongWork]
    portion: Callable[[Any], float]
    related: tuple[str, ...] = ("shop__site", "shop__account")
    # Rows that a pause keeps in (outbox/pauses.py).
    kept_in: Callable[[], Q] | None = None

    def rows(self) -> QuerySet[Any]:
        """Those that no pause keeps in."""
        every: QuerySet[Any] = self.model._default_manager.all()
        return every if self.kept_in is None else every.exclude(self.kept_in())


class Trouble(Exception):
    """A call failed; carries what to tell a person."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class Failure(NamedTuple):
    """What kept the work. `passing`: worth trying again soon."""

    problem: Problem
    passing: bool


def idle() -> Q:
    """Nobody runs it, or somebody who has been silent for longer than a worker may be."""
    return Q(running_since=None) | worktime.lapsed("running_since")


def take(rows: QuerySet[Any]) -> datetime | None:
    """Make the one row this worker's, if nobody has it: the moment that proves it; None otherwise."""
    now = timezone.now()
    if not rows.filter(idle()).update(running_since=now, held_by=mark()):
        return None
    worktime.holds(partial(rows.filter(running_since=now).update, running_since=None))
    return now


def ours(row: Model) -> QuerySet[Any]:
    """The row, as long as it is still this worker's."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    return rows.filter(running_since=row.running_since)  # type: ignore[attr-defined]


def attempt(what: Model, work: Callable[[], T]) -> T | Failure:
    """Do it, and say in a person's terms what went wrong."""
    try:
        return work()
    except Trouble as trouble:
        return Failure(trouble.problem, passing=True)
    except Exception as error:
        mend()
        logger.exception("%s %s failed", type(what).__name__, what.pk)
        return Failure(Problem("internal"), isinstance(error, PASSING))


@contextmanager
def calling(connection: Connection) -> Iterator[None]:
    """Whatever goes wrong with a call inside is this connection's trouble."""
    try:
        yield
    except ConnectorError as error:
        if is_outage(error):
            note_outage(connection, error)
        raise Trouble(problem_of(error, connection)) from error
    note_success(connection)


def require_answering(*connections: Connection) -> None:
    """Raises Trouble while one of them is left alone."""
    for connection in connections:
        connection.refresh_from_db(fields=["paused_until", "pause_problem", "pause_params", "failures"])
        if connection.is_paused():
            raise Trouble(Problem(connection.pause_problem or "away", connection.pause_params))


def stopwatch() -> Callable[[], bool]:
    """Started now; true once a portion has had its time."""
    deadline = time.monotonic() + BUDGET
    return lambda: time.monotonic() > deadline or worktime.time_is_up()


def kind_of(row: LongWork) -> str:
    """Its name in routes.LONG_WORK."""
    return str(row._meta.model_name)


def wake_up(row: LongWork) -> None:
    """Have a portion done as soon as a worker is free."""
    wake(RUN_WORK, kind_of(row), row.pk)


def due(table: Mapping[str, Work]) -> list[tuple[str, int]]:
    """Long work that should run and nobody runs."""
    rows = {"state": LongWork.State.RUNNING, "due_at__lte": timezone.now()}
    return [
        (kind, pk)
        for kind, work in table.items()
        for pk in work.rows().filter(idle(), **rows).values_list("pk", flat=True)
    ]


def run(kind: str, pk: int, table: Mapping[str, Work]) -> bool:
    """Do a portion, if the row is due and nobody does; False otherwise."""
    work = table[kind]
    rows = work.rows().filter(pk=pk, state=LongWork.State.RUNNING, due_at__lte=timezone.now())
    if take(rows) is None:
        return False
    row = work.model._default_manager.select_related(*work.related).get(pk=pk)
    with on(Occasion(kind, getattr(row, "shop_id", None))):
        found = attempt(row, lambda: work.portion(row))
    if isinstance(found, Failure):
        _let_go(row, RETRY * settings.RETRY_SCALE, found.problem)
    else:
        _let_go(row, found, Problem(""))
    return True


def _let_go(row: LongWork, wait: float, problem: Problem) -> None:
    told = {"problem": problem.code, "problem_params": dict(problem.params)}
    due_at = timezone.now() + timedelta(seconds=wait)
    if ours(row).update(running_since=None, due_at=due_at, **told) and not wait:
        wake_up(row)


def held(row: L) -> L | None:
    """The row as it is stored, locked, for what a portion did and its new place; None when it was cancelled or another
    worker took it. In a transaction.
    """
    stored: L | None = ours(row).select_for_update().exclude(state=LongWork.State.CANCELLED).first()
    return stored


def pause(row: LongWork) -> bool:
    """Go no further than the present portion's next stop. False when it does not run."""
    rows = type(row)._default_manager.filter(pk=row.pk, state=LongWork.State.RUNNING)
    return bool(rows.update(state=LongWork.State.PAUSED))


def resume(row: LongWork) -> bool:
    """Go on where it was paused. False when it is not paused."""
    with transaction.atomic():
        rows = type(row)._default_manager.filter(pk=row.pk, state=LongWork.State.PAUSED)
        fields = {"due_at": timezone.now(), "problem": "", "problem_params": {}}
        going = rows.update(state=LongWork.State.RUNNING, **fields)
        if going:
            wake_up(row)
    return bool(going)


def cancel(row: LongWork) -> bool:
    """End it where it is. False when it has ended by itself."""
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=OPEN)
    return bool(rows.update(state=LongWork.State.CANCELLED, finished_at=timezone.now()))
