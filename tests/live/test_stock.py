"""Stock on a real shop: a change in the warehouse is on the site at once, and no write of ours undoes a sale."""

from __future__ import annotations

import itertools
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.demo.launch import stop
from tests.live.shop_stock import (
    AT_ONCE,
    BUYERS,
    Sample,
    StockWatch,
    buy,
    number_on_the_site,
    numbers_on_the_site,
    plugin_off,
)

STORE = "Основной склад"
TEN = [*(f"S-{number:05d}" for number in (4, 5, 6, 7, 8, 9, 11, 12)), "V-00001-2", "V-00001-4"]
SCARCE, UNTOUCHED, DELAYED, BY_REST = "S-00014", "S-00015", "S-00016", "S-00012"
ROUNDS = 12
ALLOWED_SECONDS = 3.0
PIECES, DELIVERIES = 12, 12
UNHEARD_SECONDS = 15
NOWHERE = "http://127.0.0.1:9/events/"


def stocked(live: Any, sku: str, pieces: int) -> int:
    """So many pieces lie in the warehouse and are offered on the site; the item's id there."""
    item = int(live.lab.product(sku)["id"])
    live.box.moysklad.set_stock(sku, STORE, pieces)
    live.box.moysklad.tell_stock()
    live.until(lambda: number_on_the_site(live, item) == pieces, f"{pieces} × {sku} on the site")
    return item


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def seconds_of_ten(live: Any, first: int) -> list[float]:
    """Ten items get the numbers from `first` on in the warehouse: how long after the webhook each is on the site."""
    ids = {sku: int(live.lab.product(sku)["id"]) for sku in TEN}
    wanted = {sku: Decimal(first + place) for place, sku in enumerate(TEN)}
    for sku, pieces in wanted.items():
        live.box.moysklad.set_stock(sku, STORE, int(pieces))
    start, late, seconds = time.monotonic(), set(TEN), list[float]()
    assert live.box.moysklad.tell_stock() == 1, "the bridge listens to the stock webhook"
    while late:
        now = numbers_on_the_site(live, ids.values())
        passed = time.monotonic() - start
        arrived = {sku for sku in late if now[ids[sku]] == wanted[sku]}
        seconds += [passed] * len(arrived)
        late -= arrived
        assert passed < 60, f"not on the site: {sorted(late)}"
        time.sleep(0.02)
    assert all(live.lab.product(sku)["stock_quantity"] == wanted[sku] for sku in TEN)
    return seconds


@pytest.mark.timeout(300)
def test_ten_changed_items_are_on_the_site_within_seconds_of_the_webhook(live: Any) -> None:
    live.lab.run("hpos", "on")
    live.until(lambda: live.box.moysklad.documents("webhookstock"), "the bridge has asked for stock webhooks")
    seconds = [one for number in range(ROUNDS) for one in seconds_of_ten(live, 100 + 20 * number)]
    p50, p95 = percentile(seconds, 0.5), percentile(seconds, 0.95)
    live.note(
        "stock webhook to the site",
        f"{ROUNDS} times 10 changed items: p50 {p50:.2f}, p95 {p95:.2f}, slowest {max(seconds):.2f} s",
    )
    assert p95 <= ALLOWED_SECONDS


class Warehouse:
    """A piece arrives every half second, until told to stop; `existed(at)` says how many there were by then."""

    def __init__(self, live: Any, sku: str, pieces: int) -> None:
        self.live, self.sku = live, sku
        self.history = [(0.0, pieces)]
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._deliver)

    def existed(self, at: float) -> int:
        return max(pieces for since, pieces in self.history if since <= at)

    def __enter__(self) -> Warehouse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join(30)

    def _deliver(self) -> None:
        while len(self.history) <= DELIVERIES and not self._closed.wait(0.5):
            pieces = self.history[-1][1] + 1
            self.history.append((time.time(), pieces))
            self.live.box.moysklad.set_stock(self.sku, STORE, pieces)
            self.live.box.moysklad.tell_stock()


def story(samples: list[Sample]) -> str:
    """The last changes before something went wrong."""
    changes = [
        f"{stock:.0f}/{sold:.0f}" for (stock, sold), _ in itertools.groupby(samples, lambda one: one[1:])
    ]
    return " → ".join(changes[-20:])


class Regrets:
    """Every two seconds the buyer of the newest order of this item cancels it; `orders` are those."""

    def __init__(self, live: Any, item: int) -> None:
        self.live, self.item = live, item
        self.orders: list[int] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._cancel)

    def __enter__(self) -> Regrets:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._thread.join(30)

    def _cancel(self) -> None:
        query = {"product": self.item, "status": "processing", "per_page": 1, "_fields": "id"}
        while not self._closed.wait(2):
            for row in self.live.lab.api.get("orders", params=query).json():
                answer = self.live.lab.api.put(f"orders/{row['id']}", {"status": "cancelled"})
                self.orders += [row["id"]] if answer.ok else []


