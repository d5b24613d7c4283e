"""Reads a MoySklad answer that is no success and says, in the classes of connectors/errors.py, what to do
next.

Permanence is decided here and nowhere else, by code first and HTTP status second; the sentences of the API
come in the account's language and are never matched on. Source: the API's page "errors", and "Error
handling" in its general part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import (
    AuthError,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    WrongHost,
)
from connectors.transport.call import READS, Answer

AUTH_CODES = frozenset({1048, 1056, 1061})
"""Login attempts used up; credentials refused; the user may not use the API (or was switched off)."""
FORBIDDEN_CODES = frozenset(
    {1016, 1017, 1018, 1045, 1064, 1075, 1092, 13003, 13004, 30004, 1070, 30006, 47000}
)
"""Rights of the user (10xx, 13003/4, 30004) and the tariff (1070, 30006, 47000)."""
NOT_FOUND_CODES = frozenset({1008, 1021})
LATER_CODES = frozenset({1036, 1074, 1095, 61008})
"""Nothing was done: maintenance, queue full."""
UNKNOWN_OUTCOME_CODES = frozenset({1083, 1088})
"""The work may be done: the answer could not be built; a bulk request ran out of its five minutes."""
CONFLICT_CODE = 1065
RATE_CODE = 1049
PARALLEL_CODE = 1073

_DEFAULT_WINDOW = 3.0
_PARALLEL_PAUSE = 1.0
# The most telling error of several decides: one that a person must solve outweighs one that time would.
_GRAVITY: tuple[type[ConnectorError], ...] = (
    AuthError,
    Forbidden,
    PermanentError,
    NotFound,
    Conflict,
    RateLimited,
    OutcomeUnknown,
    TransientError,
)


def error_from(answer: Answer, method: str) -> ConnectorError:
    """The error an unsuccessful answer means. `method` decides whether a 5xx may have been carried out."""
    if 300 <= answer.status < 400:
        return WrongHost(
            "MoySklad answered with a redirect, which was not followed. Check the connection's base address.",
            why="account_redirects",
            status=answer.status,
        )
    body = _decoded(answer)
    if isinstance(body, Mapping) and body.get("errors"):
        return error_from_envelope(body, answer.status, method, answer.headers)
    if answer.status == 429:
        return _rate_limited("MoySklad asks to slow down.", None, 429, answer.headers, {"why": "slow_down"})
    detail = f"MoySklad answered {answer.status} without an explanation."
    why = "not_explained"
    if answer.body.lstrip()[:1] == b"<":
        detail = f"MoySklad's address answered {answer.status} with a web page."
        why = "page_instead"
        if answer.status == 404:
            return WrongHost(
                f"{detail} Check the base address of the connection.",
                why="web_page",
                status=404,
                code="net_html",
            )
    return _by_status(answer.status, method)(
        detail, status=answer.status, why=why, names={"status": str(answer.status)}
    )


def error_from_envelope(
    body: Mapping[str, Any], status: int, method: str, headers: Mapping[str, str] | None = None
) -> ConnectorError:
    """The error of `{"errors": [...]}`: of a whole answer, or of one element of a bulk answer.

    Several errors at once become the gravest of them, with all sentences in `detail` and all of them in
    `raw`.
    """
    errors = [item for item in body["errors"] if isinstance(item, Mapping)] or [{}]
    details = "; ".join(dict.fromkeys(str(item.get("error") or item.get("code")) for item in errors))
    found = [_one(item, details, status, method, headers or {}, body) for item in errors]
    return min(found, key=_gravity)


def _one(
    item: Mapping[str, Any],
    detail: str,
    status: int,
    method: str,
    headers: Mapping[str, str],
    body: Mapping[str, Any],
) -> ConnectorError:
    code = item.get("code")
    more: dict[str, Any] = {
        "code": "" if code is None else str(code),
        "parameter": str(item.get("parameter") or ""),
        "raw": body,
    }
    if code in (RATE_CODE, PARALLEL_CODE) or status == 429:
        return _rate_limited(detail, code, status, headers, more)
    return _class_of(code, status, method)(detail, status=status, **more)


def _class_of(code: object, status: int, method: str) -> type[ConnectorError]:
    if code in AUTH_CODES or status == 401:
        return AuthError
    if code == CONFLICT_CODE:
        return Conflict
    if code in FORBIDDEN_CODES:
        return Forbidden
    if code in NOT_FOUND_CODES:
        return NotFound
    if code in LATER_CODES:
        return TransientError
    if code in UNKNOWN_OUTCOME_CODES:
        return TransientError if method in READS else OutcomeUnknown
    if status == 404 and code is not None:
        return PermanentError  # 1002, 1005: the path itself is wrong, which says nothing about an object
    return _by_status(status, method)


def _by_status(status: int, method: str) -> type[ConnectorError]:
    if status == 401:
        return AuthError
    if status == 403:
        return Forbidden
    if status == 404:
        return NotFound
    if status == 503:
        return TransientError
    if status >= 500 or status == 408:
        return TransientError if method in READS else OutcomeUnknown
    return PermanentError


def _rate_limited(
    detail: str, code: object, status: int, headers: Mapping[str, str], more: Mapping[str, Any]
) -> RateLimited:
    """Headers count in milliseconds. The parallel kind has none; a client saw 429005 in X-Lognex-Auth with
    it.
    """
    parallel = code == PARALLEL_CODE or (code is None and headers.get("X-Lognex-Auth") == "429005")
    wait = milliseconds(headers, "X-Lognex-Retry-After") or milliseconds(headers, "X-Lognex-Reset")
    fallback = _PARALLEL_PAUSE if parallel else _DEFAULT_WINDOW
    return RateLimited(detail, retry_after=wait or fallback, parallel=parallel, status=status, **more)


def milliseconds(headers: Mapping[str, str], name: str) -> float | None:
    """A header in milliseconds as seconds; None when absent, unreadable or negative."""
    try:
        value = float(headers[name]) / 1000
    except (KeyError, ValueError):
        return None
    return value if 0 <= value < 86_400 else None


def _gravity(error: ConnectorError) -> int:
    return _GRAVITY.index(type(error))


def _decoded(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
