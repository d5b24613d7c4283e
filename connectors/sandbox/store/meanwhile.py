"""Sales that happen at the worst moment: just before a call is carried out, or after it and before its answer."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.http import Request

MOMENTS = ("before", "after")


@dataclass
class Surprise:
    """`lines` as place_order takes them; `skip` calls pass before it, then it happens `count` times."""

    lines: dict[str, float]
    method: str = ".*"
    path: str = ".*"
    when: str = "before"
    count: int = 1
    skip: int = 0

    def strikes(self, request: Request) -> bool:
        if self.count <= 0 or not re.fullmatch(self.method, request.method):
            return False
        if not re.search(self.path, request.path):
            return False
        self.skip -= 1
        self.count -= self.skip < 0
        return self.skip < 0


class Meanwhile:
    """`sell` places an order; what it made goes out at once."""

    def __init__(self, sell: Callable[[dict[str, float]], Any]) -> None:
        self._sell = sell
        self._lock = threading.Lock()
        self._rules: list[Surprise] = []

    def add(self, **rule: Any) -> None:
        if rule.get("when", "before") not in MOMENTS:
            raise ValueError(f"when is one of {', '.join(MOMENTS)}")
        with self._lock:
            self._rules.append(Surprise(**rule))

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def due(self, request: Request) -> dict[str, list[Surprise]]:
        """What happens around this call; asked once, before it."""
        with self._lock:
            struck = [rule for rule in self._rules if rule.strikes(request)]
        return {when: [rule for rule in struck if rule.when == when] for when in MOMENTS}

    def happen(self, rules: list[Surprise]) -> None:
        for rule in rules:
            self._sell(rule.lines)
