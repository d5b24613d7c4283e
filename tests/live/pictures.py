"""`pytest tests/live/pictures.py`: pictures of the plugin's own pages for the guide, taken in a real shop."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.guide.camera import DISGUISE, IMAGES
from tests.guide.small_png import small
from tests.live.browsing import WpAdmin, browser

LANGUAGES = {"ru": "ru_RU", "en": "en_US"}
# WordPress' own frame and what others say in it are not ours to explain.
ALONE = "#screen-meta-links, .notice:not(.sklad-bridge-notice), #wpfooter { display: none !important }"
LEAST_ROWS = 4


def take(page: Page, name: str, language: str, names: dict[str, str]) -> None:
    page.add_style_tag(content=ALONE)
    page.evaluate(DISGUISE, list(names.items()))
    page.wait_for_timeout(300)
    folder = IMAGES / language
    (folder / f"{name}.png").write_bytes(small(page, page.screenshot(animations="disabled")))


@pytest.mark.timeout(600)
def test_pictures_of_the_plugin(live: Any) -> None:
    live.lab.run("hpos", "on")
    orders = [live.lab.order("store", f"S-0000{n}:1") for n in (1, 2, 3, 1)]
    for order in orders:
        live.document(order)
    live.quiet()
    names = {live.lab.url: "https://shop.example.com", live.bridge.url: "https://bridge.example.com"}
    names |= {
        url.removeprefix("http://"): shown.removeprefix("https://") for url, shown in list(names.items())
    }
    with browser(viewport={"width": 1280, "height": 900}) as window:
        wp = WpAdmin(window, live.lab)
        for language, locale in LANGUAGES.items():
            live.lab.run(
                "sql", f"UPDATE wp_usermeta SET meta_value='{locale}' WHERE meta_key='locale' AND user_id=1"
            )
            take(wp.settings(), "plugin-settings", language, names)
            take(wp.order(orders[-1]), "plugin-order", language, names)
            page = wp.orders()
            assert page.locator("td.column-sklad_bridge").count() >= LEAST_ROWS
            take(page, "plugin-column", language, names)
