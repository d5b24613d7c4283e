"""What writing stock costs on a real shop: the plugin's endpoint beside the REST API's batches, on the same goods."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from connectors.woocommerce.client import WooCommerce
from connectors.woocommerce.wire import StockAnswer, StockItem
from tests.live.conftest import KEY, PLENTY, SECRET
from tests.live.shop_stock import StockWatch, buy, number_on_the_site, plugin_off

SIMPLE, PARENTS, EACH = 900, 20, 5  # a thousand items that keep stock, a tenth of them variations
BATCH = 100
REVISIONS = itertools.count(1)


class Goods:
    """A thousand items that only this test writes to; `variations` by their product."""

    def __init__(self, live: Any) -> None:
        self.live = live
        self.client = WooCommerce(live.lab.url, KEY, SECRET, allow_private=True)
        words = [str(Path(__file__).with_name("make_goods.php")), str(SIMPLE), str(PARENTS), str(EACH)]
        made = json.loads(live.lab.run("php", *words, "LIVE-GOODS"))
        self.simple: list[int] = made["simple"]
        self.variations: dict[int, list[int]] = {int(k): v for k, v in made["variations"].items()}

    def some(self, count: int) -> tuple[list[int], Mapping[int, list[int]]]:
        """So many of them, in the same mixture."""
        parents = dict(
            itertools.islice(self.variations.items(), count * PARENTS // (SIMPLE + PARENTS * EACH))
        )
        return self.simple[: count - EACH * len(parents)], parents

    def write_by_plugin(self, count: int, quantity: int) -> int:
        """Through the endpoint, what it did not reach again; the number of requests."""
        simple, parents = self.some(count)
        pending = [*simple, *itertools.chain.from_iterable(parents.values())]
        for requests in itertools.count(1):
            answer = self.ask(pending, str(quantity), 0)
            assert {row["result"] for row in answer["items"]} <= {"set", "not_done"}
            pending = [row["id"] for row in answer["items"] if row["result"] == "not_done"]
            if not pending:
                return requests
        raise AssertionError

    def ask(self, ids: list[int], quantity: str, counted_through: int) -> StockAnswer:
        """One request to the endpoint: this number for all of them, no later sale is counted in it."""
        items: list[StockItem] = [
            {"id": item, "quantity": quantity, "counted": "0", "status": None, "backorders": None}
            for item in ids
        ]
        revision, secrets = next(REVISIONS), [self.live.secret]
        return self.client.plugin.set_stock(
            revision, counted_through, self.live.lab.url, items, secrets=secrets
        )

    def write_by_rest(self, count: int, quantity: int) -> int:
        """Products by the hundred, variations by their product; the number of requests."""
        simple, parents = self.some(count)
        for start in range(0, len(simple), BATCH):
            self.client.products.batch(self._updates(simple[start : start + BATCH], quantity))
        for parent, family in parents.items():
            self.client.products.variations_batch(parent, self._updates(family, quantity))
        return -(-len(simple) // BATCH) + len(parents)

    @staticmethod
    def _updates(ids: list[int], quantity: int) -> list[dict[str, int]]:
        return [{"id": item, "stock_quantity": quantity} for item in ids]

    def with_stock(self, quantity: int) -> int:
        """How many of them have this number."""
        ids = [*self.simple, *itertools.chain.from_iterable(self.variations.values())]
        query = (
            "SELECT COUNT(*) FROM wp_postmeta m JOIN wp_wc_product_meta_lookup l ON l.product_id=m.post_id"
            f" WHERE m.meta_key='_stock' AND m.meta_value={quantity} AND l.stock_quantity={quantity}"
            f" AND m.post_id IN ({','.join(map(str, ids))})"
        )
        return int(self.live.lab.run("sql", query).split()[-1])


@pytest.fixture(scope="module")
def goods(live: Any) -> Goods:
    return Goods(live)


@pytest.mark.timeout(400)
def test_hundred_and_thousand_items_through_the_endpoint_and_by_rest(live: Any, goods: Goods) -> None:
    numbers = itertools.count(10)
    goods.write_by_plugin(10, 9)  # warms caches up
    for count in (100, 1000):
        seconds: dict[str, list[str]] = {"endpoint": [], "REST": []}
        best = {"endpoint": 1e9, "REST": 1e9}
        for _ in range(2):  # in turns, so that whatever else the machine does meets both
            for name, write in (("endpoint", goods.write_by_plugin), ("REST", goods.write_by_rest)):
                number, start = next(numbers), time.monotonic()
                requests = write(count, number)
                passed = time.monotonic() - start
                assert goods.with_stock(number) == count, name
                seconds[name].append(f"{passed:.1f} s in {requests} requests")
                best[name] = min(best[name], passed)
        text = "; ".join(f"{name} {', '.join(values)}" for name, values in seconds.items())
        live.note(
            f"{count} items, a tenth variations", f"{text} ({best['REST'] / best['endpoint']:.1f} times)"
        )
        assert best["endpoint"] < best["REST"]


@pytest.mark.timeout(400)
def test_sales_among_stock_writes_are_kept_by_the_endpoint_and_by_rest_their_risk_is_known(
    live: Any, goods: Goods, tmp_path: Path
) -> None:
    """By REST a sale between our reading and the site's writing is undone: nothing there can lock (docs/stock.md)."""
    live.lab.run("hpos", "on")
    item = goods.simple[0]
    kept = rush(live, goods, item, through_endpoint(goods, item))
    with plugin_off(live, tmp_path):
        undone = rush(live, goods, item, through_rest(goods, item))
        for size in (1, BATCH):
            family = goods.simple[1 : 1 + size]
            seconds = [seconds_open(goods, family) for _ in range(5)]
            live.note(
                f"REST, {size} in a call: a sale is undone if made",
                f"in {min(seconds):.2f} to {max(seconds):.2f} s between our reading and the site's writing of the last",
            )
    live.note("sales undone among stock writes, plain REST", undone.text)
    live.note("sales undone among stock writes, endpoint", kept.text)
    assert kept.undone == 0


