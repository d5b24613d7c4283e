"""What came of messages, told to logs and figures; what people are told stands in the tries."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence

from django.utils import timezone

from bridge.apilog.occasions import Occasion, on
from bridge.connections.faults import problem_of
from bridge.orders.models import Order
from bridge.outbox.models import OutboxMessage
from bridge.outbox.outcomes import Crashed, Done, Failed, Interrupted, Outcome, Parked
from bridge.telemetry import metrics

logger = logging.getLogger(__name__)


def orders_of(messages: Sequence[OutboxMessage]) -> dict[int, str]:
    """For each message about one order: the order's key in log lines (see inbox/receive.py), by the message's pk."""
    wanted = {
        message.pk: int(number)
        for message in messages
        for what, _, number in [message.object_key.partition(":")]
        if what == "order" and number.isdecimal()
    }
    rows = Order.objects.filter(pk__in=wanted.values()).values_list("pk", "shop__site_id", "source_id")
    keys = {pk: f"{site}:{source}" for pk, site, source in rows} if wanted else {}
    return {message: keys[order] for message, order in wanted.items() if order in keys}


def came_to(message: OutboxMessage, outcomes: Mapping[int, Outcome]) -> Outcome:
    return outcomes.get(message.pk) or Crashed("the handler gave no outcome")


def tell(
    messages: Sequence[OutboxMessage],
    outcomes: Mapping[int, Outcome],
    given_up: Collection[int],
    orders: Mapping[int, str],
) -> None:
    """One line a message, an error where it was given up; an error of our own has been told with its traceback."""
    now = timezone.now()
    for message in messages:
        outcome = came_to(message, outcomes)
        word, reason = type(outcome).__name__.lower(), _reason(message, outcome)
        metrics.tries.labels(message.kind, word).inc()
        if isinstance(outcome, Done):
            seconds = (now - message.created_at).total_seconds()
            metrics.delivery_seconds.labels(message.kind).observe(max(seconds, 0.0))
        elif reason:
            metrics.failures.labels(message.kind, reason).inc()
        dead = message.pk in given_up and not isinstance(outcome, Crashed)
        about = Occasion(
            message.kind, message.shop_id, message_id=message.pk, order=orders.get(message.pk, "")
        )
        with on(about):
            level = logging.ERROR if dead else logging.INFO
            logger.log(level, "message %s %s", "given up" if dead else word, reason)


def _reason(message: OutboxMessage, outcome: Outcome) -> str:
    match outcome:
        case Failed(error, of):
            return problem_of(error, of or message.connection).code
        case Parked(problem):
            return problem.code
        case Interrupted() | Crashed():
            return "internal"
    return ""
