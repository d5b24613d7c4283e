"""A person in a real browser who reads Russian: the administrator in wp-admin and the owner at the desk at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chromium import chromium, words
from playwright.sync_api import BrowserContext, Page

from bridge.demo.launch import Bridge
from tests.live.conftest import PATIENCE, TAB, Lab

PASSWORD = "correct horse battery 9"  # of a bridge that ends with the test
PAGE_MS = 30_000


@contextmanager
def browser(**options: Any) -> Iterator[BrowserContext]:
    """A window of a desktop's size, in Russian, unless `options` (of Playwright's `new_context`) say otherwise."""
    with chromium() as running:
        window = running.new_context(
            **{"locale": "ru-RU", "viewport": {"width": 1360, "height": 900}, **options}
        )
        window.set_default_timeout(PAGE_MS * PATIENCE)
        yield window


class WpAdmin:
    """The administrator in wp-admin. `page` is what is open."""

    def __init__(self, context: BrowserContext, lab: Lab) -> None:
        self.lab = lab
        self.page = context.new_page()
        lab.run("sql", "UPDATE wp_usermeta SET meta_value='ru_RU' WHERE meta_key='locale' AND user_id=1")
        self.page.goto(f"{lab.url}/wp-login.php")
        self.page.fill("#user_login", "admin")
        self.page.fill("#user_pass", "admin")
        self.page.click("#wp-submit")
        self.page.wait_for_url("**/wp-admin/**")

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.lab.url}/wp-admin/{path}", wait_until="domcontentloaded")
        return self.page

    def settings(self) -> Page:
        return self.open(TAB)

    def press(self, text: str) -> str:
        """A button, or a link that looks like one; what the page after it says of it."""
        found = self.page.get_by_role("button", name=text, exact=True)
        found = found.or_(self.page.get_by_role("link", name=text, exact=True))
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            found.locator("visible=true").first.click()
        return " ".join(self.notices())

    def notices(self) -> list[str]:
        """Ours, and what WooCommerce's settings form says; not what others have to say."""
        found = self.page.locator(".sklad-bridge-notice, #mainform .updated, #mainform .error")
        return [words(text) for text in found.locator("visible=true").all_inner_texts()]

    def delivery(self) -> dict[str, str]:
        """The table of the settings page: name → sentence."""
        rows = self.page.locator("#mainform table.widefat tr").all()
        return {row.locator("th").inner_text(): words(row.locator("td").inner_text()) for row in rows}

    def orders(self) -> Page:
        """The list of orders."""
        return self.open("edit.php?post_type=shop_order" if self.legacy() else "admin.php?page=wc-orders")

    def cell(self, order_id: int) -> str:
        """What our column says of an order of the list that is open."""
        row = f"#post-{order_id}" if self.legacy() else f"#order-{order_id}"
        return words(self.page.locator(f"{row} td.column-sklad_bridge").inner_text())

    def order(self, order_id: int) -> Page:
        """The screen of an order."""
        new, old = (
            f"admin.php?page=wc-orders&action=edit&id={order_id}",
            f"post.php?post={order_id}&action=edit",
        )
        return self.open(old if self.legacy() else new)

    def panel(self) -> str:
        return words(self.page.locator("#sklad-bridge .inside").inner_text())

    def legacy(self) -> bool:
        query = (
            "SELECT option_value FROM wp_options WHERE option_name='woocommerce_custom_orders_table_enabled'"
        )
        return self.lab.run("sql", query).split()[-1] != "yes"


class Desk:
    """The owner, who came in by the link that the bridge's console prints."""

    def __init__(self, context: BrowserContext, bridge: Bridge) -> None:
        self.bridge = bridge
        self.page = context.new_page()
        link = re.search(r"https?://\S+/people/welcome/\S+", bridge.manage("owner_link"))
        assert link, "the console prints no link"
        self.page.goto(link.group())
        for name, value in (("username", "owner"), ("password1", PASSWORD), ("password2", PASSWORD)):
            self.page.fill(f"input[name={name}]", value)
        self.page.locator("form:has(input[name=password1]) [type=submit]").click()
        self.page.wait_for_url("**/admin/")

    def ask_for_code(self, site: str) -> str:
        """“Connect a shop”: the code; the page stays open."""
        self.page.goto(f"{self.bridge.url}/admin/bridge/pairingcode/add/")
        self.page.fill("input[name=site]", site)
        self.page.locator("form:has(input[name=site]) [type=submit]").click()
        return self.page.locator("#pairing-code").inner_text()

    def open_shop(self) -> Page:
        """Follow the button that leads to the shop's settings with the code."""
        with self.page.expect_popup() as opened:
            self.page.locator("a[href*='#sklad-bridge-code=']").click()
        opened.value.wait_for_load_state("domcontentloaded")
        return opened.value

    def pairing(self) -> str:
        """How the pairing goes, as the page that was left open says by itself."""
        return words(self.page.locator("#pairing-state").inner_text())
