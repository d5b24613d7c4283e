"""The queue's entry points: each hands the table of handlers to its step, and shows that a worker is at work."""

from __future__ import annotations

from bridge import pulse, routes
from bridge.inbox.process import process_waiting
from bridge.outbox.deliver import deliver as deliver_message
from bridge.schedules import sweep
from bridge.sync import flows
from bridge.sync.uploads import upload_portions


def process_inbox() -> None:
    with pulse.working():
        process_waiting(routes.TOPICS)


def deliver(message_id: int) -> None:
    with pulse.working():
        deliver_message(message_id, routes.KINDS)


def run_flow(watermark_id: int) -> None:
    with pulse.working():
        flows.run(watermark_id, routes.FLOWS)


def run_upload(upload_id: int) -> None:
    with pulse.working():
        upload_portions.run(upload_id)


def beat() -> None:
    with pulse.working():
        sweep(routes.FLOWS)
