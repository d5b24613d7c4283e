"""What the plugin prints in wp-admin, in a real browser: accessible, worked with a keyboard alone, in the reader's
language, and without a byte from anywhere else.

The plugin's own PHP prints it (tests/plugin/print_pages.php). How it stands among WordPress's styles, on which widths
it fits, a real site shows: tests/live/test_plugin_pages.py.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chromium import Faults, grave_faults
from playwright.sync_api import Browser, Page, Route

from tests.plugin.test_plugin import needs_php

pytestmark = needs_php
SCRIPT = Path(__file__).parents[1] / "plugin" / "print_pages.php"
HOME = "https://shop.example.test/wp-admin/admin.php"
LANGUAGES = {"ru_RU": "ru", "en_US": "en"}
PAGES = (
    "settings not connected",
    "settings connected",
    "settings in trouble",
    "settings of a copy",
    "orders",
    "order panels",
    "notices",
)
# Of WordPress's own styles this one alone is meant by what we print.
AROUND = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><style>
.screen-reader-text {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }}
</style></head><body><main><h1>WooCommerce</h1>{printed}</main></body></html>"""
CONTROLS = (
    "a, button, input:not([type=hidden]), select, textarea, summary, [tabindex], [onclick], [contenteditable]"
)
# The place among all controls of the one that has the focus; -1 where none has it.
NUMBER = f"[...document.querySelectorAll('{CONTROLS}')].indexOf(document.activeElement)"
FOLDED = "document.activeElement.matches('details:not([open]) > summary')"
UNNAMED = f"""
() => [...document.querySelectorAll('{CONTROLS}')].filter(one =>
    one.matches('input:not([type=submit]), select, textarea')
    ? ![...one.labels].some(label => label.textContent.trim())
    : !(one.value || one.textContent).trim())
  .map(one => one.outerHTML)
"""
SAID = """
() => [...document.querySelectorAll('main h2, p, th, td, label, summary, a, button, option, mark, [type=submit]')]
  .map(one => (one.value && one.type === 'submit' && !one.textContent ? one.value : one.textContent).trim())
"""
ANY_LETTERS, CYRILLIC = re.compile(r"[^\W\d_]"), re.compile(r"[А-Яа-яЁё]")
# Names and addresses, which are the same in both languages.
NAMES = re.compile(r"Sklad Bridge|https://\S+|Sklad Bridge [\d.]+, WooCommerce .*|№ \d+")


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    done = subprocess.run(
        ["php", SCRIPT, request.param], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return LANGUAGES[request.param], json.loads(done.stdout)


@contextmanager
def opened(
    browser: Browser, printed: tuple[str, dict[str, str]], name: str, part: str = ""
) -> Iterator[Page]:
    """The page in a window of its own, whose faults must be none when it is left."""
    language, pages = printed
    page_html = AROUND.format(language=language, title=name, printed=pages[name])
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    faults = Faults(context, HOME)

    def answer(route: Route) -> None:
        if route.request.url.startswith(HOME):
            route.fulfill(body=page_html, content_type="text/html")
        else:
            route.abort()

    context.route("**/*", answer)
    page = context.new_page()
    page.goto(f"{HOME}?page=wc-settings&tab=sklad_bridge{part}")
    yield page
    context.close()
    assert faults.found == []


def walked(page: Page) -> list[int]:
    """The controls that Tab comes to, in turn, by their place on the page; Enter opens what is folded on the way."""
    reached: list[int] = []
    while (number := stepped(page)) >= 0 and number not in reached:
        reached.append(number)
        if page.evaluate(FOLDED):
            page.keyboard.press("Enter")
    return reached


def stepped(page: Page) -> int:
    page.keyboard.press("Tab")
    return int(page.evaluate(NUMBER))


def in_another_language(page: Page, russian: bool) -> list[str]:
    said = [text for text in page.evaluate(SAID) if ANY_LETTERS.search(text) and not NAMES.fullmatch(text)]
    assert said
    return [text for text in said if bool(CYRILLIC.search(text)) != russian]


def test_all_that_is_printed_is_looked_at(printed: tuple[str, dict[str, str]]) -> None:
    assert set(printed[1]) == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_in_its_reader_s_language_and_keeps_to_itself(
    browser: Browser, printed: tuple[str, dict[str, str]], name: str
) -> None:
    with opened(browser, printed, name) as page:
        controls = page.locator(CONTROLS).count()
        assert controls > 0
        assert walked(page) == list(range(controls))
        assert page.locator("details:not([open])").count() == 0
        assert page.evaluate(UNNAMED) == []
        assert grave_faults(page) == []
        assert page.locator("[src], link, iframe, object, base, [style*='url(']").count() == 0
        assert in_another_language(page, printed[0] == "ru") == []


@pytest.mark.parametrize("name", ["settings not connected", "settings connected"])
def test_the_link_of_the_bridge_brings_its_code_where_it_is_pressed(
    browser: Browser, printed: tuple[str, dict[str, str]], name: str
) -> None:
    """And leaves it in no address."""
    code = "https://bridge.example.test#AbC"
    with opened(browser, printed, name, f"#sklad-bridge-code={code.replace('#', '%23')}") as page:
        assert page.evaluate("document.activeElement.id") == "sklad_bridge_code"
        assert page.locator("#sklad_bridge_code").input_value() == code
        assert page.locator("#sklad_bridge_code").is_visible()
        assert "AbC" not in page.url
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.value") == "sklad_bridge_connect"
