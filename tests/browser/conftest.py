"""Chromium, one for a module, and windows at the desk of its bridge; whatever goes wrong on a page fails the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from chromium import chromium
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, expect
from world import FAST, database_url, eventually

from bridge.demo.launch import Bridge
from bridge.people.roles import Role, give_role
from tests.browser.visitor import NAMES, PATIENCE, Visitor
from tests.everything import everything


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: its event loop would be in the way of the tests that run after these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        with chromium() as running:
            yield running


@pytest.fixture
def address(world: Any) -> str:
    """Of the bridge whose desk is visited. A module may have one of its own."""
    return str(world.bridge.url)


@pytest.fixture(scope="module")
def full_desk(
    database: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a bridge's web process alone, with at least one of everything to look at."""
    directory = tmp_path_factory.mktemp("desk")
    with django_db_blocker.unblock():
        call_command("flush", interactive=False, verbosity=0)
        person, _made = User.objects.get_or_create(username=NAMES[Role.OWNER])
        give_role(person, Role.OWNER)
        everything(person)
        bridge = Bridge(
            directory, {**FAST, "SECRET_KEY": settings.SECRET_KEY, "DATABASE_URL": database_url()}
        )
        try:
            bridge.start_web()
            eventually(lambda: answers(f"{bridge.url}/healthz"), "the web answers", 120)
            yield bridge.url
        finally:
            bridge.stop()
            connection.close()
        call_command("flush", interactive=False, verbosity=0)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=30).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def visit(address: str, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Open a window at the module's bridge: `visit(role=Role.STAFF, language="en", screen="phone")`.

    Each test ends with the faults of all its windows, which must be none.
    """
    visitors: list[Visitor] = []

    def come(**how: Any) -> Visitor:
        visitors.append(Visitor(browser, address, **how))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [fault for visitor in visitors for fault in visitor.faults.found] == []
