"""What can go wrong on the wire, sorted by what the caller should do next.

Permanence belongs to the error: each connector decides it next to the vendor's status and code, so nobody
further up has to look at a number again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ConnectorError(Exception):
    """A call to another system did not do what was asked.

    `code` is the vendor's own error code as text ("3006", "product_invalid_sku"), empty when there was none;
    `status` the HTTP status, 0 when no answer came; `detail` the vendor's sentence, for people, never to match on.
    `raw` keeps the decoded body where there was one.

    Where `detail` is the connector's own sentence, in English, `why` names it and `names` what stands in it: whoever
    has readers of other languages words it for them.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str = "",
        status: int = 0,
        parameter: str = "",
        raw: Mapping[str, Any] | None = None,
        why: str = "",
        names: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.status = status
        self.parameter = parameter
        self.raw = raw or {}
        self.why = why
        self.names = names or {}


class TransientError(ConnectorError):
    """Nothing was done and the same call may succeed later: 5xx, no connection, maintenance."""


class RateLimited(TransientError):
    """The vendor asked to slow down. `retry_after` is in seconds; `parallel` marks the too-many-at-once kind."""

    def __init__(self, detail: str, *, retry_after: float, parallel: bool = False, **more: Any) -> None:
        super().__init__(detail, **more)
        self.retry_after = retry_after
        self.parallel = parallel


class Conflict(TransientError):
    """The object changed under our hands (MoySklad 1065): read it again, then decide."""


class OutcomeUnknown(ConnectorError):
    """The request was sent and no usable answer came: it may or may not have been carried out.

    Look the object up by our own key before sending again.
    """


class PermanentError(ConnectorError):
    """The same call will fail the same way until a person changes something."""


class NotFound(PermanentError):
    """The object is not there (or no longer)."""


class AuthError(ConnectorError):
    """The credentials or rights are not accepted: stop the whole account, one alert, no hammering."""


class Forbidden(PermanentError):
    """The credentials are good, this one action is not allowed (rights, tariff)."""


class WrongHost(PermanentError):
    """An address would have led to another host than the connection's own; it was not called."""
