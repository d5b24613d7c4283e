"""One call to MoySklad with its headers: sends, follows the one allowed redirect, turns refusals into errors.

It knows no limits (client.py asks the governor first) and no paging. Source: general part, "Authentication",
"Response compression", "Regional headers"; webhooks, "X-Lognex-WebHook-DisableByPrefix".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError, TransientError
from connectors.moysklad.errors import error_from
from connectors.moysklad.refs import own_path
from connectors.transport.call import READS, Answer, Timeouts, perform
from connectors.transport.hosts import normal_address
from connectors.transport.record import Observer, recorded
from connectors.transport.session import pooled_session

ACCEPT = "application/json;charset=utf-8"
USER_AGENT = "sklad-bridge/1.0"
MAX_BODY_BYTES = 20 * 1024 * 1024

Params = Mapping[str, str | int | None]


class Http:
    """The bare wire of one account: base address, credentials, timeouts."""

    def __init__(
        self,
        base_url: str,
        authorization: str,
        *,
        webhook_prefix: str = "",
        allow_private: bool = False,
        timeouts: Timeouts | None = None,
        observer: Observer | None = None,
    ) -> None:
        if webhook_prefix and (not urlsplit(webhook_prefix).netloc or set(webhook_prefix) & set(",\r\n ")):
            raise ValueError("webhook_prefix must hold scheme and full domain, and no comma or blank")
        self.base = normal_address(base_url)
        self.timeouts = timeouts or Timeouts()
        self._authorization = authorization
        self._webhook_prefix = webhook_prefix
        self._allow_private = allow_private
        self._observer = observer

    def call(
        self,
        method: str,
        path: str,
        params: Params | None = None,
        body: bytes | None = None,
        timeouts: Timeouts | None = None,
    ) -> Answer:
        """Send and return an answer of any status below 300 or, for bulk, above. Raises only network
        errors.
        """
        url = self.url(path, params)
        answer = self._send(method, url, body, timeouts or self.timeouts)
        if answer.status == 308 and method == "GET":
            # A product's id of the web application leads to its id of the API: same host, same base, once.
            target = answer.headers.get("Location", "")
            if target.startswith(f"{self.base}/"):
                answer = self._send(method, target, None, timeouts or self.timeouts)
        return answer

    def url(self, path: str, params: Params | None = None) -> str:
        """The address of a call, always below the base. Blanks become %20, as the documents write them."""
        pairs = [(key, str(value)) for key, value in (params or {}).items() if value is not None]
        query = f"?{urlencode(pairs, quote_via=quote, safe=',')}" if pairs else ""
        return f"{self.base}/{quote(own_path(self.base, path), safe='/-._~')}{query}"

    def _send(self, method: str, url: str, body: bytes | None, timeouts: Timeouts) -> Answer:
        headers = {"Accept": ACCEPT, "User-Agent": USER_AGENT, "Authorization": self._authorization}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._webhook_prefix and method not in READS:
            headers["X-Lognex-WebHook-DisableByPrefix"] = self._webhook_prefix
        with recorded(self._observer, method, url, body) as record:
            answer = perform(
                pooled_session(allow_private=self._allow_private),
                method,
                url,
                headers=headers,
                body=body,
                timeouts=timeouts,
            )
            record.status = answer.status
            record.response_bytes = len(answer.body)
            record.response_body = answer.body
            if answer.status >= 400 and not answer.body.startswith(b"["):  # an array is a bulk answer
                record.failed(error_from(answer, method))
        return answer


def decoded(answer: Answer, method: str) -> Any:
    """The JSON of a good answer, None for an empty one; raises what any other answer means."""
    if not 200 <= answer.status < 300:
        raise error_from(answer, method)
    if not answer.body.strip():
        if method in READS:
            raise TransientError("MoySklad answered with an empty body.", status=answer.status, why="empty")
        return None
    try:
        return answer.json()
    except ValueError as exc:
        raise _unreadable(answer, method) from exc


def _unreadable(answer: Answer, method: str) -> ConnectorError:
    detail = "MoySklad's address answered with something that is not JSON."
    kind = TransientError if method in READS else OutcomeUnknown
    return kind(
        detail, status=answer.status, code="net_html", why="not_json", names={"status": str(answer.status)}
    )


def encoded(body: Any) -> bytes | None:
    """A body as sent: compact UTF-8 JSON. NaN and infinity are refused here, the API would not read them."""
    if body is None:
        return None
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    if len(data) > MAX_BODY_BYTES:
        raise PermanentError(
            f"The request has {len(data)} bytes, MoySklad takes {MAX_BODY_BYTES}.",
            code="1044",
            why="too_large",
        )
    return data
