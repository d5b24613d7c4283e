"""A call to another system, counted and told in a log line: reads only at DEBUG, there are many of them."""

from __future__ import annotations

import logging

from bridge.domain import masking
from bridge.telemetry import metrics
from connectors.transport.call import READS
from connectors.transport.record import CallRecord

logger = logging.getLogger(__name__)


def count(vendor: str, record: CallRecord) -> None:
    status = str(record.status or record.code or "none")
    metrics.calls.labels(vendor, record.method, status).inc()
    metrics.call_seconds.labels(vendor).observe(record.duration_ms / 1000)
    level = logging.DEBUG if record.method in READS else logging.INFO
    if logger.isEnabledFor(level):
        path = masking.address(record.url).path
        logger.log(level, "%s %s: %s in %.0f ms", record.method, path, status, record.duration_ms)
