"""The queue's entry points: each hands the table of handlers to its step, and shows that a worker is at work."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from bridge import pulse, relief, routes, worktime
from bridge.alerts import send
from bridge.inbox.process import process_waiting
from bridge.outbox.deliver import deliver as deliver_message
from bridge.schedules import sweep
from bridge.sync import flows, leased

P = ParamSpec("P")


def job(work: Callable[P, object]) -> Callable[P, None]:
    """A worker that is to end begins nothing: the beat finds the row again, for another."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        if not worktime.stopping():
            with pulse.working():
                work(*args, **kwargs)

    return run


def needed(work: Callable[P, object]) -> Callable[P, object]:
    """Something was to be done: whoever does it stays for more."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> object:
        try:
            return work(*args, **kwargs)
        finally:
            relief.note_work()

    return run


@job
@needed
def process_inbox() -> None:
    process_waiting(routes.TOPICS, routes.TOGETHER)


@job
@needed
def deliver(message_id: int) -> None:
    deliver_message(message_id, routes.KINDS)


@job
@needed
def run_flow(watermark_id: int) -> None:
    flows.run(watermark_id, routes.FLOWS)


@job
@needed
def run_work(kind: str, pk: int) -> None:
    leased.run(kind, pk, routes.LONG_WORK)


@job
@needed
def send_alerts(recipient_id: int) -> None:
    send.send(recipient_id)


@job
def beat() -> None:
    """Comes every few seconds, whether there is something to do or not; so it is no work that keeps a worker."""
    sweep(routes.FLOWS, routes.LONG_WORK)
    relief.leave_if_idle()
