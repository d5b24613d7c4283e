"""What an error of the wire means for the bridge: whose problem it is, and whether the whole account waits."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.connections.vendor_codes import LOGIN, PASSING, problem_named
from bridge.domain.backoff import outage_until
from bridge.domain.errors import Problem
from connectors import errors

logger = logging.getLogger(__name__)

# How often a pause is worked out anew because another worker changed it in between.
ATTEMPTS = 5

# A refused login counts as so many failures more.
AT_LOGIN = 4

# Problems that end when the connection answers again; connectors/transport names the net_ ones.
AWAY = frozenset(
    {
        "away",
        "slow_down",
        "maintenance",
        "net_dns",
        "net_refused",
        "net_timeout",
        "net_cut",
        "net_tls",
        "net_html",
        "net_shape",
        "rest_no_route",
        "wrong_host",
    }
)
# Answers that are not the API's at all: a web page, a route that is not there, a proxy's word.
_NO_API = frozenset({"net_html", "net_shape", "rest_no_route"})
# No answer, or one of a proxy in front of a server that gave none.
_NO_ANSWER = frozenset({0, 502, 503, 504})


class LeftAlone(errors.TransientError):
    """Not called: the connection is paused until `until`."""

    def __init__(self, connection: Connection, until: datetime) -> None:
        super().__init__(str(connection.pause_params.get("detail", "")))
        self.until = until
        self.problem = Problem(connection.pause_problem or "away", connection.pause_params)


class Awaited(errors.TransientError):
    """Not judged before `until`: a call without an answer may still be carried out. That is no failure."""

    def __init__(
        self, detail: str, until: datetime, why: str, names: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail, status=409, why=why, names=names or {})
        self.until = until


_respecting: ContextVar[bool] = ContextVar("respecting_pauses", default=False)


@contextmanager
def respecting_pauses() -> Iterator[None]:
    """Inside, a client of a paused connection is refused (LeftAlone); what needs none goes on."""
    token = _respecting.set(True)
    try:
        yield
    finally:
        _respecting.reset(token)


def require_no_pause(connection: Connection) -> None:
    """Called before a client is made. Raises LeftAlone, inside of `respecting_pauses` only."""
    if not _respecting.get():
        return
    connection.refresh_from_db(fields=["paused_until", "pause_problem", "pause_params"])
    if connection.paused_until is not None and connection.is_paused():
        raise LeftAlone(connection, connection.paused_until)


def problem_of(error: errors.ConnectorError, connection: Connection) -> Problem:
    """The catalogue's problem for an error of the wire."""
    params: dict[str, Any] = {
        "system": str(connection.get_vendor_display()),
        "detail": error.detail,
        "code": error.code or str(error.status),
    }
    if isinstance(error, LeftAlone):
        return error.problem
    if error.why:
        params |= {"why": error.why, "names": dict(error.names)}
    return Problem(_name_of(error, problem_named(connection.vendor, params["code"])), params)


def of_items(error: errors.ConnectorError) -> errors.TransientError:
    """What items of a call that was answered met: whatever an item's own status says, this is no outage."""
    return errors.TransientError(error.detail, code=error.code, status=500, why=error.why, names=error.names)


def said_of_goods(error: errors.ConnectorError) -> str:
    """What is kept with goods a site did not take: its own words, or a code of problems/goods_refusals.py."""
    if error.why:
        return "refused" if isinstance(error, errors.PermanentError) else "unanswered"
    return error.detail or error.code or str(error.status)


def _name_of(error: errors.ConnectorError, named: str) -> str:
    """The vendor's code names the cause, the error's class says what is done: a name of the other sort is not used."""
    by_person = "" if named in PASSING | LOGIN else named
    passing = named if named in PASSING else ""
    match error:
        case errors.AuthError():
            return named if named in LOGIN else "auth"
        case errors.WrongHost():
            return "wrong_host"
        case errors.Forbidden():
            return by_person or "forbidden"
        case errors.NotFound():
            return by_person or "not_found"
        case errors.PermanentError():
            return by_person or "refused"
        case errors.RateLimited():
            return "slow_down"
        case errors.OutcomeUnknown() if not is_outage(error):
            return "outcome_unknown"
    return error.code if error.code in AWAY else passing or "away"


