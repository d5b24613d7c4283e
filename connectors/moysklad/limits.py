"""The governor: every call of one MoySklad account passes here, whichever process makes it.

The state is shared through a GovernorStore; the rules are in limits_rules.py, what answers teach in
limits_learning.py. Two updates of the store a call: one to be let through, one when the answer is here.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeVar

from connectors.errors import RateLimited
from connectors.moysklad.limits_learning import Refusal, Seen, observe, seen
from connectors.moysklad.limits_rules import (
    NAP,
    Ask,
    Budget,
    ask,
    capacity,
    parallel_limit,
    pruned,
    release,
    used,
    withdraw,
)
from connectors.moysklad.limits_state import GovernorState

__all__ = ["Budget", "Governor", "GovernorState", "GovernorStore", "MemoryStore", "Priority", "Slot", "Usage"]

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Priority(IntEnum):
    """What a call is for; the lower number goes first."""

    ORDERS = 0
    STATUSES = 1
    STOCK = 2
    CATALOGUE = 3


class GovernorStore(Protocol):
    """Where the state of one account lives."""

    def update(self, change: Callable[[GovernorState], tuple[GovernorState, T]]) -> T:
        """Read the state, apply `change`, write it back, all under one lock shared by every process.

        `change` is pure and quick, so it may be applied again after a failed write.
        """


class MemoryStore:
    """The state in this process only: for one process, and for tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.state = GovernorState()

    def update(self, change: Callable[[GovernorState], tuple[GovernorState, T]]) -> T:
        with self._lock:
            self.state, result = change(self.state)
            return result


@dataclass(slots=True)
class Slot:
    """The right to make one call. Tell it what the answer said before leaving the `with` block."""

    id: str
    answer: Seen | None = None

    def answered(self, headers: Mapping[str, str], refused: Refusal = "") -> None:
        """`refused`: "rate" for a 429 with code 1049, "parallel" for 1073, "" otherwise."""
        self.answer = seen(headers, refused)


@dataclass(frozen=True, slots=True)
class Usage:
    """For people: how much of the budget is in use just now."""

    calls: float
    capacity: int
    window: float
    in_flight: int
    parallel: int
    waiting: dict[str, int]
    blocked_seconds: float


class Governor:
    """Lets calls through at the pace of the account's budget."""

    def __init__(
        self,
        store: GovernorStore,
        budget: Budget | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self.budget = budget or Budget()
        self.stated: Seen | None = None
        """The limit as the last answer of this process named it, for people; None while none did."""
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def slot(
        self,
        priority: Priority,
        *,
        weight: float = 1.0,
        tenant: str = "",
        max_wait: float | None = None,
        lease: float = 130.0,
    ) -> Iterator[Slot]:
        """Wait for the turn, hold one of the parallel places while the block runs.

        `weight` in ordinary calls (5/4 for an extended stock report); `tenant` is the shop, shops of one
        account take turns; `lease` seconds after which the place is free again if this process dies
        (longer than the call can last). Raises RateLimited at once when the wait would exceed `max_wait`
        seconds.
        """
        wish = Ask(uuid.uuid4().hex, int(priority), tenant, weight, lease)
        self._wait_for_turn(wish, max_wait)
        slot = Slot(wish.id)
        try:
            yield slot
        finally:
            if slot.answer is not None and slot.answer.limit is not None:
                self.stated = slot.answer
            try:
                self._store.update(lambda state: (self._finish(state, slot), None))
            except Exception:
                # The call is done; losing its answer would be worse than a place that ends by itself.
                logger.exception("the call budget could not be updated")

    def observe(self, headers: Mapping[str, str], refused: Refusal = "") -> None:
        """Take the headers of an answer into account that was not given to a slot."""
        answer = seen(headers, refused)
        self._store.update(lambda state: (self._learn(state, answer), None))

    def usage(self) -> Usage:
        """The present use of the budget."""
        return self._store.update(lambda state: (state, self._usage(state)))

    def _wait_for_turn(self, wish: Ask, max_wait: float | None) -> None:
        began = self._clock()
        granted = False
        try:
            while True:
                wait = self._store.update(lambda state: ask(state, self._clock(), wish, self.budget))
                if wait <= 0:
                    granted = True
                    return
                if max_wait is not None and self._clock() - began + wait > max_wait:
                    raise RateLimited(
                        "The call budget of this account is used up just now.", retry_after=wait, why="budget"
                    )
                self._sleep(min(wait, NAP))
        finally:
            if not granted:
                self._store.update(lambda state: (withdraw(state, self._clock(), wish.id, self.budget), None))

    def _finish(self, state: GovernorState, slot: Slot) -> GovernorState:
        if slot.answer is not None:
            state = self._learn(state, slot.answer)
        return release(state, self._clock(), slot.id, self.budget)

    def _learn(self, state: GovernorState, answer: Seen) -> GovernorState:
        return observe(state, self._clock(), answer, self.budget, random.random())  # noqa: S311 - spreads load

    def _usage(self, state: GovernorState) -> Usage:
        now = self._clock()
        state = pruned(state, now, self.budget)
        waiting: dict[str, int] = {}
        for ticket in state.tickets:
            name = Priority(ticket.priority).name.lower()
            waiting[name] = waiting.get(name, 0) + 1
        return Usage(
            calls=used(state, now, self.budget),
            capacity=capacity(state, self.budget),
            window=self.budget.window,
            in_flight=len(state.leases),
            parallel=parallel_limit(state, now, self.budget),
            waiting=waiting,
            blocked_seconds=max(0.0, state.blocked_until - now),
        )
