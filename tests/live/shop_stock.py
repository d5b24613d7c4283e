"""Stock of the real shop: the numbers in its database, one of them watched over time, and buyers who want it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.live.conftest import install_plugin

BUYERS, AT_ONCE = 40, 8
SECONDS_BETWEEN = 0.01
# One statement, so that both numbers are of one instant. A journal row is there before its stock moves (done=0): what
# was sold counts from the move on, what came back from the row on, so that neither looks like a piece too many.
LOOK = (
    "SELECT UNIX_TIMESTAMP(NOW(6)), (SELECT meta_value FROM wp_postmeta WHERE post_id={item} AND meta_key='_stock'),"
    " (SELECT COALESCE(SUM(quantity), 0) FROM wp_sklad_bridge_sales WHERE item={item} AND (done=1 OR quantity<0));\n"
)


def numbers_on_the_site(live: Any, items: Collection[int]) -> dict[int, Decimal]:
    """Stock by item, as the site's database has it."""
    listed = ",".join(map(str, items))
    query = f"SELECT post_id, meta_value FROM wp_postmeta WHERE meta_key='_stock' AND post_id IN ({listed})"
    rows = [line.split("\t") for line in live.lab.run("sql", query).splitlines()[1:]]
    return {int(item): Decimal(number) for item, number in rows}


def number_on_the_site(live: Any, item: int) -> Decimal:
    return numbers_on_the_site(live, [item])[item]


def buy(live: Any, item: int, mode: str = "on") -> list[int]:
    """BUYERS guests want a piece each, AT_ONCE at a time; the orders that were accepted ("off": without the plugin)."""
    script = str(Path(__file__).with_name("checkouts.py"))
    done = subprocess.run(
        [sys.executable, script, mode, str(BUYERS), str(AT_ONCE), str(item)],
        env={**os.environ, "LAB_URL": live.lab.url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [number for number in json.loads(done.stdout)["orders"] if number]


@contextmanager
def plugin_off(live: Any, directory: Path) -> Iterator[None]:
    """The shop without the plugin; its settings and its tables stay."""
    live.lab.run("plugin", "sklad-bridge", "off")
    try:
        yield
    finally:
        install_plugin(live.lab, directory)


class Sample(NamedTuple):
    """`at` in Unix seconds; `stock` as the site has it; `sold`: pieces the plugin's journal says were taken by then."""

    at: float
    stock: Decimal
    sold: Decimal


class StockWatch:
    """Looks a hundred times a second while inside `with`; what it saw is in `samples` after it.

    Sales made before it are not counted.
    """

    def __init__(self, lab: Any, item: int) -> None:
        self.lab = lab
        self.item = item
        self.samples: list[Sample] = []
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self._output = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            [self.lab.script, "sql"],
            env={**os.environ, "LAB_HOME": str(self.lab.home)},
            stdin=subprocess.PIPE,
            stdout=self._output,
            text=True,
        )
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(10)
        assert self._process.wait(30) == 0, "the shop's database cannot be read"
        self._output.seek(0)
        rows = [line.split("\t") for line in self._output if line[0].isdigit()]
        self._output.close()
        before = Decimal(rows[0][2])
        self.samples = [Sample(float(at), Decimal(stock), Decimal(sold) - before) for at, stock, sold in rows]

    def look_on(self, seconds: float) -> None:
        """Until so much more time has passed."""
        self._over.wait(seconds)

    def _look(self) -> None:
        assert self._process.stdin is not None
        with self._process.stdin as statements:
            while not self._over.wait(SECONDS_BETWEEN):
                statements.write(LOOK.format(item=self.item))
                statements.flush()
            statements.write(LOOK.format(item=self.item))  # what was written just before the end is seen
