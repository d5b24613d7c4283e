"""What every process counts for /metrics (api/metrics.py): in files they share, so that one answer has all.

prometheus-client keeps a file for each process that ever was, and workers are replaced every thousand jobs. Here a
process takes the first place that is free (a locked file) and counts on where the one before it left off: there are as
many files as processes at once, and no counter starts anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from bridge import file_locks

DIRECTORY = Path(settings.DATA_DIR) / "metrics"
DIRECTORY.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(DIRECTORY)

from prometheus_client import CollectorRegistry, Counter, Histogram, values  # noqa: E402

# The process that has the place, its name, and the locked file. Not closed: the lock is the process's, to its end.
_place: tuple[int, str, int] = (0, "", -1)


def place() -> str:
    """The number under which this process counts; its own as long as it lives."""
    global _place
    pid, name, lock = _place
    if pid != os.getpid():
        if lock >= 0:  # the parent's, who keeps it
            os.close(lock)
        number = 0
        while (taken := file_locks.taken(DIRECTORY / f"{number}.lock")) is None:
            number += 1
        name = str(number)
        _place = (os.getpid(), name, taken)
    return name


values.ValueClass = values.MultiProcessValue(place)  # type: ignore[no-untyped-call]

# Nobody asks the process alone: the answer is collected from the files.
_own = CollectorRegistry()
_SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600)


def _counter(name: str, text: str, *labels: str) -> Counter:
    return Counter(f"sklad_bridge_{name}", text, labels, registry=_own)


def _histogram(name: str, text: str, *labels: str) -> Histogram:
    return Histogram(f"sklad_bridge_{name}", text, labels, registry=_own, buckets=_SECONDS)


events_received = _counter("events_received", "Events that were stored, or known already.", "topic", "result")
events_handled = _counter("events_handled", "Events that were handled: done, failed or again.", "result")
tries = _counter("tries", "Tries to bring a message out.", "kind", "outcome")
failures = _counter("failures", "Tries that did not work, by reason.", "kind", "reason")
calls = _counter("calls", "Calls to other systems.", "vendor", "method", "status")
call_seconds = _histogram("call_seconds", "How long other systems took to answer.", "vendor")
delivery_seconds = _histogram("delivery_seconds", "From queueing a message to its being done.", "kind")
document_seconds = _histogram("event_to_document_seconds", "From hearing of an order to its document.")
