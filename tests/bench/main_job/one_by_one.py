"""The naive way, as plugins of shops do it: a call of its own for each object, waited for where the event came in.

Measured against the same stand-in in the same run, at its limit: a refused call is repeated after the pause the answer
asks for.
"""

from __future__ import annotations

import time
from typing import Any

import requests

from connectors.sandbox.control_moysklad import MoyskladControl


class OneByOne:
    """Calls of MoySklad, one after another."""

    def __init__(self, moysklad: MoyskladControl) -> None:
        self.moysklad = moysklad
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update(
            {
                "Authorization": f"Bearer {moysklad.token}",
                "Accept": "application/json;charset=utf-8",
                "Accept-Encoding": "gzip",
            }
        )
        self.agent = moysklad.add_counterparty(name="Покупатель")["id"]

    def orders(self, count: int) -> list[float]:
        """Seconds each order took to be created: one call each."""
        return [self._timed("POST", "entity/customerorder", self._order()) for _ in range(count)]

    def whole_orders(self, count: int) -> list[float]:
        """The same with what a plugin asks before: the buyer by e-mail, the item by article; three calls each."""
        found = []
        for _ in range(count):
            took = self._timed("GET", "entity/counterparty?filter=email=known0@example.org")
            took += self._timed("GET", "entity/product?filter=article=S-00002")
            found.append(took + self._timed("POST", "entity/customerorder", self._order()))
        return found

    def readings(self, count: int) -> list[float]:
        """Seconds in which a webhook would be answered that reads its object first."""
        return [self._timed("GET", f"entity/counterparty/{self.agent}") for _ in range(count)]

    def _order(self) -> dict[str, Any]:
        return {
            "organization": self.moysklad.ref("organization", self.moysklad.organization),
            "agent": self.moysklad.ref("counterparty", self.agent),
        }

    def _timed(self, method: str, path: str, body: dict[str, Any] | None = None) -> float:
        begun = time.perf_counter()
        while True:
            answer = self._session.request(method, f"{self.moysklad.url}/{path}", json=body, timeout=60)
            if answer.status_code != 429:
                answer.raise_for_status()
                return time.perf_counter() - begun
            time.sleep(int(answer.headers.get("X-Lognex-Retry-After", 1000)) / 1000)
