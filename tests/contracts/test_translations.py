"""Everything a person reads exists in Russian, the compiled catalogues are those of the text, nothing is left over."""

from __future__ import annotations

import ast
import gettext
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation.template import block_re, inline_re, templatize

ROOT = Path(__file__).resolve().parents[2] / "bridge"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop", "pgettext", "ngettext", "ngettext_lazy"}
LANGUAGES = ("ru", "en")
PLACE = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def catalogue(language: str) -> dict[str, str]:
    """msgid → msgstr of a .po file; the header stands under ''. Each entry is one msgid and one msgstr."""
    text = (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for entry in re.split(r"\n\n+", text.strip()):
        parts: dict[str, list[str]] = {}
        for line in entry.splitlines():
            if line.startswith("#"):
                assert not line.startswith(("#~", "#,", "#|")) or (
                    "format" in line and "fuzzy" not in line
                ), line
                continue
            keyword, _, rest = line.partition(" ") if line[0] != '"' else (next(reversed(parts)), "", line)
            assert keyword in ("msgid", "msgstr"), line
            parts.setdefault(keyword, []).append(ast.literal_eval(rest))
        msgid = "".join(parts["msgid"])
        assert msgid not in found, f"twice: {msgid}"
        found[msgid] = "".join(parts["msgstr"])
    return found


def strings_of_code() -> Iterator[tuple[str, str]]:
    """Every literal handed to a gettext function in the bridge, with its file."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in FUNCTIONS or not node.args:
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            argument = node.args[0]
            assert isinstance(argument, ast.Constant), f"{where}: only a literal can be translated"
            assert name not in ("pgettext", "ngettext", "ngettext_lazy"), (
                f"{where}: this test knows no plurals"
            )
            yield argument.value, where


def strings_of_templates() -> Iterator[tuple[str, str]]:
    """The same for templates: Django turns them into calls of gettext, which Python can read."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = path.read_text(encoding="utf-8")
        calls = re.findall(
            r"\b_?(?:gettext)?\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))\)", templatize(source)
        )
        for call in calls:
            yield ast.literal_eval(call), str(path.relative_to(ROOT))
        tags = [
            tag
            for tag in re.findall(r"{%\s*(.*?)\s*%}", source)
            if inline_re.match(tag) or block_re.match(tag)
        ]
        assert len(calls) == len(tags), f"{path}: {tags}"


def everything() -> dict[str, str]:
    return dict([*strings_of_code(), *strings_of_templates()])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_bridge_is_in_the_catalogue_and_no_other(language: str) -> None:
    wanted, known = everything(), set(catalogue(language)) - {""}
    assert len(wanted) > 300
    assert {text: where for text, where in wanted.items() if text not in known} == {}
    assert known - set(wanted) == set()


def test_every_text_is_translated_into_russian() -> None:
    empty = [msgid for msgid, msgstr in catalogue("ru").items() if not msgstr.strip()]
    assert empty == []


def test_a_translation_has_the_places_of_its_text() -> None:
    for msgid, msgstr in catalogue("ru").items():
        assert sorted(PLACE.findall(msgid)) == sorted(PLACE.findall(msgstr)), msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_text(language: str) -> None:
    compiled = ROOT / "locale" / language / "LC_MESSAGES" / "django.mo"
    known = gettext.GNUTranslations(io.BytesIO(compiled.read_bytes()))
    written = {msgid: msgstr for msgid, msgstr in catalogue(language).items() if msgid and msgstr}
    stored = {key: value for key, value in known._catalog.items() if key != ""}  # type: ignore[attr-defined]
    assert stored == written
    header = dict(line.lower().split(": ", 1) for line in catalogue(language)[""].splitlines())
    compiled_header = {key: value.lower() for key, value in known.info().items()}
    for one in (header, compiled_header):
        one.pop("pot-creation-date", None)  # some builds of msgfmt leave it out
    assert header == compiled_header


def test_the_words_of_the_admin_theme_are_translated_too() -> None:
    """The theme brings no translations: what Django does not translate of it must stand in ours."""
    import unfold
    from django.utils import translation

    texts = set()
    for path in sorted(Path(unfold.__file__).parent.joinpath("templates").rglob("*.html")):
        texts |= set(
            re.findall(r"{%\s*trans(?:late)?\s+[\"'](.*?)[\"']\s+(?:as \w+\s+)?%}", path.read_text("utf-8"))
        )
    assert len(texts) > 50
    with translation.override("ru"):
        left = {text for text in texts if translation.gettext(text) == text}
    assert left == set()
