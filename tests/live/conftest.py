"""The real shop, the bridge's real processes and the MoySklad stand-in, joined; skipped where there is no shop.

The shop comes from the environment: LAB_SCRIPT is a command that installs and drives a WordPress with WooCommerce
(`install`, `seed`, `snapshot`, `reset`, `up`, `plugin`, `hpos`, `order`, `admin`, `cron`, `sql`), LAB_HOME is where
it keeps the shop. A shop that is not installed yet is made from WORDPRESS_DIR and WOOCOMMERCE_DIR. The shop is put
back to its snapshot "clean" before and the plugin is installed from the zip that owners get. On a machine that others
use too, LIVE_PATIENCE (a factor, 1) makes every wait as many times as long; what is measured stays as it is.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from woocommerce import API

from bridge.demo.launch import Bridge
from connectors.sandbox.control import Sandbox, running_sandbox

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
KEY, SECRET = "ck_" + "1" * 40, "cs_" + "2" * 40  # the shop's throw-away REST key
SOLD = ("S-00001", "S-00002", "S-00003", "V-00001-1")  # what the tests order
PLENTY = 9000
PATIENCE = float(os.environ.get("LIVE_PATIENCE", "1"))
Bridge.ready_within *= PATIENCE
TAB = "admin.php?page=wc-settings&tab=sklad_bridge"


def eventually(probe: Callable[[], T], what: str, seconds: float = 60) -> T:
    """The first true value of `probe`; AssertionError naming what did not happen."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := probe():
            return value
        time.sleep(0.1)
    raise AssertionError(f"did not happen within {seconds} s: {what}")


def kopecks(amount: str) -> int:
    """What the shop writes as "351.00", in minor units."""
    return int(Decimal(amount) * 100)


