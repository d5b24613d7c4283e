"""A login of which nobody knows yet whose it is: its calls take a place in the budget of every account it may be of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from connectors.moysklad.limits import Budget, Governor, GovernorStore, Priority, Slot


class JointGovernor(Governor):
    """Lets a call through when every one of `beside` does, too.

    They count the call and learn nothing from its answer, which may be about another user. With several of them the
    place in the first may be held a little longer than the call takes to reach the server.
    """

    def __init__(self, store: GovernorStore, budget: Budget, *, beside: Sequence[Governor]) -> None:
        super().__init__(store, budget)
        self._beside = list(beside)

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
        """As Governor.slot; `max_wait` is for all of them together."""
        began = self._clock()
        with ExitStack() as places:
            for turn in (*(one.slot for one in self._beside), super().slot):
                left = None if max_wait is None else max(0.0, max_wait - (self._clock() - began))
                place = turn(priority, weight=weight, tenant=tenant, max_wait=left, lease=lease)
                slot = places.enter_context(place)
            yield slot
