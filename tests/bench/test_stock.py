"""What stock costs: 10,000 and 100,000 linked items, a MoySklad 100 ms away with its real limit, the bridge in a
process of its own.

Beside each figure the naive way stands (a question and a write for each item, as plugins of shops do), of a sample in
the same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.control import Sandbox, running_sandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SCRIPT = Path(__file__).with_name("stock_of_many.py")
STORE = "Основной склад"
SECRET = "of the plugin"
SIZES = (10_000, 100_000)
FEW = 100
VARIATIONS = 50_000
CALLS, MEGABYTES = 2, 200
# The catalogue is ten times as large; an index of it may be one level deeper.
QUERIES_GROW, SECONDS_GROW = 1.1, 2.0
# What an item takes in a real shop: by the plugin's endpoint, in a batch of REST, by REST alone.
PLUGIN_MS, REST_MS, ALONE_MS = 10.0, 27.0, 90.0
SAMPLE = 30


def show(name: str, value: str, target: str = "") -> None:
    print(f"  {name:<62} {value:>14}   {target}")


@dataclass
class Many:
    """Both sides with so many linked items, and the database of a bridge between them."""

    box: Sandbox
    url: str
    size: int
    prefix: str = "B"

    def step(self, name: str, **box: Any) -> dict[str, Any]:
        """Run a step in a process of its own; what it measured, and the calls it made."""
        self.box.moysklad.reset_stats()
        self.box.store.reset_stats()
        root = Path(__file__).parents[2]
        environment = {**os.environ, "DATABASE_URL": self.url, "PYTHONPATH": str(root)}
        environment |= {"BRIDGE_ALLOW_PRIVATE_HOSTS": "true", "MOYSKLAD_CALLS": "11"}
        command = [sys.executable, str(SCRIPT), name]
        done = subprocess.run(
            command,
            env=environment,
            input=json.dumps(box),
            capture_output=True,
            text=True,
            cwd=root,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        calls = {"moysklad": len(self.box.moysklad.calls()), "site": len(self.box.store.calls())}
        return calls | dict(json.loads(done.stdout.strip().splitlines()[-1]))

    def change(self, count: int, stock: int) -> None:
        """So many items, spread over the catalogue, now have this stock."""
        every = self.size // count
        articles = [f"{self.prefix}-{n * every + 1:06d}" for n in range(count)]
        self.box.moysklad.set_stocks(STORE, dict.fromkeys(articles, stock))
        self.box.store.clear_stock_writes()

    def written(self, stock: int) -> int:
        """How many numbers were written; each of them is this one."""
        rows = self.box.store.stock_writes()
        assert {(row["old"] != row["new"], row["new"]) for row in rows} <= {(True, stock)}
        return len(rows)


@contextmanager
def many(directory: Path, size: int, *, variations: bool = False, plugin: bool = True) -> Iterator[Many]:
    with running_sandbox(items=1, latency_ms=100) as box:
        box.moysklad.add_goods(size, stock={STORE: 10})
        kind = {"variations": size} if variations else {"simple": size}
        goods = box.store.seed_products(**kind, stock=10)
        box.store.pair("http://127.0.0.1:9/", SECRET)
        box.store.configure(plugin_stock=plugin)
        keys = {"consumer_key": box.store.consumer_key, "consumer_secret": box.store.consumer_secret}
        running = Many(box, f"sqlite:///{directory / f'{size}.sqlite3'}", size)
        made = running.step(
            "make",
            moysklad=box.moysklad.url,
            token=box.moysklad.token,
            store_id=box.moysklad.stores[STORE],
            store=box.store.url,
            keys={**keys, "event_secret": SECRET},
            plugin=plugin,
            prefix=running.prefix,
            first=goods["first"] + (1 if variations else 0),
            parent=str(goods["parents"][0]) if variations else "",
        )
        assert made["linked"] == size
        yield running


def report(what: str, got: dict[str, Any], naive: float) -> None:
    show(f"MoySklad calls: {what}", str(got["moysklad"]), f"≤ {CALLS}")
    show("calls of the site", str(got["site"]))
    show("seconds to the last number", f"{got['seconds']:.1f} s", f"naive {naive:.0f} s")
    show("of them to read the report", f"{got['read']:.1f} s")
    show("of them on the bridge's processor", f"{got['own']:.1f} s")
    show("queries", str(got["queries"]))
    show(
        "memory (before the work)",
        f"{got['memory']:.0f} ({got['memory_before']:.0f}) MB",
        f"≤ {MEGABYTES} MB",
    )
    assert got["moysklad"] <= CALLS
    assert got["memory"] <= MEGABYTES
    assert got["left"] == 0


def test_what_changed_costs_and_not_the_catalogue(tmp_path: Path) -> None:
    few: dict[int, dict[str, Any]] = {}
    for size in SIZES:
        with many(tmp_path, size) as running:
            print(f"\nStock of {size} items, 100 ms to MoySklad, {PLUGIN_MS:.0f} ms for an item on the site")
            running.box.store.configure(stock_item_ms=PLUGIN_MS, write_ms=ALONE_MS)
            naive = running.step("naive", sample=SAMPLE)["seconds"]
            running.change(FEW, 7)
            few[size] = running.step("changes")
            assert running.written(7) == FEW
            report(f"{FEW} items changed", few[size], naive * FEW)
            share = size // 100
            running.change(share, 8)
            got = running.step("changes")
            assert running.written(8) == share
            report(f"1 % changed ({share})", got, naive * share)
            running.change(1, 8)
            report("the full report, nothing changed", running.step("full"), naive * size)
            assert running.written(8) == 0
    small, large = (few[size] for size in SIZES)
    queries, seconds = large["queries"] / small["queries"], large["own"] / small["own"]
    print(f"\nThe same {FEW} changes among ten times as many items")
    show("queries", f"× {queries:.2f}", f"≤ {QUERIES_GROW}")
    show("seconds of the processor", f"× {seconds:.2f}", f"≤ {SECONDS_GROW}")
    assert queries <= QUERIES_GROW
    assert seconds <= SECONDS_GROW


@pytest.mark.parametrize("plugin", [True, False], ids=["plugin", "rest"])
def test_50_000_variations_of_one_product(tmp_path: Path, plugin: bool) -> None:
    with many(tmp_path, VARIATIONS, variations=True, plugin=plugin) as running:
        way = "the plugin" if plugin else "REST"
        print(
            f"\n{VARIATIONS} variations of one product, all changed, written by {way}; the site itself at no cost"
        )
        running.change(VARIATIONS, 8)
        got = running.step("changes")
        assert running.written(8) == VARIATIONS
        report("all changed", got, 0)