class Lab:
    """The shop: commands of LAB_SCRIPT, its REST API, its wp-admin."""

    def __init__(self, script: str, home: Path) -> None:
        self.script = script
        self.home = home
        self.url = os.environ.get("LAB_URL") or f"http://127.0.0.1:{os.environ.get('LAB_HTTP_PORT', '8088')}"
        self.api = API(url=self.url, consumer_key=KEY, consumer_secret=SECRET, version="wc/v3", timeout=60)
        self._browser: requests.Session | None = None

    def run(self, *words: str) -> str:
        """One command; AssertionError with its output when it fails."""
        env = {**os.environ, "LAB_HOME": str(self.home), "LAB_URL": self.url, "LAB_PYTHON": sys.executable}
        done = subprocess.run([self.script, *words], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"lab {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def order(self, channel: str, *words: str) -> int:
        """Place an order through `store`, `classic`, `rest` or `admin`; its id."""
        if channel == "admin":
            return int(self.run("admin", "new", *[word for word in words if ":" in word]).strip())
        answer = json.loads(self.run("order", channel, *words, "--json").strip().splitlines()[-1])
        return int(answer.get("order_id") or answer["id"])

    def get(self, order_id: int) -> dict[str, Any]:
        return dict(self.api.get(f"orders/{order_id}").json())

    def product(self, sku: str) -> dict[str, Any]:
        return dict(self.api.get("products", params={"sku": sku}).json()[0])

    def page(self, path: str) -> str:
        """A page of wp-admin, logged in as the administrator."""
        if self._browser is None:
            self._browser = requests.Session()
            self._browser.get(f"{self.url}/wp-login.php", timeout=60)
            form = {"log": "admin", "pwd": "admin", "wp-submit": "Log In", "testcookie": "1"}
            self._browser.post(f"{self.url}/wp-login.php", data=form, timeout=60)
        return self._browser.get(f"{self.url}/wp-admin/{path}", timeout=60).text

    def connect_plugin(self, address: str, secret: str = "") -> None:
        """Fill in by hand and save the plugin's settings page."""
        nonce = re.search(r'name="_wpnonce" value="([0-9a-f]+)"', self.page(TAB))
        assert nonce, "the settings page has no form"
        form = {"sklad_bridge_address": address, "sklad_bridge_secret": secret, "save": "Save changes"}
        assert self._browser is not None
        self._browser.post(
            f"{self.url}/wp-admin/{TAB}", data={**form, "_wpnonce": nonce.group(1)}, timeout=60
        )

    def press(self, action: str) -> str:
        """Press a button of the settings page; the notice it answers with."""
        link = re.search(rf'href="([^"]*action={action}[^"]*)"', self.page(TAB))
        assert link, f"no button {action}"
        assert self._browser is not None
        text = self._browser.get(html.unescape(link.group(1)), timeout=60).text
        notice = re.search(r'sklad-bridge-notice"[^>]*><p>(.*?)</p>', text)
        return html.unescape(notice.group(1)) if notice else ""

    def keys_of_ours(self) -> list[int]:
        """The REST keys that the plugin made."""
        query = "SELECT key_id FROM wp_woocommerce_api_keys WHERE description='Sklad Bridge' ORDER BY key_id"
        return [int(row) for row in self.run("sql", query).split()[1:]]

    def waiting(self) -> int:
        """Events in the plugin's outbox."""
        return int(self.run("sql", "SELECT COUNT(*) FROM wp_sklad_bridge_outbox").split()[-1])

    def close(self) -> None:
        if self._browser is not None:
            self._browser.close()


@dataclass
class Live:
    """Everything joined: an order placed in `lab` arrives in `box.moysklad` through `bridge`."""

    lab: Lab
    box: Sandbox
    bridge: Bridge
    event_url: str
    secret: str
    figures: list[tuple[str, str]] = field(default_factory=list)

    until = staticmethod(eventually)

    def note(self, name: str, value: str) -> None:
        """A line of the table printed at the end."""
        self.figures.append((name, value))

    def status(self) -> dict[str, Any]:
        """The bridge's own figures."""
        return dict(json.loads(self.bridge.manage("bridge_status", "--json")))

    def parked(self) -> int:
        """Orders that wait for a person."""
        return int(self.status()["outbox"]["parked"])

    def quiet(self, seconds: float = 60) -> None:
        """Wait until neither the shop nor MoySklad nor the bridge has anything left to tell."""

        def idle() -> bool:
            figures = self.status()
            waits = (
                figures["inbox"]["waiting"],
                figures["outbox"]["waiting"],
                figures["outbox"]["in_flight"],
            )
            return not any(waits)

        eventually(lambda: self.lab.waiting() == 0, "the plugin has nothing left to send", seconds)
        self.box.moysklad.settle(seconds * PATIENCE)
        eventually(idle, "the bridge has nothing left to do", seconds)

    def agreed(self, order_id: int, seconds: float = 60) -> dict[str, Any]:
        """The document, once its sum is the order's total on the site."""
        total = kopecks(self.lab.get(order_id)["total"])
        return eventually(
            lambda: next(
                (
                    row
                    for name, row in self.documents().items()
                    if (name, row["sum"]) == (f"LIVE-{order_id}", total)
                ),
                None,
            ),
            f"order {order_id} in MoySklad with {total / 100:.2f}",
            seconds,
        )

    def rows(self, document: dict[str, Any], article: str) -> list[dict[str, Any]]:
        """The positions with these goods."""
        href = self.box.moysklad.item(article)["meta"]["href"]
        return [row for row in document["positions"]["rows"] if row["assortment"]["meta"]["href"] == href]

    def line(self, order_id: int, sku: str) -> dict[str, Any]:
        """The line of the site's order with these goods; {} for none."""
        return next((dict(row) for row in self.lab.get(order_id)["line_items"] if row["sku"] == sku), {})

    def documents(self) -> dict[str, dict[str, Any]]:
        """Documents in MoySklad by number; two with one number fail the test."""
        rows = self.box.moysklad.documents()
        found = {row["name"]: row for row in rows}
        assert len(found) == len(rows), "two documents have one number"
        return found

    def document(self, order_id: int, seconds: float = 60) -> dict[str, Any]:
        return eventually(
            lambda: self.documents().get(f"LIVE-{order_id}"), f"order {order_id} in MoySklad", seconds
        )


def the_shop() -> Lab:
    """The shop of the environment, clean; skips the tests, saying what is missing."""
    script, home = os.environ.get("LAB_SCRIPT"), os.environ.get("LAB_HOME")
    if not script or not home:
        pytest.skip("needs a real shop: LAB_SCRIPT (its command) and LAB_HOME (its folder) are not set")
    lab = Lab(script, Path(home))
    if not (lab.home / "www" / "wp-load.php").exists():
        missing = [name for name in ("WORDPRESS_DIR", "WOOCOMMERCE_DIR") if not os.environ.get(name)]
        if missing:
            pytest.skip(f"no shop is installed in LAB_HOME, and to install one {missing} are not set")
        for command in ("install", "seed", "snapshot"):
            lab.run(command)
    lab.run("reset", "clean")
    return lab


def configuration(lab: Lab, box: Sandbox) -> str:
    values: dict[str, Any] = {
        "url": lab.url,
        "consumer_key": KEY,
        "consumer_secret": SECRET,
        "moysklad": "main",
        "organization": "ООО «Ромашка»",
        "stores": ["Основной склад"],
        "number_prefix": "LIVE-",
        "shipping_service": "Доставка",
    }
    lines = ["[moysklad.main]", f"base_url = {json.dumps(box.moysklad.url)}"]
    lines += [f"token = {json.dumps(box.moysklad.token)}", "", "[shop.site]"]
    lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    # Looking by itself is switched off in effect: what arrives was told by the plugin and by webhooks.
    lines += ["intervals = { orders = 3600, statuses = 3600, stock = 3600 }"]
    lines += ["", "[shop.site.states]", 'processing = "Новый"', 'cancelled = "Отменен"']
    lines += [
        "",
        "[shop.site.payments]",
        'cod = { document = "cashin" }',
        'bacs = { document = "paymentin" }',
    ]
    lines += ["", "[shop.site.money]", 'expense_item = "Возврат"', "mark_paid = true"]
    lines += ["", "[shop.site.back]", "accept_edits = true", "", "[shop.site.stock]", "write = true"]
    return "\n".join(lines) + "\n"


def seconds_until_stocked(lab: Lab) -> float:
    """Wait until the goods are linked and the shop has the warehouse's stock, so that no test sells it out."""
    start = time.monotonic()
    eventually(lambda: all((lab.product(sku)["stock_quantity"] or 0) >= PLENTY for sku in SOLD), "stock", 120)
    return time.monotonic() - start


def install_plugin(lab: Lab, directory: Path) -> None:
    """Unpack the zip that owners get and activate it."""
    subprocess.run(
        [sys.executable, str(ROOT / "wp-plugin" / "build-zip.py")], check=True, capture_output=True
    )
    with zipfile.ZipFile(ROOT / "build" / "sklad-bridge.zip") as archive:
        archive.extractall(directory)
    lab.run("plugin", str(directory / "sklad-bridge"), "--copy")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Live]:
    lab = the_shop()
    directory = tmp_path_factory.mktemp("live")
    install_plugin(lab, directory)
    switch = lab.home / "www" / "wp-content" / "mu-plugins" / "sklad-bridge-live-switch.php"
    shutil.copy(Path(__file__).with_name("switch.php"), switch)
    environment = {"DATABASE_URL": f"sqlite:///{directory}/bridge.sqlite3", "LOG_LEVEL": "WARNING"}
    bridge = Bridge(directory, environment)
    bridge.manage("migrate", "--verbosity", "0")
    try:
        with running_sandbox(items=20) as box, bridge:
            for sku in SOLD:
                box.moysklad.set_stock(sku, "Основной склад", PLENTY)
            (directory / "shop.toml").write_text(configuration(lab, box))
            told = json.loads(bridge.manage("configure", str(directory / "shop.toml")))
            site = told["shops"]["site"]
            world = Live(lab, box, bridge, site["event_url"], site["event_secret"])
            lab.connect_plugin(world.event_url, world.secret)
            world.note("test event", lab.press("sklad_bridge_test"))
            world.note("first stock on the site", f"{seconds_until_stocked(lab):.0f} s after the set-up")
            yield world
            show(request, world)
    finally:
        switch.unlink(missing_ok=True)
        lab.close()


def show(request: pytest.FixtureRequest, world: Live) -> None:
    """The table of figures, past pytest's capturing."""
    plugins = request.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    assert reporter is not None
    assert capture is not None
    width = max(len(name) for name, _ in world.figures)
    version = (world.lab.home / "version").read_text().strip()
    with capture.global_and_fixture_disabled():
        reporter.write_line("")
        for name, value in [("shop", version), *world.figures]:
            reporter.write_line(f"  {name:<{width}}  {value}")
