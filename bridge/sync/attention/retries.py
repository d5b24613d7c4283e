"""Trying all of one cause again: what it would take, its start (the work itself: retry_portions.py)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from django.db.models import Count

from bridge.connections import clients
from bridge.domain.errors import DomainError
from bridge.sync import kinds, once_more
from bridge.sync.attention.selection import MESSAGES, Selection
from bridge.sync.models import RetryRun

# Calls to MoySklad for a message of a kind, about: what is asked or written for each, beside what many share.
CALLS_EACH = {
    kinds.ORDER: 2,
    kinds.PAYMENT: 2,
    kinds.REFUND: 3,
    kinds.STATUS: 1,
    kinds.PAID: 1,
    kinds.EDIT: 1,
    kinds.RETURN: 1,
}
CALLS_TOGETHER, TOGETHER = 3, 100
# An event is read again from where it came, about once.
CALLS_OF_EVENT = 1
# Seconds a message takes at the site and here, about.
SECONDS_EACH = 0.3


class Estimate(NamedTuple):
    """How many, and about how many calls to MoySklad and seconds that takes."""

    rows: int
    calls: int
    seconds: int


def estimate(selection: Selection) -> Estimate:
    """What trying the selection again would take. Calls nothing."""
    rows = selection.rows().order_by()
    if selection.source == MESSAGES:
        return cost(dict(rows.values_list("kind").annotate(n=Count("pk"))))
    return cost({"": rows.count()})


def cost(by_kind: Mapping[str, int]) -> Estimate:
    """What so many messages of each kind take; without a kind they are events."""
    count, calls = sum(by_kind.values()), 0
    for kind, n in by_kind.items():
        each = CALLS_EACH.get(kind, 0) if kind else CALLS_OF_EVENT
        calls += n * each + (math.ceil(n / TOGETHER) * CALLS_TOGETHER if each and kind else 0)
    budget = clients.budget()
    seconds = max(calls * budget.window / budget.calls, count * SECONDS_EACH)
    return Estimate(count, calls, math.ceil(seconds))


def start(selection: Selection, by: str) -> RetryRun:
    """Begin to try the selection again. Raises DomainError("retry_open") while the shop does so for the same cause,
    DomainError("nothing_to_retry") when nothing waits for it any more."""
    shop = selection.shop()
    if shop is None:
        raise DomainError("nothing_to_retry")
    run = RetryRun(shop=shop, chosen=selection.to_json(), by=by[:150])
    return once_more.begin(
        run,
        selection.rows(),
        "nothing_to_retry",
        "retry_open",
        like=lambda other: bool(other.chosen["cause"] == selection.cause),
    )
