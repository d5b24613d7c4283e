"""Every page an owner can open, taken from the desk itself: nothing goes wrong, nobody is kept out, on both screens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Browser

from bridge.connections.models import Shop
from bridge.dashboard.navigation import sidebar
from bridge.people.roles import Role
from tests.admin.test_pages import english_in
from tests.browser.visitor import NAMES, Visitor

MODELS: list[type[Model]] = sorted(admin.site._registry, key=lambda model: model._meta.label_lower)
STANDARD = ("changelist", "add", "change", "history", "delete")
# Of these a row's page depends on what became of the row.
EACH = {"order", "outboxmessage", "inboxevent", "goodsrun", "linkrun", "upload", "retryrun", "listing"}
ELSEWHERE = ["/admin/", "/people/me/", "/people/set-up/", "/admin/password_change/", "/admin/bridge/"]


@pytest.fixture(scope="module")
def window(full_desk: str, browser: Browser) -> Iterator[Visitor]:
    visitor = Visitor(browser, full_desk)
    yield visitor
    visitor.context.close()


def owner() -> User:
    return User.objects.get(username=NAMES[Role.OWNER])


def pages_of(model: type[Model]) -> list[str]:
    """The addresses of all whole pages of a model's desk: its lists, forms and rows, and whatever else it has."""
    desk = admin.site._registry[model]
    request = RequestFactory().get("/")
    request.user = owner()
    above = f"{model._meta.app_label}_{model._meta.model_name}"
    rows = list(model._default_manager.order_by("-pk")[: 3 if model._meta.model_name in EACH else 1])
    found = [reverse(f"admin:{above}_changelist")]
    if desk.has_add_permission(request) and hasattr(desk, "add_view"):
        found.append(_reversed(f"admin:{above}_add"))
    found += [_reversed(f"admin:{above}_change", row.pk) for row in rows]
    found += [_reversed(f"admin:{above}_history", row.pk) for row in rows[:1] if model is Shop]
    client = Client()
    client.force_login(owner())
    for name in {pattern.name for pattern in desk.get_urls() if pattern.name} - {
        f"{above}_{one}" for one in STANDARD
    }:
        found += [path for path in _custom(f"admin:{name}", rows) if _is_page(client, path)]
    return sorted({path for path in found if path})


def _reversed(name: str, *arguments: Any) -> str:
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def _custom(name: str, rows: list[Model]) -> list[str]:
    """With no argument, with a shop's, or with a row's."""
    shop = Shop.objects.latest("pk").pk
    ways: list[dict[str, Any]] = [{}, {"shop_pk": shop}]
    ways += [{key: row.pk} for row in rows for key in ("pk", "object_id")]
    found = []
    for given in ways:
        try:
            found.append(reverse(name, kwargs=given))
        except NoReverseMatch:
            continue
    return found


def _is_page(client: Client, path: str) -> bool:
    """Not a dialog, a part of a page, a file, or something that is only sent to."""
    answer = client.get(path)
    html = answer.get("Content-Type", "").startswith("text/html")
    return answer.status_code == 200 and html and b"<html" in answer.content


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
    assert [fault for path in pages_of(model) for fault in looked_at(window, path)] == []


@pytest.mark.parametrize("path", ELSEWHERE)
def test_pages_elsewhere(path: str, window: Visitor) -> None:
    assert looked_at(window, path) == []


def test_the_sidebar_leads_to_nothing_else(window: Visitor) -> None:
    request = RequestFactory().get("/admin/")
    request.user = owner()
    links = {item["link"] for group in sidebar(request) for item in group["items"]}
    known = {path for model in MODELS for path in pages_of(model)} | set(ELSEWHERE)
    assert links - known == {reverse("admin:bridge_setup_changelist")} - known