def seconds_open(goods: Goods, family: list[int]) -> float:
    """From the moment these were read until the last of them had its new number in the site's database."""
    last = family[-1]
    with StockWatch(goods.live.lab, last) as watch:
        rows = {row["id"]: row for row in goods.client.products.by_ids(family)}
        read = time.time()
        number = int(rows[last]["stock_quantity"] or 0) + 1
        goods.client.products.batch([{"id": one, "stock_quantity": number} for one in family])
    return next(sample.at for sample in watch.samples if sample.stock == number) - read


class Rush(NamedTuple):
    """`sold` pieces while `writes` went on; `undone` of them were on sale again afterwards."""

    sold: int
    writes: int
    undone: int

    @property
    def text(self) -> str:
        return f"{self.undone} of {self.sold}, during {self.writes} writes of the item"


def rush(live: Any, goods: Goods, item: int, write: Callable[[], None]) -> Rush:
    """Buyers take a piece each while one piece after the other arrives and is written."""
    with ThreadPoolExecutor(1) as pool:
        orders = pool.submit(buy, live, item)
        writes = 0
        while not orders.done():
            write()
            writes += 1
    sold = len(orders.result())
    expected = PLENTY + writes - sold
    return Rush(sold, writes, int(number_on_the_site(live, item)) - expected)


def through_endpoint(goods: Goods, item: int) -> Callable[[], None]:
    """Writes what there is by the warehouse, in which no sale from now on is counted."""
    pieces = itertools.count(PLENTY)

    def write(counted_through: int) -> int:
        wanted = str(next(pieces))
        while True:
            answer = goods.ask([item], wanted, counted_through)
            if answer["items"][0]["result"] != "busy":
                return answer["sale"]

    before = write(0)
    return lambda: write(before) and None


def through_rest(goods: Goods, item: int) -> Callable[[], None]:
    """Writes one piece more than it read a moment ago: what was sold until then is in it."""
    goods.client.products.batch([{"id": item, "stock_quantity": PLENTY}])

    def write() -> None:
        [row] = goods.client.products.by_ids([item])
        goods.client.products.batch([{"id": item, "stock_quantity": int(row["stock_quantity"] or 0) + 1}])

    return write
