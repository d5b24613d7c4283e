"""What an error of the wire means for the bridge: whose problem it is, and whether the whole account waits."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from bridge.connections.models import Connection
from bridge.domain.backoff import outage_until
from bridge.domain.errors import Problem
from connectors import errors

logger = logging.getLogger(__name__)

# Codes of MoySklad (JSON API 1.2, «Ошибки») that a person meets under a name of their own.
_BY_CODE = {
    "3006": "name_taken",
    "1021": "reference_missing",
    "1002": "reference_missing",
    "2013": "reference_missing",
    "2027": "reference_missing",
}


# Problems that end when the connection answers again; connectors/transport names the net_ ones.
AWAY = frozenset(
    {
        "away",
        "net_dns",
        "net_refused",
        "net_timeout",
        "net_cut",
        "net_tls",
        "net_html",
        "net_shape",
        "rest_no_route",
    }
)
# Answers that are not the API's at all: a web page, a route that is not there, a proxy's word.
_NO_API = frozenset({"net_html", "net_shape", "rest_no_route"})


def problem_of(error: errors.ConnectorError, connection: Connection) -> Problem:
    """The catalogue's problem for an error of the wire."""
    params = {
        "system": str(connection.get_vendor_display()),
        "detail": error.detail,
        "code": error.code or str(error.status),
    }
    match error:
        case errors.AuthError():
            code = "auth"
        case errors.Forbidden():
            code = "forbidden"
        case errors.WrongHost():
            code = "wrong_host"
        case errors.NotFound():
            code = _BY_CODE.get(error.code, "not_found")
        case errors.PermanentError():
            code = _BY_CODE.get(error.code, "refused")
        case errors.OutcomeUnknown():
            code = "outcome_unknown"
        case _:
            code = error.code if error.code in AWAY else "away"
    return Problem(code, params)


def is_outage(error: errors.ConnectorError) -> bool:
    """True when the account or site itself is away or locked, so no message of it is to blame."""
    if isinstance(error, errors.AuthError | errors.RateLimited):
        return True
    return isinstance(error, errors.TransientError) and (
        error.status in (0, 502, 503, 504) or error.code in _NO_API
    )


def note_outage(connection: Connection, error: errors.ConnectorError) -> None:
    """Leave the connection alone for a while: longer each time, at once and long for a refused login."""
    now = timezone.now()
    connection.refresh_from_db(fields=["failures"])
    connection.failures += 1
    if isinstance(error, errors.RateLimited):
        until = now + timedelta(seconds=max(error.retry_after, 0.1))
        connection.failures -= 1
    elif isinstance(error, errors.AuthError):
        until = outage_until(now, connection.failures + 4, settings.RETRY_SCALE)
    else:
        until = outage_until(now, connection.failures, settings.RETRY_SCALE)
    problem = problem_of(error, connection)
    if connection.failures == 1:
        logger.warning("%s is away: %s", connection, error.detail)
    connection.paused_until = until
    connection.pause_problem, connection.pause_params = problem.code, dict(problem.params)
    connection.save(update_fields=["failures", "paused_until", "pause_problem", "pause_params"])


def note_success(connection: Connection) -> None:
    """The connection answered: the pause is over for everything that waits on it."""
    if connection.failures or connection.paused_until:
        updated = Connection.objects.filter(pk=connection.pk, failures=F("failures")).update(
            failures=0, paused_until=None, pause_problem="", pause_params={}
        )
        if updated and connection.failures:
            logger.warning("%s answers again", connection)
        connection.failures, connection.paused_until = 0, None
