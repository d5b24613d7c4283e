"""The desk as each role meets it, in both languages, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bridge.people.roles import Role
from tests.browser.visitor import NAMES, Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def address(full_desk: str) -> str:
    return full_desk


@pytest.mark.parametrize(
    ("role", "language", "screen", "settings"),
    [
        (Role.OWNER, "en", "desktop", True),
        (Role.STAFF, "ru", "phone", False),
        (Role.VIEWER, "en", "phone", False),
    ],
)
def test_each_role_meets_its_own_desk(
    visit: Visit, role: Role, language: str, screen: str, settings: bool
) -> None:
    visitor = visit(role=role, language=language, screen=screen)
    page = visitor.open()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("#nav-sidebar a[href='/admin/bridge/setup/']")).to_have_count(int(settings))
    assert visitor.overflow() == 0
    assert visitor.grave_faults() == []


def test_the_language_is_changed_from_the_menu(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open()
    page.locator("#nav-sidebar").get_by_role("button", name=NAMES[Role.OWNER]).click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#nav-sidebar").get_by_role("link", name="Needs attention")).to_be_visible()


def test_the_menu_opens_and_closes_on_a_phone(visit: Visit) -> None:
    visitor = visit(screen="phone")
    page = visitor.open()
    orders = page.locator("#nav-sidebar").get_by_role("link", name="Заказы", exact=True)
    expect(orders).to_be_hidden()
    page.get_by_role("button", name="Показать или скрыть меню").tap()
    expect(orders).to_be_visible()
    assert visitor.overflow() == 0
    assert visitor.grave_faults() == []
    page.get_by_role("button", name="Закрыть").tap()
    expect(orders).to_be_hidden()
    page.get_by_role("button", name="Показать или скрыть меню").tap()
    orders.tap()
    page.wait_for_url("**/admin/bridge/order/")
