"""Reads a WooCommerce answer that is no success and says, in the classes of connectors/errors.py, what to do.

Decided by `code` first and status second; messages come in the site's language and are never matched on.
Codes as observed on WooCommerce 11.0.1.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import (
    AuthError,
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

PERMANENT_DESPITE_500 = frozenset({"woocommerce_rest_cannot_create_order_refund"})
"""A refund above the order's total: HTTP 500, and `data` is the bare number 500."""
NO_ROUTE = "rest_no_route"
DEFAULT_PAUSE = 30.0

_HINTS = {
    401: (
        "Check the consumer key and secret; if reading works, the key has no write permission. "
        "Also check the site's clock, and that its server passes the port and the Authorization header on."
    ),
    404: "Is WooCommerce active, and are the site's permalinks other than plain?",
}


def error_from(answer: Answer, method: str) -> ConnectorError:
    """The error an unsuccessful answer means. `method` decides whether a 5xx may have been carried out."""
    if 300 <= answer.status < 400:
        return _redirected(answer)
    try:
        body = answer.json()
    except ValueError:
        return unreadable(answer, method)
    if isinstance(body, Mapping) and body.get("code"):
        return _error_of(body, answer.status, method, answer.headers)
    detail = f"The site answered {answer.status} without an explanation."
    more: dict[str, Any] = {
        "status": answer.status,
        "why": "not_explained",
        "names": {"status": str(answer.status)},
    }
    if answer.status == 429:
        return RateLimited(detail, retry_after=_retry_after(answer.headers), **more)
    return _by_status(answer.status, method)(detail, **more)


def error_from_item(item: Mapping[str, Any], status: int, method: str) -> ConnectorError:
    """The error of `{code, message, data}` of one item of a batch.

    It speaks of that item alone: the batch was let in, so an item's 401 refuses the item, not the login.
    """
    error = _error_of(item, status, method, {})
    if not isinstance(error, AuthError):
        return error
    return Forbidden(
        html.unescape(str(item.get("message") or error.code)),
        code=error.code,
        status=error.status,
        parameter=error.parameter,
        raw=error.raw,
    )


def _error_of(
    item: Mapping[str, Any], status: int, method: str, headers: Mapping[str, str]
) -> ConnectorError:
    """An item's own status stands in `data.status`; for refunds `data` itself is the number."""
    code = str(item.get("code") or "")
    data = item.get("data")
    own = data.get("status") if isinstance(data, Mapping) else data
    if isinstance(own, int) and not isinstance(own, bool) and own:
        status = own
    detail = html.unescape(str(item.get("message") or code))
    more: dict[str, Any] = {"code": code, "status": status, "parameter": _parameter(data), "raw": item}
    if status == 401:
        return AuthError(f"{detail} {_HINTS[401]}", why="keys", names={"words": detail}, **more)
    if code == NO_ROUTE:
        # Says nothing about the object: WooCommerce is switched off, for instance during an update.
        return TransientError(f"{detail} {_HINTS[404]}", why="no_route", names={"words": detail}, **more)
    if code.endswith("_invalid_id"):
        return NotFound(detail, **more)
    if code in PERMANENT_DESPITE_500:
        return PermanentError(detail, **more)
    if status == 429:
        return RateLimited(detail, retry_after=_retry_after(headers), **more)
    return _by_status(status, method)(detail, **more)


def unreadable(answer: Answer, method: str) -> ConnectorError:
    """The error of an answer that is no JSON, whatever its status: a page of a cache, a firewall, a fatal
    error.

    A whole web page under a status below 500 means the API was never reached. Anything else after a write
    leaves it open: PHP warnings printed before the JSON spoil the answer of a call that was carried out.
    """
    start = answer.body[:200].lstrip().lower()
    page = start.startswith((b"<!doctype", b"<html"))
    detail = f"The site answered with a web page (HTTP {answer.status})."
    if not page:
        detail = f"The site's answer is not JSON (HTTP {answer.status})."
    more: dict[str, Any] = {"status": answer.status, "code": "net_html"}
    words = {"words": f"HTTP {answer.status}."}
    if answer.status == 401:
        return AuthError(f"{detail} {_HINTS[401]}", why="keys", names=words, **more)
    if answer.status == 404:
        return TransientError(f"{detail} {_HINTS[404]}", why="no_route", names=words, **more)
    if answer.status == 413:
        detail = f"{detail} The request is too large for the site's server."
        return PermanentError(detail, why="too_large", status=answer.status)
    more |= {"why": "page_instead" if page else "not_json", "names": {"status": str(answer.status)}}
    if answer.status == 429:
        return RateLimited(detail, retry_after=_retry_after(answer.headers), **more)
    if method in READS or answer.status == 503 or (page and answer.status < 500):
        return TransientError(f"{detail} Maintenance, a firewall or a cache may stand in the way.", **more)
    return OutcomeUnknown(f"{detail} The change may or may not have been made.", **more)


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


def _redirected(answer: Answer) -> ConnectorError:
    """Following a redirect would turn a POST into a GET, and could take the keys elsewhere. Name the
    address.
    """
    parts = urlsplit(answer.headers.get("Location", ""))
    if not parts.netloc:
        detail = "The site redirects the API. Enter its final address."
        return WrongHost(detail, why="redirects", status=answer.status)
    base = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"
    base += parts.path.partition("/wp-json")[0] if "/wp-json" in parts.path else ""
    return WrongHost(
        f"The site redirects to another address. Use {base} as the shop's address.",
        why="redirects_to",
        names={"address": base},
        status=answer.status,
    )


def _parameter(data: Any) -> str:
    params = data.get("params") if isinstance(data, Mapping) else None
    return str(next(iter(params))) if isinstance(params, Mapping) and params else ""


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds; the header's date form and nonsense become the default."""
    try:
        return min(max(float(headers["Retry-After"]), 1.0), 3600.0)
    except (KeyError, ValueError):
        return DEFAULT_PAUSE
