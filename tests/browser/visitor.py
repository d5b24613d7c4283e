"""A person with a browser window at the desk of a running bridge."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chromium import Faults, grave_faults
from django.conf import settings
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from staff import session_of

from bridge.people.roles import Role, give_role

PATIENCE = 60_000  # ms: a slow machine with much to do still answers
REDRAWN = 15_000  # ms: a chart follows the screen's width a moment later
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
# Rules whose answer depends on what is shown, and where.
LAID_OUT = (
    "aria-hidden-focus",
    "button-name",
    "color-contrast",
    "label",
    "link-name",
    "nested-interactive",
    "scrollable-region-focusable",
    "select-name",
    "target-size",
)
NAMES = {Role.OWNER: "Ольга", Role.STAFF: "Анна", Role.VIEWER: "Виктор"}


class Visitor:
    """`page` is what is open; `faults` is what went wrong on any page so far.

    A role of None is somebody who has not signed in. `scale` is pixels of a picture per pixel of the page.
    """

    def __init__(
        self,
        browser: Browser,
        url: str,
        role: Role | None = Role.OWNER,
        language: str = "ru",
        screen: str = "desktop",
        scale: float = 1,
    ) -> None:
        self.url, self.screen = url, screen
        self.context = browser.new_context(
            locale="ru-RU" if language == "ru" else "en-GB",
            timezone_id=settings.TIME_ZONE,
            reduced_motion="reduce",
            device_scale_factor=scale,
            **SCREENS[screen],
        )
        self.context.set_default_timeout(PATIENCE)
        self.faults = Faults(self.context, url)
        self._cookie(settings.LANGUAGE_COOKIE_NAME, language)
        if role is not None:
            person, _made = User.objects.get_or_create(username=NAMES[role])
            give_role(person, role)
            self._cookie(settings.SESSION_COOKIE_NAME, session_of(person))
        self.page = self.context.new_page()

    def open(self, path: str = "/admin/") -> Page:
        answer = self.page.goto(f"{self.url}{path}")
        assert answer is not None
        return self.page

    def press(self, target: Locator) -> None:
        """With a finger on a phone, with the mouse elsewhere."""
        if self.screen == "phone":
            target.tap()
        else:
            target.click()

    def turn(self, screen: str) -> None:
        """Look at the open page on another screen."""
        self.screen = screen
        self.page.set_viewport_size(SCREENS[screen]["viewport"])

    def grave_faults(self, part: str | None = None) -> list[str]:
        """What axe finds serious or critical on the open page; on a phone only what may differ there."""
        return grave_faults(self.page, part, LAID_OUT if self.screen == "phone" else ())

    def overflow(self) -> int:
        """By how many pixels the open page is wider than the screen, or a list than its frame, once it has had time to
        follow the screen.
        """
        wide = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
        screen = int(SCREENS[self.screen]["viewport"]["width"])
        with suppress(PlaywrightTimeoutError):
            self.page.wait_for_function(f"{wide} <= {screen}", timeout=REDRAWN)
        beyond = self.page.evaluate(
            """() => { const list = document.querySelector('#result_list'), frame = list && list.parentElement;
                return list ? list.getBoundingClientRect().width - frame.getBoundingClientRect().width : 0 }"""
        )
        return max(0, int(self.page.evaluate(wide)) - screen, round(beyond))

    def _cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.url}])
