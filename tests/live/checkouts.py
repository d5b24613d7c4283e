"""Places block checkouts in the real shop, with or without the plugin, and prints how long each last step took.

A program of its own, so that its threads and sockets are not pytest's: `checkouts.py pairs|on|off COUNT PARALLEL`.
It prints JSON: `off` and `on` (milliseconds of POST /checkout), `statuses` (of every request), `orders` (ids, on).
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from os import environ
from typing import Any

import requests

API = environ["LAB_URL"] + "/wp-json/wc/store/v1"
ADDRESS = {
    "first_name": "Пётр",
    "last_name": "Сидоров",
    "address_1": "ул. Ленина, 10",
    "city": "Москва",
    "state": "Москва",
    "postcode": "101000",
    "country": "RU",
    "phone": "+7 999 123-45-67",
}


class Buyer:
    """One guest with one item in the cart."""

    def __init__(self, product_id: int, with_plugin: bool, number: int) -> None:
        self.with_plugin = with_plugin
        self.product_id = product_id
        self.billing = {**ADDRESS, "email": f"buyer{number}-{time.time_ns()}@example.test"}
        self.statuses: list[int] = []
        self.milliseconds = 0.0
        self.order_id = 0

    def buy(self) -> Buyer:
        with requests.Session() as session:
            if not self.with_plugin:
                session.headers["X-Live-Off"] = "1"
            cart = session.get(f"{API}/cart", timeout=60)
            session.headers["Cart-Token"] = cart.headers["Cart-Token"]
            self.statuses.append(cart.status_code)
            self._post(session, "cart/add-item", {"id": self.product_id, "quantity": 1})
            addresses = {"billing_address": self.billing, "shipping_address": ADDRESS}
            self._post(session, "cart/update-customer", addresses)
            start = time.perf_counter()
            answer = self._post(
                session, "checkout", {**addresses, "payment_method": "cod", "payment_data": []}
            )
            self.milliseconds = 1000 * (time.perf_counter() - start)
            self.order_id = int(answer.get("order_id", 0))
        return self

    def _post(self, session: requests.Session, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = session.post(f"{API}/{path}", json=body, timeout=60)
        self.statuses.append(answer.status_code)
        return dict(answer.json()) if answer.ok else {}


def main(mode: str, count: int, parallel: int, product_id: int) -> None:
    if mode == "pairs":
        sides = [side for _ in range(count) for side in random.sample([True, False], 2)]
    else:
        sides = [mode == "on"] * count
    buyers = [Buyer(product_id, side, number) for number, side in enumerate(sides)]
    with ThreadPoolExecutor(parallel) as pool:
        done = list(pool.map(Buyer.buy, buyers))
    result = {
        "on": [buyer.milliseconds for buyer in done if buyer.with_plugin],
        "off": [buyer.milliseconds for buyer in done if not buyer.with_plugin],
        "statuses": dict(Counter(status for buyer in done for status in buyer.statuses)),
        "orders": [buyer.order_id for buyer in done if buyer.with_plugin],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
