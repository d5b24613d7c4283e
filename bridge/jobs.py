"""The queue's entry points: each hands the table of handlers to its step."""

from __future__ import annotations

from bridge import routes
from bridge.inbox.process import process_waiting
from bridge.outbox.deliver import deliver as deliver_message
from bridge.schedules import sweep
from bridge.sync import flows


def process_inbox() -> None:
    process_waiting(routes.TOPICS)


def deliver(message_id: int) -> None:
    deliver_message(message_id, routes.KINDS)


def run_flow(watermark_id: int) -> None:
    flows.run(watermark_id, routes.FLOWS)


def beat() -> None:
    sweep(routes.FLOWS)
