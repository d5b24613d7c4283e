"""The rate limiter: 45 units per 3 seconds and user, at most 5 calls at once per user and 20 per account."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from connectors.sandbox.http import Response
from connectors.sandbox.moysklad.errors import ApiError
from connectors.sandbox.moysklad.options import Options

HEAVY_WEIGHT = 5
HEAVY_PATHS = ("/report/stock/all", "/report/stock/bystore")
Headers = list[tuple[str, str]]


@dataclass
class Usage:
    """What one user has spent: (moment, units) of the window, and calls running now."""

    spent: deque[tuple[float, int]] = field(default_factory=deque)
    window_start: float = 0.0
    running: int = 0


class Limiter:
    """Has a lock of its own, because waiting calls must not hold the account's."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._lock = threading.Lock()
        self._users: dict[str, Usage] = {}
        self._running = 0

    def weight(self, path: str) -> int:
        return HEAVY_WEIGHT if path in HEAVY_PATHS else self.options.weight

    def enter(self, user: str, path: str) -> tuple[Headers, Response | None]:
        """Count a call in. Returns the headers for its answer, or the 429 that is the answer; only calls let in must
        `leave`."""
        with self._lock:
            usage = self._users.setdefault(user, Usage())
            if not self.options.limiter:
                usage.running += 1
                self._running += 1
                return [], None
            if (
                usage.running >= self.options.parallel_per_user
                or self._running >= self.options.parallel_per_account
            ):
                return [], parallel_refusal()
            weight, now = self.weight(path), time.monotonic()
            left, reset = self._left(usage, now, weight)
            if left < weight:
                return [], rate_refusal(self._headers(left, reset), reset)
            usage.spent.append((now, weight))
            usage.running += 1
            self._running += 1
            return self._headers(left - weight, 0), None

    def leave(self, user: str) -> None:
        with self._lock:
            self._users[user].running -= 1
            self._running -= 1

    def forget(self) -> None:
        """Start with an empty window, as if nothing had been called lately."""
        with self._lock:
            for usage in self._users.values():
                usage.spent.clear()

    def _left(self, usage: Usage, now: float, weight: int) -> tuple[int, int]:
        """Units left in the window, and ms until enough of them come free."""
        window = self.options.window_ms / 1000
        if self.options.window == "fixed":
            if now - usage.window_start >= window:
                usage.window_start = now
                usage.spent.clear()
            left = self.options.units - sum(units for _, units in usage.spent)
            return left, round((usage.window_start + window - now) * 1000) + 1
        while usage.spent and usage.spent[0][0] <= now - window:
            usage.spent.popleft()
        left = free = self.options.units - sum(units for _, units in usage.spent)
        for moment, units in usage.spent:
            free += units
            if free >= weight:
                return left, round((moment + window - now) * 1000) + 1
        return left, self.options.window_ms

    def _headers(self, left: int, reset: int) -> Headers:
        """The limit headers; times in milliseconds."""
        per_call = self.options.weight if self.options.rate_headers == "requests" else 1
        return [
            ("X-RateLimit-Limit", str(self.options.units // per_call)),
            ("X-RateLimit-Remaining", str(max(0, left) // per_call)),
            ("X-Lognex-Retry-TimeInterval", str(self.options.window_ms)),
            ("X-Lognex-Reset", str(reset)),
        ]


def rate_refusal(headers: Headers, retry_after_ms: int) -> Response:
    more = [("X-Lognex-Retry-After", str(retry_after_ms)), ("X-Lognex-Auth", "429002")]
    return ApiError(1049).response(headers + more)


def parallel_refusal() -> Response:
    """Code 1073; the limit headers do not describe it and no Retry-After comes with it."""
    return ApiError(1073).response([("X-Lognex-Auth", "429005")])
