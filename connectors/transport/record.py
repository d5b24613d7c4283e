"""What happened on the wire, one record a call, handed to whoever watches (the API log, metrics)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.errors import ConnectorError

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class CallRecord:
    """One call as it was on the wire, without its headers: whoever shows or keeps it takes secrets and personal data
    out of the address and the bodies (`repr` shows neither).

    `status` is 0 when no answer came; sizes are bytes of the decoded bodies. `error` is the class of
    `connectors.errors` the call ended with, "" when it succeeded, `code` that error's code.
    """

    method: str
    url: str = field(repr=False)
    started_at: datetime
    status: int = 0
    duration_ms: float = 0.0
    error: str = ""
    code: str = ""
    request_bytes: int = 0
    response_bytes: int = 0
    request_body: bytes = field(default=b"", repr=False)
    response_body: bytes = field(default=b"", repr=False)

    def failed(self, error: BaseException) -> None:
        """Note what the call came to."""
        self.error = type(error).__name__
        self.code = error.code if isinstance(error, ConnectorError) else ""


Observer = Callable[[CallRecord], None]


@contextmanager
def recorded(observer: Observer | None, method: str, url: str, body: bytes | None) -> Iterator[CallRecord]:
    """Time the block, note how it ended, tell the observer. An observer's own failure never fails the
    call.
    """
    record = CallRecord(
        method=method,
        url=url,
        started_at=datetime.now(UTC),
        request_bytes=len(body or b""),
        request_body=body or b"",
    )
    began = time.monotonic()
    try:
        yield record
    except BaseException as exc:
        record.failed(exc)
        raise
    finally:
        record.duration_ms = (time.monotonic() - began) * 1000
        if observer is not None:
            try:
                observer(record)
            except Exception:
                # The write may already be done on the other side: losing its answer would be worse.
                logger.exception("the observer of calls failed")
