"""What wp-admin of a real shop shows of its orders in MoySklad, in both order storages, and when it says something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import grave_faults

from bridge.demo.launch import stop
from tests.live.browsing import WpAdmin, browser

UNKNOWN_TO_MOYSKLAD = "S-00050"
AWAY = "Мост сейчас не отвечает. Ничего не потеряно: заказ уйдёт, как только он ответит."
DASHBOARD, PRODUCTS = "index.php", "edit.php?post_type=product"


@pytest.fixture(scope="module")
def wp(live: Any) -> Iterator[WpAdmin]:
    with browser() as window:
        yield WpAdmin(window, live.lab)


@pytest.fixture(params=["on", "off"], ids=["hpos", "legacy"])
def storage(request: pytest.FixtureRequest, live: Any) -> str:
    live.lab.run("hpos", request.param)
    return "HPOS" if request.param == "on" else "legacy"


def states_are_learned_anew(live: Any) -> None:
    """What the plugin remembers of orders for a minute is forgotten."""
    live.lab.run("sql", "DELETE FROM wp_options WHERE option_name LIKE '_transient%sklad_bridge_%'")


@pytest.mark.timeout(300)
def test_order_shows_where_it_is_in_moysklad_and_can_be_sent_again(
    live: Any, wp: WpAdmin, storage: str
) -> None:
    order_id = live.lab.order("store", "S-00001:1")
    document = live.document(order_id)
    live.quiet()
    wp.orders()
    assert wp.page.locator("th.column-sklad_bridge").first.inner_text() == "МойСклад"
    in_the_list = wp.cell(order_id)
    assert f"№ {document['name']}" in in_the_list

    page = wp.order(order_id)
    panel = wp.panel()
    assert f"№ {document['name']}" in panel
    assert panel.startswith(in_the_list.split(" №")[0]), "list and order say the same"
    assert grave_faults(page, "#sklad-bridge") == []
    link = page.get_by_role("link", name="Заказ в мосте")
    assert str(link.get_attribute("href")).startswith(f"{live.bridge.url}/admin/bridge/order/")

    assert wp.press("Отправить ещё раз") == "Заказ отправляется в МойСклад."
    assert str(order_id) in wp.page.url, "one is back at the order"
    live.quiet()
    assert len(live.documents()[document["name"]]["positions"]["rows"]) == len(document["positions"]["rows"])
    live.note(f"order panel, {storage}", f"{panel!r}; in the list {in_the_list!r}")


@pytest.mark.timeout(300)
def test_order_that_needs_somebody_says_why_and_what_to_do(live: Any, wp: WpAdmin, storage: str) -> None:
    before = live.parked()
    order_id = live.lab.order("store", f"{UNKNOWN_TO_MOYSKLAD}:1")
    live.until(lambda: live.parked() == before + 1, "the order waits for a person")
    wp.orders()
    assert "№" not in wp.cell(order_id)
    wp.order(order_id)
    panel = wp.panel()
    assert UNKNOWN_TO_MOYSKLAD in panel
    live.note(f"order that needs somebody, {storage}", repr(panel))


@pytest.mark.timeout(300)
def test_new_order_and_status_that_is_not_sent_are_said(live: Any, wp: WpAdmin, storage: str) -> None:
    wp.open("post-new.php?post_type=shop_order" if wp.legacy() else "admin.php?page=wc-orders&action=new")
    assert wp.panel() == "Заказ будет отправлен, когда вы его сохраните."
    order_id = live.lab.order("rest", "S-00001:1")  # pending: nobody has paid, so it is not sent
    live.quiet()
    wp.order(order_id)
    assert "№" not in wp.panel()
    said = wp.press("Отправить ещё раз")
    assert (
        said == "Мост получил заказ. По настройкам магазина заказы в этом статусе в МойСклад не отправляются."
    )


@pytest.mark.timeout(300)
def test_bridge_that_is_away_breaks_no_page_and_loses_no_press(live: Any, wp: WpAdmin, storage: str) -> None:
    order_id = live.lab.order("store", "S-00001:1")
    live.document(order_id)
    live.quiet()
    states_are_learned_anew(live)
    stop(live.bridge.web)
    try:
        wp.orders()
        assert "Мост сейчас не отвечает." in wp.cell(order_id)
        wp.order(order_id)
        assert wp.panel().startswith(AWAY)
        assert wp.press("Отправить ещё раз") == AWAY
        assert live.lab.waiting() == 1
        for path in (DASHBOARD, PRODUCTS):
            wp.open(path)
            assert wp.notices() == [], "what passes by itself needs nobody"
    finally:
        live.bridge.start_web()
        live.bridge.wait_ready()
    live.lab.press("sklad_bridge_test")
    live.quiet()
    states_are_learned_anew(live)
    wp.order(order_id)
    assert f"№ LIVE-{order_id}" in wp.panel()


@pytest.mark.timeout(300)
def test_notice_comes_when_the_owner_is_needed_and_goes_by_itself(live: Any, wp: WpAdmin) -> None:
    live.lab.run("hpos", "on")
    live.quiet()
    for path in (DASHBOARD, PRODUCTS, "admin.php?page=wc-orders"):
        wp.open(path)
        assert wp.notices() == []
    for wrong in ("wrong", "wrong too"):  # the secret before the present one is valid for a week
        live.lab.connect_plugin(live.event_url, wrong)
    orders = [live.lab.order("store", "S-00001:1") for _ in range(3)]
    wp.open(DASHBOARD)
    [notice] = wp.notices()
    assert notice.startswith("Заказы не доходят до Sklad Bridge. Мост не принимает секрет.")
    wp.press("Открыть настройки")
    assert "tab=sklad_bridge" in wp.page.url
    live.lab.connect_plugin(live.event_url, live.secret)
    for order_id in orders:
        live.agreed(order_id)
    wp.open(DASHBOARD)
    assert wp.notices() == []


@pytest.mark.timeout(300)
def test_site_at_another_address_asks_which_it_is_and_sends_nothing_until_then(
    live: Any, wp: WpAdmin
) -> None:
    live.quiet()
    elsewhere = "https://shop.example.com"
    live.lab.run("php", str(Path(__file__).with_name("paired_at.php")), elsewhere)
    order_id = live.lab.order("store", "S-00001:1")
    wp.open(DASHBOARD)
    [notice] = wp.notices()
    assert f"Sklad Bridge был подключён на {elsewhere}, а этот сайт находится на {live.lab.url}." in notice
    assert f"LIVE-{order_id}" not in live.documents()
    assert grave_faults(wp.page, ".sklad-bridge-notice") == []
    assert (
        wp.press("Это тот же магазин на новом адресе")
        == "Теперь подключён этот адрес. Накопленное отправляется."
    )
    live.agreed(order_id)
    wp.open(DASHBOARD)
    assert wp.notices() == []