@pytest.mark.timeout(300)
def test_stock_writes_among_parallel_checkouts_never_offer_a_piece_twice(live: Any) -> None:
    live.lab.run("hpos", "on")
    item = stocked(live, SCARCE, PIECES)
    with StockWatch(live.lab, item) as watch:
        with Warehouse(live, SCARCE, PIECES) as warehouse, Regrets(live, item) as regrets:
            orders = buy(live, item)
        live.quiet()
    existed, sold = warehouse.history[-1][1], len(orders) - len(regrets.orders)

    # The core counts nothing under a lock: buyers at the same moment may oversell without any of our doing. What is
    # owed is below zero (docs/adr/0013): a piece whose order is cancelled is not on sale before all buyers have theirs.
    too_many = Decimal(0)
    for place, sample in enumerate(watch.samples):
        left = warehouse.existed(sample.at) - sample.sold
        too_many = max(too_many, -left)
        assert sample.stock <= left, f"{left} left; stock/sold: {story(watch.samples[: place + 1])}"
    assert watch.samples[-1].sold == sold, (
        "each order is in the plugin's journal once, and once more when it was cancelled"
    )
    assert live.box.moysklad.stock(SCARCE, STORE)["freeStock"] == existed - sold
    left = existed - sold
    live.until(lambda: number_on_the_site(live, item) == left, f"{left} left on the site")
    writes = sum(
        1
        for one, two in itertools.pairwise(watch.samples)
        if one.stock + one.sold < two.stock + two.sold and two.sold == one.sold
    )
    own = buy_without_us(live)
    live.note(
        f"{BUYERS} buyers, {AT_ONCE} at once, {PIECES} + {existed - PIECES} pieces",
        f"{len(orders)} orders, {len(regrets.orders)} of them cancelled, at least {writes} deliveries written; "
        f"in {len(watch.samples)} looks never more offered than there was",
    )
    live.note(
        "sold too many at the same moment",
        f"{too_many:.0f}; by the shop alone, with nobody writing, of {PIECES} pieces: {own}",
    )


def buy_without_us(live: Any) -> int:
    """Pieces the shop sells too many of by itself: the same rush for goods that nobody writes to."""
    item = stocked(live, UNTOUCHED, PIECES)
    buy(live, item, "off")
    return max(0, -int(number_on_the_site(live, item)))


@pytest.mark.timeout(300)
def test_sale_whose_event_comes_late_survives_a_stock_write(live: Any) -> None:
    live.lab.run("hpos", "on")
    item = stocked(live, DELAYED, 50)
    for process in (live.bridge.worker, live.bridge.web):
        stop(process)
    live.lab.connect_plugin(NOWHERE)
    order_id = live.lab.order("store", f"{DELAYED}:3")
    assert number_on_the_site(live, item) == 47

    with StockWatch(live.lab, item) as watch:
        live.bridge.start()
        live.box.moysklad.set_stock(DELAYED, STORE, 60)
        live.box.moysklad.tell_stock()
        live.until(lambda: number_on_the_site(live, item) != 47, "the new number is on the site")
        assert number_on_the_site(live, item) == 57
        assert f"LIVE-{order_id}" not in live.documents(), "the bridge does not know of the order yet"
        assert live.lab.waiting() > 0

        live.lab.connect_plugin(live.event_url)
        live.lab.page("index.php")
        live.agreed(order_id)
        live.quiet()
        live.box.moysklad.set_stock(DELAYED, STORE, 70)
        live.box.moysklad.tell_stock()
        live.until(lambda: number_on_the_site(live, item) == 67, "the next number has the sale once")
    seen = [number for number, _ in itertools.groupby(sample.stock for sample in watch.samples)]
    assert seen == [47, 57, 67]
    live.note(
        "a sale the bridge learns of late",
        f"50 − 3 sold; 60 in the warehouse: {' → '.join(str(int(number)) for number in seen)} on the site",
    )


@pytest.mark.timeout(300)
def test_without_the_plugin_stock_goes_by_rest_and_what_was_sold_before_the_write_stays_sold(
    live: Any, tmp_path: Path
) -> None:
    live.lab.run("hpos", "on")
    with plugin_off(live, tmp_path):
        seconds = seconds_of_ten(live, 500)
        item = stocked(live, BY_REST, 50)
        order_id = live.lab.order("store", f"{BY_REST}:3")
        with StockWatch(live.lab, item) as watch:
            live.box.moysklad.set_stock(BY_REST, STORE, 60)
            live.box.moysklad.tell_stock()
            live.until(lambda: number_on_the_site(live, item) != 47, "the new number is on the site")
            watch.look_on(UNHEARD_SECONDS)
    seen = [number for number, _ in itertools.groupby(sample.stock for sample in watch.samples)]
    live.lab.api.put(f"orders/{order_id}", {"customer_note": "told at last"})
    live.agreed(order_id)
    live.until(lambda: number_on_the_site(live, item) == 57, "the sale is off the number")
    live.note(
        "without the plugin, by REST",
        f"10 changed items: slowest {max(seconds):.2f} s. 50 − 3 sold, no news of it, 60 in the warehouse: "
        f"{' → '.join(str(int(number)) for number in seen)} on the site for {UNHEARD_SECONDS} s; heard of it: 57",
    )
    assert seen == [47, 57]