def is_outage(error: errors.ConnectorError) -> bool:
    """True when the account or site itself is away, locked or elsewhere, so no message of it is to blame.

    A write nobody answered tells as much of the connection as a read does; that it may have been carried out
    is another matter (the message's `outcome_unknown`).
    """
    match error:
        case errors.AuthError() | errors.RateLimited() | errors.WrongHost():
            return True
        case errors.TransientError():
            return error.status in _NO_ANSWER or error.code in _NO_API
        case errors.OutcomeUnknown():
            return error.status in _NO_ANSWER
    return False


def note_outage(connection: Connection, error: errors.ConnectorError) -> None:
    """Leave the connection alone for a while: longer each time, at once and long for a refused login.

    `connection` is as it was read before the call. What another worker has noted since then is the same blip and
    counts once; the longer of two pauses stays.
    """
    for _ in range(ATTEMPTS):
        now = timezone.now()
        stored = Connection.objects.get(pk=connection.pk)
        if stored.is_paused(now) and not isinstance(error, errors.AuthError | errors.RateLimited):
            break
        known = stored.failures > connection.failures or stored.is_paused(now)
        failures = stored.failures + (not known and not isinstance(error, errors.RateLimited))
        until = _until(now, error, failures)
        if stored.paused_until is not None and stored.paused_until >= until:
            break
        problem = problem_of(error, connection)
        noted = {
            "failures": failures,
            "paused_until": until,
            "pause_problem": problem.code,
            "pause_params": dict(problem.params),
        }
        if _still(stored).update(**noted):
            if stored.failures == 0 and failures:
                logger.warning("%s is away: %s", connection, error.detail)
            for name, value in noted.items():
                setattr(connection, name, value)
            return
    _take_over(connection, Connection.objects.get(pk=connection.pk))


def shorten_overlong(now: datetime, slack: timedelta) -> None:
    """A pause that ends later, by more than this, than one that begins now could was noted by a clock ahead: it
    ends as if it began now.

    How long MoySklad or a site ask to be left alone (`slow_down`) is for them to say.
    """
    for row in Connection.objects.filter(paused_until__gt=now + slack).exclude(pause_problem="slow_down"):
        longest = _left_alone_until(now, row.failures, at_login=row.pause_problem in LOGIN)
        if row.paused_until is not None and row.paused_until - slack > longest:
            _still(row).update(paused_until=longest)


def note_success(connection: Connection) -> None:
    """The connection answered: the pause is over for everything that waits on it.

    `connection` is as it was read before the call: a pause that began since then is not over.
    """
    if not connection.failures and connection.paused_until is None:
        return
    if _still(connection).update(failures=0, paused_until=None, pause_problem="", pause_params={}):
        if connection.failures:
            logger.warning("%s answers again", connection)
        connection.failures, connection.paused_until = 0, None


def _until(now: datetime, error: errors.ConnectorError, failures: int) -> datetime:
    if isinstance(error, errors.RateLimited):
        return now + timedelta(seconds=max(error.retry_after, 0.1))
    return _left_alone_until(now, failures, at_login=isinstance(error, errors.AuthError))


def _left_alone_until(now: datetime, failures: int, *, at_login: bool) -> datetime:
    return outage_until(now, failures + (AT_LOGIN if at_login else 0), settings.RETRY_SCALE)


def _still(connection: Connection) -> QuerySet[Connection]:
    """The stored connection, if its pause is still the one that was read."""
    return Connection.objects.filter(
        pk=connection.pk, failures=connection.failures, paused_until=connection.paused_until
    )


def _take_over(connection: Connection, stored: Connection) -> None:
    for name in ("failures", "paused_until", "pause_problem", "pause_params"):
        setattr(connection, name, getattr(stored, name))
