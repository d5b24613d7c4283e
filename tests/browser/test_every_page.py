"""Every page an owner can open, taken from the desk itself: nothing goes wrong, nobody is kept out, on both screens."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Browser

from bridge.dashboard.navigation import sidebar
from bridge.models import Upload
from bridge.people.roles import Role
from tests import factories
from tests.admin.test_pages import english_in
from tests.browser.visitor import NAMES, Visitor
from tests.desk_pages import ELSEWHERE, MODELS, pages_of


@pytest.fixture(scope="module")
def window(full_desk: str, browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, full_desk)
    yield visitor
    visitor.context.close()


def owner() -> User:
    return User.objects.get(username=NAMES[Role.OWNER])


def looked_at(visitor: Visitor, path: str) -> list[str]:
    """What is wrong with a page."""
    wrong: list[str] = []
    for screen in ("desktop", "phone"):
        visitor.turn(screen)
        if screen == "desktop":
            page = visitor.open(path)
            wrong += [f"English: {word}" for word in sorted(english_in(page.content()))]
        if over := visitor.overflow():
            wrong.append(f"{screen}: wider than the screen by {over}")
        wrong += [f"{screen}: {fault}" for fault in visitor.grave_faults()]
        if folder := os.environ.get("PICTURES"):
            name = path.strip("/").removeprefix("admin/").replace("/", "_") or "home"
            visitor.page.screenshot(path=f"{folder}/{name}-{screen}.png", full_page=True)
    wrong += visitor.faults.found
    visitor.faults.found.clear()
    return [f"{path} {one}" for one in wrong]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_the_pages_of(model: type[Model], window: Visitor) -> None:
    assert [fault for path in pages_of(model, owner()) for fault in looked_at(window, path)] == []


def test_orders_in_doubt_on_the_page_of_an_upload(window: Visitor) -> None:
    run = Upload.objects.latest("pk")
    order = factories.OrderFactory(shop=run.shop)
    said = {"ids": "a b", "documents": "“501” 1891.70; “B-7” 100.00", "local": "1891.70"}
    factories.FlagFactory(order=order, code="link_contested", params=said)
    try:
        assert looked_at(window, reverse("admin:bridge_upload_change", args=[run.pk])) == []
        assert window.page.get_by_role("button", name="«B-7» 100,00").is_visible()
    finally:
        order.delete()


@pytest.mark.parametrize("path", ELSEWHERE)
def test_pages_elsewhere(path: str, window: Visitor) -> None:
    assert looked_at(window, path) == []


def test_the_sidebar_leads_to_nothing_else(window: Visitor) -> None:
    request = RequestFactory().get("/admin/")
    request.user = owner()
    links = {item["link"] for group in sidebar(request) for item in group["items"]}
    known = {path for model in MODELS for path in pages_of(model, owner())} | set(ELSEWHERE)
    assert links - known == {reverse("admin:bridge_setup_changelist")} - known
