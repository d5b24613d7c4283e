"""Staff see what stands still and put it right by clicking: each story from the first page to what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from world import World

from bridge.catalog.models import Listing
from bridge.people.roles import Role
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]
ATTENTION = "/admin/bridge/outboxmessage/attention/"
WORKERS = 300_000  # ms, for what they do
pytestmark = pytest.mark.timeout(1200)


def go(page: Page, name: str) -> None:
    """By the sidebar."""
    page.locator("#nav-sidebar").get_by_role("link", name=name).locator("visible=true").first.click()


def press(page: Page, name: str) -> None:
    """The button, or the link that looks like one."""
    button = page.get_by_role("button", name=name, exact=True)
    button.or_(page.get_by_role("link", name=name, exact=True)).locator("visible=true").first.click()


def search(page: Page, words: str) -> None:
    page.locator("#searchbar").fill(words)
    page.locator("#searchbar").press("Enter")
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == [words])


def card(page: Page, cause: str) -> Locator:
    return page.locator(f"section[data-cause={cause}]")


def clean(visitor: Visitor) -> None:
    """What is open fits the screen and keeps nobody out."""
    assert visitor.overflow() == 0
    assert visitor.grave_faults() == []


def test_an_item_is_linked_and_its_order_leaves(visit: Visit, world: World) -> None:
    world.box.store.set_sku("S-00003", "UNKNOWN-3")
    world.run_flow("site_catalogue", 120)
    name = Listing.objects.get(sku="UNKNOWN-3").name
    order = world.box.store.place_order({"UNKNOWN-3": 1})["id"]
    world.message(order, state="parked")
    visitor = visit(role=Role.STAFF)
    page = visitor.open()
    go(page, "Требует внимания")
    expect(card(page, "unlinked_lines")).to_have_attribute("data-count", "1")
    clean(visitor)
    card(page, "unlinked_lines").get_by_role("link", name=f"Связать «{name}»").click()
    page.locator(".field-product .select2-selection").click()
    page.locator(".select2-search__field").fill("S-00003")
    page.locator(".select2-results__option").filter(has_text="S-00003").first.click()
    clean(visitor)
    page.locator("[name=_save]").locator("visible=true").first.click()
    world.document(order)
    world.quiet(60)
    go(page, "Требует внимания")
    expect(page.get_by_text("Ничего не ждёт вашего внимания.")).to_be_visible()


@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_all_of_a_cause_are_tried_again(visit: Visit, world: World, screen: str) -> None:
    world.box.moysklad.configure(closed_before="2099-01-01")
    try:
        orders = [world.box.store.place_order({"S-00001": 1})["id"] for _n in range(3)]
        for order in orders:
            world.message(order, state="dead")
    finally:
        world.box.moysklad.configure(closed_before="")
    visitor = visit(role=Role.STAFF, language="en", screen=screen)
    page = visitor.open(ATTENTION)
    expect(card(page, "closed_period")).to_have_attribute("data-count", "3")
    visitor.press(card(page, "closed_period").get_by_role("link", name="Try all again"))
    expect(page.get_by_text("To try again: 3.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"calls to MoySklad"))).to_be_visible()
    clean(visitor)
    visitor.press(page.get_by_role("button", name="Try again", exact=True))
    expect(page.locator("#long-work")).to_contain_text("100%", timeout=WORKERS)
    arrived = page.locator(".desk-figure").filter(has_text="Arrived")
    expect(arrived.locator(".desk-value")).to_have_text("3")
    clean(visitor)
    for order in orders:
        world.document(order)


def test_the_exchange_is_paused_and_goes_on(visit: Visit, world: World) -> None:
    visitor = visit(role=Role.STAFF)
    page = visitor.open()
    press(page, "Поставить обмен на паузу")
    page.get_by_label("Причина").fill("Переезд склада")
    clean(visitor)
    press(page, "Приостановить")
    order = world.box.store.place_order({"S-00001": 1})["id"]
    world.message(order, state="waiting")
    go(page, "Главная")
    notice = page.locator(".desk-pause")
    expect(notice).to_contain_text("Переезд склада")
    clean(visitor)
    assert world.documents(order) == []
    notice.get_by_role("link", name="Продолжить").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert visitor.grave_faults("#dialog") == []
    dialog.locator("[type=submit]").click()
    expect(notice).to_have_count(0)
    world.document(order)


def test_an_order_is_found_held_and_released(visit: Visit, world: World) -> None:
    placed = world.box.store.place_order({"S-00002": 1})
    order, number = placed["id"], str(placed["number"])
    document = world.document(order)
    world.quiet(60)
    visitor = visit(role=Role.STAFF)
    page = visitor.open()
    go(page, "Заказы")
    found = page.locator("#result_list").get_by_role("link", name=re.compile(rf"^{number}\b"))
    for asked in (number, placed["billing"]["phone"], placed["billing"]["email"], document["name"]):
        search(page, str(asked))
        expect(found).to_be_visible()
    search(page, "такого заказа нет")
    expect(page.locator("#result_list")).to_have_count(0)
    clean(visitor)
    search(page, number)
    found.click()
    expect(page.get_by_role("heading", name="Что происходило")).to_be_visible()
    clean(visitor)
    press(page, "Придержать")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Причина").fill("Покупатель думает")
    dialog.locator("[type=submit]").click()
    expect(page.get_by_text("Заказ придержан: по нему ничего не уходит")).to_be_visible()
    expect(page.get_by_text("Покупатель думает").first).to_be_visible()
    clean(visitor)
    press(page, "Отпустить")
    page.get_by_role("dialog").locator("[type=submit]").click()
    expect(page.get_by_text("Заказ придержан: по нему ничего не уходит")).to_have_count(0)


def test_a_period_is_processed_again(visit: Visit, world: World) -> None:
    order = world.box.store.place_order({"S-00002": 1})["id"]
    world.document(order)
    world.quiet(60)
    visitor = visit(role=Role.STAFF, language="en")
    page = visitor.open("/admin/bridge/inboxevent/")
    press(page, "Process a period again")
    press(page, "See how many events")
    expect(page.get_by_text(re.compile(r"Events to process again: [1-9]"))).to_be_visible()
    clean(visitor)
    press(page, "Start")
    expect(page.locator("#long-work")).to_contain_text("100%", timeout=WORKERS)
    clean(visitor)
    assert len(world.documents(order)) == 1


def test_the_diagnosis_looks_at_everything(visit: Visit, world: World) -> None:
    visitor = visit(language="en")
    page = visitor.open()
    go(page, "Diagnosis")
    press(page, "Look at everything")
    expect(page.get_by_text("Report to copy")).to_be_visible(timeout=WORKERS)
    page.get_by_text("Report to copy").click()
    report = page.locator("#diagnosis-report").inner_text()
    for secret in (world.secret, world.box.moysklad.token, world.box.store.consumer_secret):
        assert secret not in report
    clean(visitor)


def test_a_viewer_sees_what_stands_still_and_no_button_to_change_it(visit: Visit, world: World) -> None:
    world.box.moysklad.configure(closed_before="2099-01-01")
    try:
        order = world.box.store.place_order({"S-00002": 1})["id"]
        world.message(order, state="dead")
    finally:
        world.box.moysklad.configure(closed_before="")
    buttons = {
        "/admin/": "Поставить обмен на паузу",
        ATTENTION: "Повторить все",
        f"/admin/bridge/order/{world.row(order).pk}/change/": "Придержать",
    }
    for role, may in ((Role.STAFF, True), (Role.VIEWER, False)):
        visitor = visit(role=role)
        for path, name in buttons.items():
            page = visitor.open(path)
            clean(visitor)
            link = page.get_by_role("link", name=name, exact=True)
            button = page.get_by_role("button", name=name, exact=True)
            assert link.or_(button).locator("visible=true").count() == int(may), (role, path)
