"""Noting the calls a client makes: what clients.py hands to it as its observer."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.apilog import buffer
from bridge.apilog.entries import Entry, kept
from bridge.apilog.models import ApiCall
from bridge.apilog.occasions import present
from connectors.transport.record import CallRecord, Observer


def observer(vendor: str, connection_id: int | None, secrets: Sequence[str]) -> Observer:
    """Notes every call of one account or site (None: one that is not stored yet)."""

    def note(record: CallRecord) -> None:
        buffer.add(
            Entry(
                at=record.started_at,
                direction=ApiCall.Direction.OUT,
                vendor=vendor,
                connection_id=connection_id,
                secrets=secrets,
                method=record.method,
                url=record.url,
                status=record.status,
                duration_ms=record.duration_ms,
                error=record.error,
                code=record.code,
                request_bytes=record.request_bytes,
                response_bytes=record.response_bytes,
                request_body=kept(record.request_body),
                response_body=kept(record.response_body),
                occasion=present(),
            )
        )

    return note
