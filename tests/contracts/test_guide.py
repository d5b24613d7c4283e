"""The owner's guide names what the product shows, alike in both languages, and its pictures are there and small."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guide.camera import PLUGIN, clear

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
LANGUAGES = ("ru", "en")
CATALOGUES = (
    ROOT / "bridge" / "locale" / "ru" / "LC_MESSAGES" / "django.mo",
    ROOT / "wp-plugin" / "sklad-bridge" / "languages" / "sklad-bridge-ru_RU.mo",
)
# Bold is kept for the product's own words.
NAME = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#]+)(#[^)]*)?\)")
PLACE = re.compile(r"(?:%(?:\(\w+\)|\d+\$)?[sd]|\{\w*\}|…)+")
# One picture: quantised, so that a clone of the project stays small.
PICTURE_BYTES, ALL_BYTES = 150_000, 8_000_000


def pages(language: str) -> dict[str, str]:
    """Text by file name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((GUIDE / language).glob("*.md"))}


def pictures(language: str) -> set[str]:
    return {path.name for path in (GUIDE / "images" / language).iterdir()}


def texts() -> dict[str, str]:
    """English → Russian, of the bridge and of the plugin."""
    found: dict[str, str] = {}
    for path in CATALOGUES:
        with path.open("rb") as file:
            known = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
        found.update({english: russian for english, russian in known.items() if isinstance(english, str)})
    assert len(found) > 1000
    return found


def shape(text: str) -> str:
    """What a reader sees of a name: places to fill in are alike, and a page may begin it with a capital."""
    words = " ".join(PLACE.sub("…", text).split())
    return words[:1].lower() + words[1:]


def names(text: str) -> set[str]:
    return {shape(name) for name in NAME.findall(text)}


def unknown(language: str, of: Callable[[tuple[str, str]], str]) -> dict[str, set[str]]:
    known = {shape(of(pair)) for pair in texts().items()}
    found = {name: names(text) - known for name, text in pages(language).items()}
    return {name: left for name, left in found.items() if left}


def test_every_name_in_the_english_guide_stands_in_the_product() -> None:
    assert sum(len(names(text)) for text in pages("en").values()) > 150
    assert unknown("en", lambda pair: pair[0]) == {}


def test_every_name_in_the_russian_guide_stands_in_the_product() -> None:
    assert unknown("ru", lambda pair: pair[1]) == {}


def test_both_guides_name_the_same_things_on_each_page() -> None:
    """A name whose first letter alone tells it from another may be translated as either."""
    translated: dict[str, set[str]] = {}
    for english, russian in texts().items():
        translated.setdefault(shape(english), set()).add(shape(russian))
    for page, text in pages("en").items():
        said = {name: translated.get(name, {name}) for name in names(text)}
        there = names(pages("ru")[page])
        assert {name: ways for name, ways in said.items() if not ways & there} == {}, page
        assert there - set().union(*said.values()) == set(), page


def test_both_guides_have_the_same_pages_sections_and_pictures() -> None:
    ours, others = pages("ru"), pages("en")
    assert list(ours) == list(others)
    assert len(ours) > 12
    for page, text in ours.items():
        headings = [re.findall(r"^#+", one, re.MULTILINE) for one in (text, others[page])]
        assert headings[0] == headings[1], page
        shown = [[Path(file).name for _alt, file in PICTURE.findall(one)] for one in (text, others[page])]
        assert shown[0] == shown[1], page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_and_shown_and_small(language: str) -> None:
    shown = {
        (page, file): alt for page, text in pages(language).items() for alt, file in PICTURE.findall(text)
    }
    assert {file for _page, file in shown} == {f"../images/{language}/{name}" for name in pictures(language)}
    assert [where for where, alt in shown.items() if not alt.strip()] == []
    sizes = {name: (GUIDE / "images" / language / name).stat().st_size for name in pictures(language)}
    assert {name: size for name, size in sizes.items() if size > PICTURE_BYTES} == {}


def test_all_pictures_together_are_small() -> None:
    assert sum(path.stat().st_size for path in (GUIDE / "images").rglob("*.png")) <= ALL_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere_and_the_index_has_every_page(language: str) -> None:
    for page, text in pages(language).items():
        for target, _anchor in LINK.findall(text):
            assert (GUIDE / language / target).is_file(), f"{page}: {target}"
    listed = {target for target, _anchor in LINK.findall(pages(language)["README.md"])}
    assert listed >= set(pages(language)) - {"README.md"}


def test_new_pictures_spare_those_that_only_a_real_shop_gives(tmp_path: Path) -> None:
    made = {"plugin-order.png", "home.png", "gone-page.png"}
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        for name in made:
            (tmp_path / language / name).touch()
    clear(tmp_path)
    left = {language: {path.name for path in (tmp_path / language).iterdir()} for language in LANGUAGES}
    assert left == {language: {"plugin-order.png"} for language in LANGUAGES}
    assert all(
        len([name for name in pictures(language) if name.startswith(PLUGIN)]) >= 3 for language in LANGUAGES
    )
