"""What a browser would send back from a form of a page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


def form_of(html: str, form_id: str) -> dict[str, Any]:
    """The form's values by name as they stand on the page; several of one name as a list."""
    reader = Fields(form_id)
    reader.feed(html)
    assert reader.seen, f"no form {form_id}"
    return {name: values if len(values) > 1 else values[0] for name, values in reader.found.items()}


class Fields(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id, self.inside, self.seen = form_id, False, False
        self.found: dict[str, list[str]] = {}
        self.select = self.textarea = ""
        self.multiple = False
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
            self.seen |= self.inside
        name = given.get("name") or ""
        if not self.inside or "__prefix__" in name:
            return
        if tag == "select":
            self.select, self.options, self.multiple = name, [], "multiple" in given
        elif tag == "option":
            self.options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self.textarea = name
            self.found[name] = [""]
        elif tag == "input" and name:
            self._input(name, given)

    def _input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type", "text")
        if kind in ("submit", "button", "image", "file"):
            return
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        value = given.get("value")
        self.found.setdefault(name, []).append("on" if value is None and kind == "checkbox" else value or "")

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.found[self.textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.textarea = ""
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected]
            if not self.multiple and self.options:
                chosen = chosen[-1:] or [self.options[0][0]]
            if chosen:
                self.found[self.select] = chosen
            self.select = ""
