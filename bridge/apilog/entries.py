"""A call as it was noted: raw and quickly. The row is made of it, masked, when it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bridge.apilog.models import ApiCall
from bridge.apilog.occasions import Occasion
from bridge.domain import masking

WHOLE, BEGINNING = 8 * 1024, 4 * 1024
"""Bytes: a body up to the first is kept whole, of a longer one the second. More would cost too much time to mask."""
_AROUND = 16 * 1024
"""Taken along uncut, so that a secret at the end of what is kept is seen whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`secrets` are the connection's: none of them reaches a row. Bodies may hold more than is kept."""

    at: datetime
    direction: str
    vendor: str
    connection_id: int | None
    secrets: Sequence[str] = field(repr=False)
    method: str
    url: str = field(repr=False)
    status: int
    duration_ms: float
    error: str = ""
    code: str = ""
    request_id: str = ""
    request_bytes: int = 0
    response_bytes: int = 0
    request_body: bytes = field(default=b"", repr=False)
    response_body: bytes = field(default=b"", repr=False)
    occasion: Occasion = field(default_factory=Occasion)

    def row(self) -> ApiCall:
        """The masked, unsaved row."""
        where = masking.address(self.url, secrets=self.secrets)
        kind = where.path.partition("/entity/")[2].partition("/")[0]
        asked = self._masked(self.request_body, self.request_bytes, kind)
        answered = self._masked(self.response_body, self.response_bytes, kind)
        occasion = self.occasion
        return ApiCall(
            at=self.at,
            direction=self.direction,
            vendor=self.vendor,
            connection_id=self.connection_id,
            shop_id=occasion.shop_id,
            method=self.method[:10],
            host=where.host[:255],
            path=where.path[:1000],
            query=where.query[:4000],
            status=self.status,
            duration_ms=round(self.duration_ms),
            error=self.error[:60],
            code=masking.text(masking.without_secrets(self.code, self.secrets))[:60],
            purpose=occasion.purpose[:60],
            event_id=occasion.event_id,
            message_id=occasion.message_id,
            messages=occasion.messages,
            try_number=occasion.try_number,
            delivered_at=occasion.delivered_at,
            request_id=masking.without_secrets(self.request_id, self.secrets)[:100],
            request_bytes=self.request_bytes,
            response_bytes=self.response_bytes,
            request_cut=asked.cut,
            response_cut=answered.cut,
            request_body=asked.text,
            response_body=answered.text,
        )

    def _masked(self, body: bytes, size: int, kind: str) -> masking.Body:
        limit = WHOLE if size <= WHOLE else BEGINNING
        return masking.body(body, secrets=self.secrets, kind=kind, limit=limit, size=size)


def kept(body: bytes) -> bytes:
    """As much of a body as a row can need: it waits in memory."""
    return body[: WHOLE + _AROUND]
