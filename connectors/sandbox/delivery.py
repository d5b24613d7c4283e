"""The courier: takes webhooks and events out of the stand-ins in background threads, one queue per address.

Holding, dropping, doubling, delaying and reordering happen here, so both stand-ins have the same knobs.
"""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Deliver = Callable[[], float | None]
"""One try of a delivery: None when it is finished (delivered or lost), otherwise seconds until the next try."""


@dataclass
class Parcel:
    """One delivery on its way; `record` is what the control API shows of it."""

    lane: str
    deliver: Deliver
    record: dict[str, Any] = field(default_factory=dict)


class Courier:
    """Delivers parcels; one worker thread per lane keeps the order within a lane unless a knob says otherwise."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queues: dict[str, list[tuple[float, int, Parcel]]] = {}
        self._sequence = itertools.count()
        self._held: list[Parcel] = []
        self._busy = 0
        self.holding = False
        self.drop_next = 0
        self.dropping = False
        self.copies = 1
        self.delay = 0.0
        self.met = Counter(dropped=0, doubled=0, delayed=0, reordered=0)
        """Parcels that the knobs have met."""

    def send(self, parcel: Parcel) -> None:
        """Queue a parcel; it may be held, dropped, doubled or delayed as the knobs say."""
        with self._changed:
            if self.dropping or self.drop_next > 0:
                self.drop_next = max(0, self.drop_next - 1)
                self.met["dropped"] += 1
                parcel.record["outcome"] = "dropped"
                return
            if self.holding:
                parcel.record["outcome"] = "held"
                self._held.append(parcel)
                return
            self._put(parcel, self.delay, self.copies)

    def release(self, order: str = "fifo", copies: int = 1, drop: int = 0, seed: int = 1) -> int:
        """Let the held parcels go: "fifo", "reverse" or "shuffle"; the first `drop` of them are lost. Returns how many
        go."""
        with self._changed:
            self.holding = False
            held, self._held = self._held, []
            if order == "reverse":
                held.reverse()
            elif order == "shuffle":
                random.Random(seed).shuffle(held)
            elif order != "fifo":
                raise ValueError("order is one of fifo, reverse, shuffle")
            self.met["dropped"] += len(held[:drop])
            self.met["reordered"] += len(held) if order != "fifo" and len(held) > 1 else 0
            for parcel in held[:drop]:
                parcel.record["outcome"] = "dropped"
            for parcel in held[drop:]:
                self._put(parcel, 0.0, copies)
            return len(held[drop:])

    def _put(self, parcel: Parcel, delay: float, copies: int) -> None:
        parcel.record["outcome"] = "on its way"
        self.met["doubled"] += copies > 1
        self.met["delayed"] += delay > 0
        queue = self._queues.get(parcel.lane)
        if queue is None:
            queue = self._queues[parcel.lane] = []
            threading.Thread(target=self._work, args=(queue,), daemon=True, name="sandbox-courier").start()
        for _ in range(copies):
            heapq.heappush(queue, (time.monotonic() + delay, next(self._sequence), parcel))
        self._changed.notify_all()

    def _work(self, queue: list[tuple[float, int, Parcel]]) -> None:
        while True:
            with self._changed:
                while not queue or queue[0][0] > time.monotonic():
                    self._changed.wait(queue[0][0] - time.monotonic() if queue else None)
                parcel = heapq.heappop(queue)[2]
                self._busy += 1
            again = None
            try:
                again = parcel.deliver()
            except Exception:  # noqa: BLE001 - one bad parcel must be seen and must not stop the lane
                traceback.print_exc()
            finally:
                with self._changed:
                    self._busy -= 1
                    if again is not None:
                        heapq.heappush(queue, (time.monotonic() + again, next(self._sequence), parcel))
                    self._changed.notify_all()

    def settle(self, timeout: float) -> bool:
        """Wait until nothing is on its way (held parcels do not count). False when the time ran out."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._busy or any(self._queues.values()):
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True
