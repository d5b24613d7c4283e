"""A real shop is connected with nothing but a browser and a code; everything a person does to the connection later.

A bridge of its own knows a MoySklad account and no shop. From it to the shop goes one link, and nothing is copied.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from chromium import grave_faults

from bridge.demo.launch import Bridge
from connectors.sandbox.control import Sandbox, running_sandbox
from tests.live.browsing import Desk, WpAdmin, browser
from tests.live.conftest import KEY, Lab, eventually, kopecks

# What the owner chooses on the shop's page afterwards; the keys, which nobody has ever seen, stay as they are.
CHOOSE = """
from bridge.configuration.apply import apply
from bridge.configuration.dump import dump
from bridge.configuration.read import check

settings = dump(secrets=True)
[shop] = settings["shop"].values()
shop |= {"organization": "ООО «Ромашка»", "stores": ["Основной склад"], "shipping_service": "Доставка"}
shop |= {"stock": {"write": True}, "intervals": {"orders": 3600, "stock": 3600}}
apply(check(settings))
"""
PROBLEM = "from bridge.models import Shop; print('problem', Shop.objects.get().site.pause_problem)"
SKU = "S-00004"


@dataclass
class Joined:
    """The shop's administrator and the bridge's owner, who are one person."""

    lab: Lab
    box: Sandbox
    bridge: Bridge
    wp: WpAdmin
    desk: Desk
    note: Any
    codes: list[str] = field(default_factory=list)
    missed: int = 0  # an order of the time without a connection

    def code(self) -> str:
        self.codes.append(self.desk.ask_for_code(self.lab.url))
        return self.codes[-1]

    def paste(self, code: str) -> str:
        """Paste a code into the settings of the shop and connect; what the page says."""
        page = self.wp.settings()
        again = page.locator("details.sklad-bridge-again:not([open]) > summary")
        if again.count():
            again.click()
        page.get_by_label("Код подключения").fill(code)
        return self.wp.press("Подключить")

    def arrives(self, order_id: int = 0) -> None:
        """An order of the shop (0: a new one) is in MoySklad with its sum."""
        order_id = order_id or self.lab.order("store", f"{SKU}:2")
        total = kopecks(self.lab.get(order_id)["total"])
        eventually(
            lambda: any(
                row["name"].endswith(str(order_id)) and row["sum"] == total
                for row in self.box.moysklad.documents()
            ),
            f"order {order_id} is in MoySklad",
        )

    def paused(self) -> str:
        """Why the bridge has paused the shop, '' when it has not."""
        return self.bridge.manage("shell", "-c", PROBLEM).partition("problem ")[2].strip()


@pytest.fixture(scope="module")
def joined(live: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    directory = tmp_path_factory.mktemp("pairing")
    live.lab.run("hpos", "on")
    live.lab.press("sklad_bridge_disconnect")
    environment = {"DATABASE_URL": f"sqlite:///{directory}/bridge.sqlite3", "LOG_LEVEL": "WARNING"}
    bridge = Bridge(directory, environment)
    bridge.manage("migrate", "--verbosity", "0")
    try:
        with running_sandbox(items=20) as box, bridge, browser() as window:
            box.moysklad.set_stock(SKU, "Основной склад", 500)
            account = directory / "account.toml"
            lines = ("[moysklad.main]", f"base_url = {json.dumps(box.moysklad.url)}")
            account.write_text("\n".join((*lines, f"token = {json.dumps(box.moysklad.token)}")))
            bridge.manage("configure", str(account))
            wp = WpAdmin(window, live.lab)
            yield Joined(live.lab, box, bridge, wp, Desk(window, bridge), live.note)
    finally:
        live.lab.connect_plugin(live.event_url, live.secret)


@pytest.mark.timeout(300)
def test_one_link_connects_both_sides_and_stock_and_orders_flow(joined: Joined) -> None:
    wp, lab = joined.wp, joined.lab
    wp.settings()
    assert wp.delivery()["Состояние"] == "Ещё не подключено. Вставьте выше код, полученный в мосте."
    assert wp.notices() == []

    start = time.monotonic()
    code = joined.code()
    wp.page = joined.desk.open_shop()
    assert wp.page.get_by_label("Код подключения").input_value() == code
    assert "#" not in wp.page.url, "the code does not stay in the browser's history"
    assert grave_faults(wp.page, "#mainform") == []
    said = wp.press("Подключить")
    seconds = time.monotonic() - start
    assert said.startswith("Магазин подключён. Продолжайте в мосте: выберите там организацию и склады.")
    assert code not in wp.page.content()
    text = wp.page.locator("#mainform").inner_text()
    assert f"Подключён к {joined.bridge.url}. Мост работает здесь от имени: admin." in text
    assert wp.delivery()["Состояние"] == "Подключено."
    assert len(lab.keys_of_ours()) == 1
    eventually(
        lambda: "подключён: мост обратился к нему" in joined.desk.pairing(), "the desk's page says so", 10
    )
    joined.note("paired in a browser", f"{seconds:.1f} s from “Get a code” to “connected”, nothing copied")

    joined.bridge.manage("shell", "-c", CHOOSE)
    eventually(lambda: lab.product(SKU)["stock_quantity"] == 500, "MoySklad's stock is on the site")
    joined.arrives()
    # With the key it was given the bridge reads the shop, with the secret it writes stock and gets events.
    assert joined.paused() == ""
    assert "Мост записал остат" in (wp.settings() and wp.delivery()["Остатки"])
    assert wp.press("Отправить пробное событие").startswith("Мост принял пробное событие")


@pytest.mark.timeout(300)
def test_code_that_does_not_connect_is_refused_in_words_and_changes_nothing(joined: Joined) -> None:
    keys = joined.lab.keys_of_ours()
    unknown = f"{joined.bridge.url}#{'x' * 32}"
    for pasted, said in (
        (joined.codes[0], "Этот код уже использован."),
        (unknown, "Мост не знает такого кода."),
        (joined.bridge.url, "Это не код подключения."),
        (f"http://bridge.example.com#{'x' * 32}", "Адрес моста не начинается с https://"),
        (f"http://127.0.0.1:9#{'x' * 32}", "Мост недоступен."),
        (f"{joined.lab.url}#{'x' * 32}", "По этому адресу отвечает не мост."),
    ):
        assert f"Магазин не подключён. {said}" in joined.paste(pasted)
    assert joined.lab.keys_of_ours() == keys
    joined.wp.settings()
    assert joined.wp.press("Отправить пробное событие").startswith("Мост принял пробное событие")


@pytest.mark.timeout(300)
def test_key_that_somebody_removed_is_said_and_a_new_code_mends_it(joined: Joined) -> None:
    [before] = joined.lab.keys_of_ours()
    joined.lab.run("sql", f"DELETE FROM wp_woocommerce_api_keys WHERE key_id={before}")
    page = joined.wp.settings()
    assert "Ключ, с которым мост читает этот магазин, удалён." in page.get_by_role("alert").inner_text()
    assert "Магазин подключён." in joined.paste(joined.code())
    [after] = joined.lab.keys_of_ours()
    assert after != before
    assert joined.wp.settings().get_by_role("alert").count() == 0
    joined.arrives()
    assert joined.paused() == ""


@pytest.mark.timeout(300)
def test_second_code_replaces_the_key_and_nobody_elses(joined: Joined) -> None:
    before = joined.lab.keys_of_ours()
    assert "Магазин подключён." in joined.paste(joined.code())
    after = joined.lab.keys_of_ours()
    assert len(after) == 1
    assert after != before
    assert joined.lab.api.get("products", params={"per_page": 1}).status_code == 200, "a person's key stays"
    joined.arrives()


@pytest.mark.timeout(300)
def test_disconnected_shop_sends_nothing_and_the_bridge_may_do_nothing(joined: Joined) -> None:
    wp, lab = joined.wp, joined.lab
    page = wp.settings()
    page.locator("details.sklad-bridge-leave > summary").click()
    assert wp.press("Да, отключить этот магазин") == "Магазин отключён, ключ моста отозван."
    assert wp.delivery()["Состояние"] == "Ещё не подключено. Вставьте выше код, полученный в мосте."
    assert lab.keys_of_ours() == []
    assert KEY.removeprefix("ck_")[-7:] in lab.run("sql", "SELECT truncated_key FROM wp_woocommerce_api_keys")

    before = len(joined.box.moysklad.documents())
    joined.missed = lab.order("store", f"{SKU}:1")
    assert lab.waiting() == 0
    wp.order(joined.missed)
    assert wp.panel() == "Этот магазин не подключён к мосту. Подключить"
    wp.orders()
    assert wp.page.locator("th.column-sklad_bridge").count() == 0
    assert wp.notices() == []

    number = lab.product(SKU)["stock_quantity"]
    joined.box.moysklad.set_stock(SKU, "Основной склад", 321)
    joined.box.moysklad.tell_stock()
    eventually(lambda: joined.paused() == "auth", "the bridge notices that it may not", 40)
    assert lab.product(SKU)["stock_quantity"] == number
    assert len(joined.box.moysklad.documents()) == before


@pytest.mark.timeout(300)
def test_shop_connected_again_catches_up(joined: Joined) -> None:
    assert "Магазин подключён." in joined.paste(joined.code())
    eventually(lambda: joined.paused() == "", "the bridge may again", 40)
    joined.arrives()
    joined.arrives(joined.missed)
    eventually(
        lambda: (
            joined.lab.product(SKU)["stock_quantity"]
            == joined.box.moysklad.stock(SKU, "Основной склад")["freeStock"]
        ),
        "the stock of now is on the site",
    )
