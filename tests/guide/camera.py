"""Windows of one owner, Russian and English, on a desk and on a phone: every page is taken in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page

from bridge.people.roles import Role
from tests.browser.visitor import Visitor
from tests.guide.small_png import small

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "guide" / "images"
LANGUAGES = ("ru", "en")
WIDTH, LEAST, MOST = 1280, 640, 1500
PHONE_MOST = 1000
PLUGIN = "plugin-"
"""Begins the names of the plugin's own pages, which only a real shop has: `tests/live/pictures.py` takes those."""
# Addresses of this machine are shown as those of a shop that is on the internet.
DISGUISE = """
(names) => {
  const better = (text) => names.reduce((now, [from, to]) => now.replaceAll(from, to), text);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = better(walk.currentNode.nodeValue);
    if (text !== walk.currentNode.nodeValue) walk.currentNode.nodeValue = text;
  }
  for (const field of document.querySelectorAll("input, textarea")) {
    const text = better(field.value);
    if (text !== field.value) field.value = text;
  }
}
"""
# A browser shows the form of a date in the language it was installed in; this one has no Russian.
DATES = """
() => {
  for (const field of document.querySelectorAll("input[type=date], input[type=time], input[type=datetime-local]")) {
    const [day, time] = field.value.includes("T") ? field.value.split("T") : [field.value, field.value];
    const shown = { date: day.split("-").reverse().join("."), time };
    const empty = { date: "дд.мм.гггг", time: "чч:мм", "datetime-local": "дд.мм.гггг чч:мм" }[field.type];
    const text = field.type === "datetime-local" ? `${shown.date} ${time}` : shown[field.type];
    const filled = Boolean(field.value);
    field.type = "text";
    field.value = filled ? text : "";
    field.placeholder = empty;
  }
}
"""
# The sidebar's own scroll bar is seen only while it moves.
SCROLLBARS = """
() => document.querySelectorAll(".simplebar-track").forEach((track) => { track.style.display = "none"; })
"""
HEIGHT = """
() => {
  const content = document.querySelector("#content");
  if (!content) return document.documentElement.scrollHeight;
  // What stands at the foot of the window (buttons, the number of rows) would lie over the last lines.
  let foot = document.elementFromPoint(innerWidth - 40, innerHeight - 10);
  while (foot && !["fixed", "sticky"].includes(getComputedStyle(foot).position)) foot = foot.parentElement;
  const covered = foot && foot.getBoundingClientRect().height < 200 ? foot.getBoundingClientRect().height : 0;
  return Math.ceil(content.getBoundingClientRect().bottom + scrollY + covered);
}
"""

Prepare = Callable[[Page, str], None]


def clear(images: Path) -> None:
    """Takes away what will be taken anew, so that no picture stays of a page that is shown no more."""
    for language in LANGUAGES:
        for old in (images / language).glob("*.png"):
            if not old.name.startswith(PLUGIN):
                old.unlink()


class Camera:
    """`names`: what stands in a page → what the picture shows instead."""

    def __init__(self, browser: Browser, url: str, names: Mapping[str, str]) -> None:
        self.browser, self.url, self.names = browser, url, list(names.items())
        self._windows: dict[tuple[str, str, Role | None], Visitor] = {}
        self.taken: set[str] = set()

    def window(self, language: str, screen: str = "desktop", role: Role | None = Role.OWNER) -> Visitor:
        key = (language, screen, role)
        if key not in self._windows:
            scale = 2 if screen == "phone" else 1
            visitor = Visitor(
                self.browser, self.url, role=role, language=language, screen=screen, scale=scale
            )
            self._windows[key] = visitor
        return self._windows[key]

    def take(
        self,
        name: str,
        path: str,
        prepare: Prepare | None = None,
        *,
        screen: str = "desktop",
        role: Role | None = Role.OWNER,
        most: int = MOST,
    ) -> None:
        """The page at `path`, in both languages; `prepare` does on it what a reader would have done."""
        for language in LANGUAGES:
            visitor = self.window(language, screen, role)
            page = visitor.page
            if screen == "desktop":
                page.set_viewport_size({"width": WIDTH, "height": 900})
            visitor.open(path)
            if prepare:
                prepare(page, language)
            self.snap(name, page, language, screen, most)
        self.taken.add(f"{name}.png")

    def snap(self, name: str, page: Page, language: str, screen: str, most: int) -> None:
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.evaluate(DISGUISE, self.names)
        if language == "ru":
            page.evaluate(DATES)
        if screen == "phone":
            wanted = min(int(page.evaluate(HEIGHT)), PHONE_MOST)
            page.set_viewport_size({"width": 390, "height": max(wanted, 844)})
        else:
            wanted = min(int(page.evaluate(HEIGHT)) + 24, most)
            page.set_viewport_size({"width": WIDTH, "height": max(wanted, LEAST)})
        page.evaluate("window.scrollTo(0, 0); document.activeElement && document.activeElement.blur()")
        page.evaluate(SCROLLBARS)
        page.wait_for_timeout(150)  # a chart draws itself anew in the new size
        folder = IMAGES / language
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.png").write_bytes(small(page, page.screenshot(animations="disabled")))

    def close(self) -> list[str]:
        """What went wrong on the pages."""
        for visitor in self._windows.values():
            visitor.context.close()
        return [fault for visitor in self._windows.values() for fault in visitor.faults.found]
