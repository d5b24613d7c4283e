"""The plugin's own pages on a real site: readable on a desk and on a phone, in both languages, with a keyboard alone,
and without a byte from anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from chromium import grave_faults, words
from playwright.sync_api import Page

from tests.live.browsing import WpAdmin, browser

WIDTHS = {"desktop": 1280, "phone": 390}
FORM, PANEL, COLUMN = "#mainform", "#sklad-bridge", "td.column-sklad_bridge"
OURS = "#mainform table.form-table, #mainform details, #mainform .sklad-bridge-delivery, #sklad-bridge"
EXCHANGE = {"ru_RU": "Обмен с мостом", "en_US": "Exchange with the bridge"}
# What of ours reaches beyond the window, by its tag and text.
BEYOND = """
part => [...document.querySelectorAll(part)].flatMap(one => [one, ...one.querySelectorAll('*')])
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
  .filter(one => !one.closest('.screen-reader-text'))
  .map(one => one.tagName + ' ' + one.textContent.trim().slice(0, 40))
"""
ELSEWHERE = """
part => [...document.querySelectorAll(part)].flatMap(one => [...one.querySelectorAll('[src], link[href]')])
  .map(one => one.src || one.href).filter(url => new URL(url).origin !== location.origin)
"""
FOCUSED = "document.activeElement.id || document.activeElement.innerText"


def beyond(page: Page, part: str) -> list[str]:
    return list(page.evaluate(BEYOND, part))


def speaks(wp: WpAdmin, language: str) -> None:
    """The administrator's own language from now on."""
    wp.lab.run("sql", f"UPDATE wp_usermeta SET meta_value='{language}' WHERE meta_key='locale' AND user_id=1")


@pytest.fixture(scope="module")
def wp(live: Any) -> Iterator[WpAdmin]:
    with browser() as window:
        yield WpAdmin(window, live.lab)


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest, wp: WpAdmin) -> str:
    wp.page.set_viewport_size({"width": WIDTHS[request.param], "height": 844})
    return str(request.param)


@pytest.fixture(params=EXCHANGE)
def language(request: pytest.FixtureRequest, wp: WpAdmin) -> Iterator[str]:
    speaks(wp, request.param)
    yield str(request.param)
    speaks(wp, "ru_RU")


@pytest.fixture(params=["connected", "not connected"])
def connection(request: pytest.FixtureRequest, live: Any) -> Iterator[str]:
    if request.param == "not connected":
        live.lab.press("sklad_bridge_disconnect")
    yield str(request.param)
    live.lab.connect_plugin(live.event_url, live.secret)


@pytest.mark.timeout(300)
def test_settings_fit_are_accessible_and_complete(
    wp: WpAdmin, connection: str, language: str, width: str
) -> None:
    page = wp.settings()
    assert page.get_by_role("heading", name=EXCHANGE[language]).is_visible()
    for summary in page.locator(f"{FORM} details > summary").all():
        summary.click()
    assert beyond(page, OURS) == []
    assert page.evaluate(ELSEWHERE, FORM) == []
    assert grave_faults(page, FORM) == []


@pytest.mark.timeout(300)
def test_settings_ask_no_other_host_than_woocommerces_own_pages_do(live: Any, wp: WpAdmin) -> None:
    asked: set[str] = set()
    wp.page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    wp.open("admin.php?page=wc-settings&tab=products").wait_for_load_state("load")
    usual = asked | {urlsplit(live.lab.url).netloc}
    asked.clear()
    wp.settings().wait_for_load_state("load")
    assert asked <= usual


@pytest.mark.timeout(300)
def test_settings_are_worked_with_a_keyboard(wp: WpAdmin) -> None:
    page = wp.settings()
    summary = page.locator("details.sklad-bridge-again > summary")
    summary.focus()
    page.keyboard.press("Enter")
    stops = []
    for _ in range(3):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
    assert stops == ["sklad_bridge_code", "sklad_bridge_user", "Подключить"]
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Отключить"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Да, отключить этот магазин"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("storage", ["on", "off"], ids=["hpos", "legacy"])
def test_panel_and_column_fit_and_are_accessible(live: Any, wp: WpAdmin, storage: str, width: str) -> None:
    live.lab.run("hpos", storage)
    order_id = live.lab.order("store", "S-00001:1")
    number = live.document(order_id)["name"]
    live.quiet()
    page = wp.orders()
    row = page.locator(f"#post-{order_id}, #order-{order_id}")
    if width == "phone" and not wp.legacy():  # the columns of a row are folded away
        row.locator("button.toggle-row").click()
    if width == "desktop" or not wp.legacy():  # the older list shows a phone nobody's columns
        assert f"№ {number}" in words(row.locator(COLUMN).inner_text())
        assert beyond(page, COLUMN) == []
        assert grave_faults(page, COLUMN) == []
    page = wp.order(order_id)
    assert f"№ {number}" in wp.panel()
    assert beyond(page, PANEL) == []
    assert page.evaluate(ELSEWHERE, PANEL) == []
    assert grave_faults(page, PANEL) == []
