"""The desk by keyboard alone: wherever Tab leads is seen, nothing keeps the focus, and the main things are done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from bridge.catalog.models import Listing
from bridge.connections.models import Shop
from bridge.people.roles import Role
from bridge.sync.models import RetryRun
from connectors.sandbox.control import running_sandbox
from tests import factories
from tests.browser.visitor import NAMES, Visitor

Visit = Callable[..., Visitor]
ATTENTION = "/admin/bridge/outboxmessage/attention/"
PASSWORD = "correct horse battery 9"  # of a bridge that ends with the test
PARTS_OF_A_DATE = 6  # and of a time: each is a stop of its own
FOCUSED = """wanted => {
    const here = document.activeElement
    const style = getComputedStyle(here)
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
    return {there: here === wanted, nowhere: here === document.body, name: here.outerHTML.slice(0, 200),
            seen: outlined || style.boxShadow !== "none"}
}"""


@pytest.fixture
def address(full_desk: str) -> str:
    return full_desk


def tab_to(page: Page, target: Locator, most: int = 150) -> None:
    """Press Tab until the target has the focus; wherever it is on the way, it is seen, and nothing keeps it."""
    wanted = target.element_handle()
    before, stays = "", 0
    for _number in range(most):
        page.keyboard.press("Tab")
        now: dict[str, Any] = page.evaluate(FOCUSED, wanted)
        if now["nowhere"]:
            continue
        assert now["seen"], f"the focus is not seen: {now['name']}"
        stays = stays + 1 if now["name"] == before else 0
        assert stays < PARTS_OF_A_DATE, f"the focus stays: {now['name']}"
        before = now["name"]
        if now["there"]:
            return
    raise AssertionError(f"Tab does not come to {target}")


def test_what_needs_attention_is_tried_again_by_keyboard_alone(visit: Visit) -> None:
    owner = User.objects.get(username=NAMES[Role.OWNER])
    owner.set_password(PASSWORD)
    owner.save()
    visitor = visit(role=None)
    page = visitor.open("/admin/login/")
    assert visitor.grave_faults() == []
    if page.evaluate("document.activeElement.name") != "username":
        tab_to(page, page.locator("input[name=username]"))
    page.keyboard.type(NAMES[Role.OWNER])
    tab_to(page, page.locator("input[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")

    tab_to(page, page.locator(f"#nav-sidebar a[href='{ATTENTION}']"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{ATTENTION}")
    tab_to(page, page.get_by_role("link", name="Повторить все").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/attention/retry/**")
    tab_to(page, page.locator("form").get_by_role("button", name="Повторить", exact=True))
    known = RetryRun.objects.count()
    page.keyboard.press("Enter")
    page.wait_for_url("**/retryrun/*/change/")
    assert RetryRun.objects.count() == known + 1


def test_an_item_is_linked_by_keyboard_alone(visit: Visit) -> None:
    shop = Shop.objects.latest("pk")
    product = factories.ProductFactory(connection=shop.account, article="KEYS-1", name="Чайник с клавиатуры")
    listing = factories.ListingFactory(shop=shop, match="missing", sku="KEYS-2", name="Чайник на сайте")
    visitor = visit(role=Role.STAFF)
    page = visitor.open("/admin/bridge/listing/")
    tab_to(page, page.locator("#searchbar"))
    page.keyboard.type("KEYS-2")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=KEYS-2**")
    tab_to(page, page.locator("#result_list a[href*='/change/']").first)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/listing/{listing.pk}/change/**")
    tab_to(page, page.locator(".field-product .select2-selection"))
    page.keyboard.press("Enter")
    expect(page.locator(".select2-search__field")).to_be_focused()
    page.keyboard.type("KEYS-1")
    chosen = page.locator(".select2-results__option--highlighted").filter(has_text=product.name)
    expect(chosen).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".field-product .select2-selection__rendered")).to_contain_text(product.name)
    tab_to(page, page.locator("[name=_save]").locator("visible=true").first)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/change/" not in url)
    listing.refresh_from_db()
    assert (listing.match, listing.binding.product) == (Listing.Match.LINKED, product)


def test_the_assistant_is_answered_by_keyboard_alone(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("/admin/bridge/setup/account/?new=1")
    tab_to(page, page.locator("#setup-token input[name=token-token]"))
    page.keyboard.type("no-such-token")
    tab_to(page, page.locator("#setup-token summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#setup-token input[name=token-base_url]"))
    page.keyboard.press("Control+A")
    page.keyboard.type("http://127.0.0.1:9/api/remap/1.2")
    tab_to(page, page.locator("#setup-token button[name=way]"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert visitor.grave_faults() == []


def test_a_question_takes_the_focus_and_goes_by_escape(visit: Visit) -> None:
    visitor = visit(role=Role.STAFF)
    page = visitor.open("/admin/bridge/pause/")
    page.locator("a[href$='/change/']").first.click()
    tab_to(page, page.get_by_role("link", name="Продолжить").locator("visible=true").first)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator(":focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_first_steps_of_the_assistant_go_by_keyboard_alone(visit: Visit) -> None:
    with running_sandbox(items=3, limiter=False) as box:
        visitor = visit()
        page = visitor.open("/admin/bridge/setup/account/?new=1")
        tab_to(page, page.locator("#setup-token input[name=token-token]"))
        page.keyboard.type(box.moysklad.token)
        tab_to(page, page.locator("#setup-token summary"))
        page.keyboard.press("Enter")
        tab_to(page, page.locator("#setup-token input[name=token-base_url]"))
        page.keyboard.press("Control+A")
        page.keyboard.type(box.moysklad.url)
        tab_to(page, page.locator("#setup-token button[name=way]"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("все нужные")).to_be_visible()
        tab_to(page, named(page, "Продолжить"))
        page.keyboard.press("Enter")

        expect(page.get_by_text("Шаг 2 из 7")).to_be_visible()
        tab_to(page, page.get_by_label("Адрес магазина").first)
        page.keyboard.press("Control+A")
        page.keyboard.type(box.store.url)
        tab_to(page, named(page, "Получить код"))
        page.keyboard.press("Enter")
        assert box.store.connect(page.locator("#pairing-code").inner_text())["ok"]
        expect(page.get_by_text("Обе стороны сами обменялись ключами.")).to_be_visible()
        tab_to(page, named(page, "Продолжить"))
        page.keyboard.press("Enter")

        expect(page.get_by_text("Шаг 3 из 7")).to_be_visible()


def named(page: Page, words: str) -> Locator:
    """The button of a step, or the link that looks like one; an arrow may stand behind its name."""
    called = re.compile(rf"^{words}( →)?$")
    button = page.get_by_role("button", name=called).or_(page.locator("a.desk-button", has_text=called))
    return button.locator("visible=true").first
