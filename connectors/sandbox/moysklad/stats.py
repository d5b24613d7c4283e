"""What was called, how often it failed, and the counts behind the vendor's automatic ban."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Hashable
from typing import Any

from connectors.sandbox.moysklad.references import UUID

KEPT_CALLS = 5000
BAN_FAILURES = 200
BAN_REFUSALS = 200
BAN_PUTS = 100
MINUTE = 60.0
ENTITY = re.compile(rf"/entity/[a-z]+/{UUID.pattern}")


class Busiest:
    """How often the same thing happened within any minute, at most: minutes of the vendor's clock begin anywhere."""

    def __init__(self) -> None:
        self.most = 0
        self._moments: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def add(self, what: Hashable, now: float) -> None:
        moments = self._moments[what]
        moments.append(now)
        while moments[0] <= now - MINUTE:
            moments.popleft()
        self.most = max(self.most, len(moments))


class Stats:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.banned = False
        self._start()

    def _start(self) -> None:
        self.total = 0
        self.routes: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.refusals, self.puts, self.failures = Busiest(), Busiest(), Busiest()
        self.created: dict[str, Counter[str]] = {}
        self.max_parallel = 0
        self.running = 0
        self.calls: deque[dict[str, Any]] = deque(maxlen=KEPT_CALLS)

    def reset(self) -> None:
        with self._lock:
            running = self.running
            self._start()
            self.running = running
            self.banned = False

    def begin(self) -> None:
        with self._lock:
            self.running += 1
            self.max_parallel = max(self.max_parallel, self.running)

    def end(self, method: str, path: str, query: str, status: int, code: int, started: float) -> None:
        """Count an answered call; status 0 stands for a cut connection."""
        now = time.monotonic()
        with self._lock:
            self.running -= 1
            self.total += 1
            self.routes[f"{method} {UUID.sub('{id}', path)}"] += 1
            self.statuses[str(status)] += 1
            if status == 429:
                self.refused["parallel" if code == 1073 else "rate"] += 1
                self.refusals.add("429", now)
            if status >= 400:
                self.failures.add(f"{method} {path}?{query}", now)
            if method == "PUT" and (found := ENTITY.match(path)):
                self.puts.add(found[0], now)
            self.calls.append(
                {
                    "method": method,
                    "path": path,
                    "query": query,
                    "status": status,
                    "code": code,
                    "at": started,
                    "ms": round((time.time() - started) * 1000, 1),
                }
            )

    def made(self, kind: str, name: str) -> None:
        """A new document: also one that is deleted later counts."""
        with self._lock:
            self.created.setdefault(kind, Counter())[name] += 1

    def created_of(self, kind: str) -> dict[str, int]:
        with self._lock:
            return dict(self.created.get(kind, {}))

    def deserves_ban(self) -> bool:
        """More than 200 equal failures, 200 refusals or 100 PUTs to one entity in a minute (docs: restrictions)."""
        with self._lock:
            self.banned = self.banned or (
                self.failures.most > BAN_FAILURES
                or self.refusals.most > BAN_REFUSALS
                or self.puts.most > BAN_PUTS
            )
            return self.banned

    def shown(self) -> dict[str, Any]:
        with self._lock:
            return {
                "calls": self.total,
                "by_route": dict(self.routes),
                "by_status": dict(self.statuses),
                "rate_refused": self.refused["rate"],
                "parallel_refused": self.refused["parallel"],
                "max_refused_in_a_minute": self.refusals.most,
                "max_puts_to_one_entity_in_a_minute": self.puts.most,
                "max_equal_failures_in_a_minute": self.failures.most,
                "max_parallel": self.max_parallel,
                "banned": self.banned,
            }

    def log(self) -> list[dict[str, Any]]:
        with self._lock:
            return list(self.calls)
