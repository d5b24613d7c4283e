"""Pages that are not in the desk's menu: those met before it or instead of it, and the documentation of the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticDevice
from playwright.sync_api import Page, expect

from bridge.people import second_step
from bridge.people.models import AuthenticatorApp
from bridge.people.roles import Role, give_role
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]
PASSWORD = "correct horse battery 9"  # of a bridge that ends with the test
# What axe finds in Swagger's own markup, which comes as it is.
OF_SWAGGER = ("color-contrast:", "nested-interactive:", "scrollable-region-focusable:")
BOTH = pytest.mark.parametrize(("language", "screen"), [("ru", "desktop"), ("en", "phone")])


@pytest.fixture
def address(full_desk: str) -> str:
    return full_desk


def read(visitor: Visitor, heading: str) -> Page:
    """The page says this in the visitor's language, fits the screen, and keeps nobody out."""
    page = visitor.page
    expect(page.get_by_text(heading).first).to_be_visible()
    assert visitor.overflow() == 0
    assert visitor.grave_faults() == []
    return page


def sign_in(page: Page, name: str, password: str) -> None:
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill(password)
    with page.expect_navigation():
        page.locator("input[name=password]").press("Enter")


@BOTH
def test_the_code_after_the_password(visit: Visit, language: str, screen: str) -> None:
    person = User.objects.create_user(f"pavel-{language}", password=PASSWORD)
    give_role(person, Role.STAFF)
    AuthenticatorApp.objects.create(user=person, name="app", confirmed=True)
    recovery = second_step.new_recovery_codes(person)
    visitor = visit(role=None, language=language, screen=screen)
    page = visitor.open(reverse("admin:login"))
    sign_in(page, person.username, PASSWORD)
    page.wait_for_url("**/people/code/")
    read(visitor, {"ru": "Второй шаг", "en": "Second step"}[language])
    page.locator("input[name=code]").fill("wrong")
    page.locator("input[name=code]").press("Enter")
    read(visitor, {"ru": "Код не подходит.", "en": "This code is not right."}[language])
    StaticDevice.objects.filter(user=person).update(throttling_failure_count=0)
    page.locator("input[name=code]").fill(recovery[0])
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url("**/admin/")


@BOTH
def test_too_many_wrong_passwords(visit: Visit, language: str, screen: str) -> None:
    name = f"nobody-{language}"
    visitor = visit(role=None, language=language, screen=screen)
    visitor.faults.expect(429)
    page = visitor.open(reverse("admin:login"))
    for _number in range(settings.AXES_FAILURE_LIMIT):
        sign_in(page, name, "wrong")
    AccessAttempt.objects.filter(username=name).delete()
    heading = {"ru": "Слишком много неверных паролей", "en": "Too many wrong passwords"}[language]
    page = read(visitor, heading)
    page.get_by_role("link", name={"ru": "Назад", "en": "Back"}[language]).click()
    expect(page.locator("input[name=password]")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "status", "headings"),
    [
        ("/admin/bridge/shop/add/", 403, {"ru": "Для вашей роли закрыто", "en": "Not for your role"}),
        ("/people/nowhere/", 404, {"ru": "Такой страницы нет", "en": "There is no such page"}),
    ],
)
@BOTH
def test_a_refused_page_leads_home(
    visit: Visit, path: str, status: int, headings: dict[str, str], language: str, screen: str
) -> None:
    visitor = visit(role=Role.VIEWER, language=language, screen=screen)
    visitor.faults.expect(status)
    visitor.open(path)
    page = read(visitor, headings[language])
    page.get_by_role("link", name={"ru": "Главная", "en": "Home"}[language]).click()
    page.wait_for_url("**/admin/")


def test_the_documentation_of_the_api_opens(visit: Visit) -> None:
    visitor = visit(language="en")
    page = visitor.open("/api/v1/docs/")
    groups = page.locator(".opblock-tag-section")
    expect(groups.filter(has=page.locator("#operations-tag-status"))).to_be_visible()
    assert groups.count() > 10
    page.locator("#operations-tag-status").get_by_role("button").click()
    operation = page.locator("[id^=operations-status-]").first
    operation.get_by_role("button").first.click()
    expect(operation.get_by_text("Responses", exact=True).first).to_be_visible()
    ours = [fault for fault in visitor.grave_faults() if not fault.startswith(OF_SWAGGER)]
    assert ours == []
