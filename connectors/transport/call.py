"""One HTTP call and nothing more: send, read the whole answer within bounds, name what went wrong on the way.

The vendor's clients build the request and judge the answer; here only the network is judged. Whether a
write may have been carried out depends on one thing: had anything been sent when it broke.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from connectors.errors import ConnectorError, OutcomeUnknown, PermanentError, TransientError

MAX_ANSWER_BYTES = 128 * 1024 * 1024
"""Above the largest report of 100,000 items; a server that sends without end must not fill the memory."""

READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, and from then on until the whole answer is here."""

    connect: float = 5.0
    read: float = 60.0

    @property
    def longest(self) -> float:
        """No call with these timeouts lasts longer (the last chunk may wait `read` once more)."""
        return self.connect + 2 * self.read


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. `body` is decoded (gunzipped)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; ValueError when it is none."""
        return json.loads(self.body)


def perform(
    session: requests.Session,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    timeouts: Timeouts,
) -> Answer:
    """Call `url` and return the answer of any status. Redirects are never followed.

    Raises TransientError when nothing was sent, or when a read broke; OutcomeUnknown when a write broke
    after it was sent; WrongHost from the address check; PermanentError for an address that is none.
    """
    deadline = time.monotonic() + timeouts.connect + timeouts.read
    try:
        with session.request(
            method,
            url,
            headers={"Accept-Encoding": "gzip", **headers},
            data=body,
            timeout=(timeouts.connect, timeouts.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            content = _read(response, deadline, method)
            return Answer(response.status_code, CaseInsensitiveDict(response.headers), content)
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as exc:
        detail = f"This cannot be called: {type(exc).__name__}"
        raise PermanentError(detail, code="net_address", why="not_an_address") from exc
    except (requests.RequestException, HTTPError, OSError) as exc:
        raise _network_error(exc, method) from exc


def _read(response: requests.Response, deadline: float, method: str) -> bytes:
    """The body in full, unpacked. Read as it comes (`read1`): the timeouts of requests count from byte to
    byte, and its own iterator would sit out a server that drips.
    """
    chunks: list[bytes] = []
    size = 0
    while chunk := response.raw.read1(256 * 1024, decode_content=True):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise _broken(
                method, f"The answer is larger than {MAX_ANSWER_BYTES} bytes.", "net_too_big", why="too_much"
            )
        if time.monotonic() > deadline:
            raise _broken(method, "The answer did not arrive in time.", "net_timeout", why="late")
    return b"".join(chunks)


def _network_error(exc: Exception, method: str) -> ConnectorError:
    reason: Any = exc
    while isinstance(reason, (requests.RequestException, MaxRetryError)):
        inner = reason.reason if isinstance(reason, MaxRetryError) else next(iter(reason.args), None)
        if not isinstance(inner, BaseException):
            break
        reason = inner
    if isinstance(reason, NewConnectionError):
        detail = "The server cannot be reached (refused, or no route)."
        return TransientError(detail, code="net_refused", why="unreachable")
    if isinstance(reason, ConnectTimeoutError):
        detail = "The server does not accept the connection in time."
        return TransientError(detail, code="net_timeout", why="late")
    if isinstance(exc, requests.exceptions.SSLError):
        if _certificate_refused(reason):
            detail = "The server's TLS certificate is not valid. Renew it or complete its chain."
            return TransientError(detail, code="net_tls", why="certificate")
        return _broken(method, "The encrypted connection failed.", "net_tls", why="not_encrypted")
    if isinstance(exc, requests.exceptions.Timeout) or "timed out" in str(exc).lower():
        return _broken(method, "No answer within the time allowed.", "net_timeout", why="late")
    return _broken(method, "The connection was cut before the answer was complete.", "net_cut", why="cut")


def _certificate_refused(reason: BaseException) -> bool:
    """The certificate is checked before the first byte of the request, so this one is certain."""
    chain: BaseException | None = reason
    for _ in range(8):
        if chain is None:
            return False
        if isinstance(chain, ssl.SSLCertVerificationError):
            return True
        chain = next((arg for arg in chain.args if isinstance(arg, BaseException)), chain.__cause__)
    return False


def _broken(method: str, detail: str, code: str, *, why: str) -> ConnectorError:
    if method in READS:
        return TransientError(detail, code=code, why=why)
    return OutcomeUnknown(f"{detail} The request may or may not have been carried out.", code=code, why=why)
