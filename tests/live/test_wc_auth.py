"""The second way of connecting: WooCommerce's own screen asks the shop's administrator, and hands keys to a bridge that
has a public address. The shop is without the plugin."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from chromium import words
from playwright.sync_api import BrowserContext, Page

from bridge.demo.launch import Bridge, free_port
from connectors.sandbox.control import running_sandbox
from tests.live.browsing import PASSWORD, browser
from tests.live.conftest import Lab, eventually
from tests.live.shop_stock import plugin_off
from tests.live.tls_front import Front, tls_front

ADMIT, DENY = "a.wc-auth-approve", "a.wc-auth-deny"
TRUST = "sklad-bridge-live-trust.php"
AUTHORITY = "sklad-bridge-live-authority.crt"
SHOPS = "from bridge.models import Shop; print('shops', [s.site.base_url for s in Shop.objects.select_related('site')])"


@dataclass
class Public:
    """A bridge at a public address, which knows no shop yet, and its owner's browser."""

    lab: Lab
    bridge: Bridge
    front: Front
    window: BrowserContext
    note: Any

    def keys(self) -> list[str]:
        """What the shop's list of REST keys says of those the bridge asked for."""
        query = "SELECT CONCAT(permissions, ' ', description) FROM wp_woocommerce_api_keys"
        return self.lab.run("sql", f"{query} WHERE description LIKE '% - API (%'").splitlines()[1:]

    def shops(self) -> str:
        return self.bridge.manage("shell", "-c", SHOPS).partition("shops ")[2].strip()

    def ask(self) -> Page:
        """The owner enters the shop's address at the desk; the page of the shop that asks for consent."""
        page = self.window.new_page()
        page.goto(f"{self.front.url}/admin/bridge/setup/shop/")
        page.fill("#setup-code input[name=site]", self.lab.url)
        page.get_by_role("button", name="Без плагина: разрешить в WooCommerce").click()
        page.wait_for_url(f"{self.lab.url}/wc-auth/**")
        if page.locator("input[name=username], #username").count():
            page.fill("#username", "admin")
            page.fill("#password", "admin")
            page.locator("[name=login]").click()
            page.wait_for_url("**/wc-auth/v1/authorize**")
        return page

    def owner_comes(self) -> None:
        """By the link of the bridge's console, at the public address."""
        link = re.search(r"https://\S+/people/welcome/\S+", self.bridge.manage("owner_link"))
        assert link, "the console prints a link at the public address"
        page = self.window.new_page()
        page.goto(link.group())
        for name, value in (("username", "owner"), ("password1", PASSWORD), ("password2", PASSWORD)):
            page.fill(f"input[name={name}]", value)
        page.locator("form:has(input[name=password1]) [type=submit]").click()
        page.wait_for_url("**/admin/**")
        page.close()

    def names_account(self, address: str, token: str) -> None:
        """The assistant's first step."""
        page = self.window.new_page()
        page.goto(f"{self.front.url}/admin/bridge/setup/account/")
        form = page.locator("#setup-token")
        form.locator("summary").click()
        form.locator("input[name=token-base_url]").fill(address)
        form.locator("input[name=token-token]").fill(token)
        form.get_by_role("button", name="Проверить и подключить").click()
        page.locator(".desk-tag.desk-success").first.wait_for()
        page.close()


@pytest.fixture(scope="module")
def public(live: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    directory = tmp_path_factory.mktemp("wc-auth")
    live.lab.run("hpos", "on")
    inner, outer = free_port(), free_port()
    environment = {
        "DATABASE_URL": f"sqlite:///{directory}/bridge.sqlite3",
        "LOG_LEVEL": "WARNING",
        "BRIDGE_PUBLIC_URL": f"https://127.0.0.1:{outer}",
        "BEHIND_PROXY": "true",
    }
    bridge = Bridge(directory, environment, port=inner)
    extensions = live.lab.home / "www" / "wp-content" / "mu-plugins"
    with (
        plugin_off(live, directory),
        running_sandbox(items=20) as box,
        tls_front(directory, outer, bridge.url) as front,
    ):
        shutil.copy(front.authority, extensions / AUTHORITY)
        shutil.copy(Path(__file__).with_name("trust_authority.php"), extensions / TRUST)
        try:
            bridge.manage("migrate", "--verbosity", "0")
            with bridge, browser(ignore_https_errors=True) as window:
                found = Public(live.lab, bridge, front, window, live.note)
                found.owner_comes()
                found.names_account(box.moysklad.url, box.moysklad.token)
                yield found
        finally:
            (extensions / TRUST).unlink(missing_ok=True)
            (extensions / AUTHORITY).unlink(missing_ok=True)


@pytest.mark.timeout(300)
def test_administrator_who_denies_leaves_both_sides_as_they_were(public: Public) -> None:
    page = public.ask()
    said = words(page.locator("body").inner_text())
    assert "Sklad Bridge" in said
    page.locator(DENY).click()
    page.wait_for_url(f"{public.front.url}/admin/bridge/setup/shop/?code=**")
    page.locator("#setup-pairing .desk-notice-danger").wait_for()
    assert public.shops() == "[]"
    assert public.keys() == []
    page.close()


@pytest.mark.timeout(300)
def test_administrator_who_agrees_is_back_at_the_desk_with_the_shop_connected(public: Public) -> None:
    page = public.ask()
    page.locator(ADMIT).click()
    page.wait_for_url(f"{public.front.url}/admin/bridge/setup/shop/?code=**")
    page.locator("#setup-pairing .desk-success").wait_for()
    assert public.shops() == str([public.lab.url])
    [key] = public.keys()
    assert key.startswith("read_write Sklad Bridge - API")
    public.note("connected by WooCommerce's own screen", f"the shop's list of keys: {key!r}")


@pytest.mark.timeout(300)
def test_with_the_keys_it_was_handed_the_bridge_reads_the_shop(public: Public) -> None:
    page = public.window.new_page()
    page.goto(f"{public.front.url}/admin/bridge/setup/1/shop/")
    facts = words(page.locator("dl.desk-facts").inner_text())
    version = re.search(r"WooCommerce ([0-9.]+)", facts)
    assert version, facts
    assert version.group(1) in (public.lab.home / "version").read_text()
    eventually(lambda: public.lab.url in public.shops(), "the shop stays connected", 5)
    page.close()
