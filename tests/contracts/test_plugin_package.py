"""The plugin as it is shipped: one version everywhere, a complete Russian translation, a zip that installs."""

from __future__ import annotations

import gettext
import importlib.util
import re
import zipfile
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "wp-plugin" / "sklad-bridge"
STRING = r"'((?:[^'\\]|\\.)*)'"


def sources() -> list[Path]:
    return [path for path in PLUGIN.rglob("*.php") if "tests" not in path.parts]


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_zip", ROOT / "wp-plugin" / "build-zip.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def catalogue() -> gettext.GNUTranslations:
    with (PLUGIN / "languages" / "sklad-bridge-ru_RU.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_version_is_the_same_in_header_constant_and_readme() -> None:
    main = (PLUGIN / "sklad-bridge.php").read_text()
    found = {
        re.search(r"^ \* Version: +(\S+)$", main, re.M),
        re.search(r"'SKLAD_BRIDGE_VERSION', '(\S+)'", main),
        re.search(r"^Stable tag: (\S+)$", (PLUGIN / "readme.txt").read_text(), re.M),
    }
    assert len({match.group(1) if match else None for match in found}) == 1


def test_every_text_of_the_plugin_is_translated_into_russian() -> None:
    texts = {
        text
        for path in sources()
        for text in re.findall(rf"\b(?:__|esc_html__|esc_html_e)\(\s*{STRING}", path.read_text())
    }
    assert len(texts) > 40
    translated = catalogue()
    for text in texts:
        # "№ %s" has no word in it
        assert re.search("[а-яё]", translated.gettext(text)) or not re.search("[a-z]{2}", text), text


def test_plural_form_is_translated() -> None:
    one, many = "%1$d event was given up: %2$s", "%1$d events were given up, the last one because: %2$s"
    translated = catalogue()
    assert [translated.ngettext(one, many, n)[5:12] for n in (1, 2, 5)] == ["событие", "события", "событий"]
    one, many = (
        "The bridge wrote the stock of %1$d item %2$s ago.",
        "The bridge wrote the stock of %1$d items %2$s ago.",
    )
    forms = [translated.ngettext(one, many, n).split()[4] for n in (1, 2, 5)]
    assert forms == ["товара", "товаров", "товаров"]


def test_placeholders_survive_translation() -> None:
    def placeholders(text: str) -> list[str]:
        return sorted(re.findall(r"%(?:\d\$)?[sd]", text))

    text = (PLUGIN / "languages" / "sklad-bridge-ru_RU.po").read_text()
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.M)
    assert pairs
    assert [source for source, target in pairs if placeholders(source) != placeholders(target)] == []


def test_compiled_translation_is_made_from_the_text_that_is_shipped() -> None:
    text = (PLUGIN / "languages" / "sklad-bridge-ru_RU.po").read_text()
    pairs = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.M))
    translated = catalogue()
    assert {source: translated.gettext(source) for source in pairs} == pairs


def test_zip_holds_the_plugin_without_tests_and_is_the_same_each_time(tmp_path: Path) -> None:
    build = builder().build
    first, second = build(tmp_path / "one.zip"), build(tmp_path / "two.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = archive.namelist()
    for name in (
        "sklad-bridge.php",
        "uninstall.php",
        "readme.txt",
        "LICENSE",
        "includes/core/class-plugin.php",
    ):
        assert f"sklad-bridge/{name}" in names
    assert "sklad-bridge/languages/sklad-bridge-ru_RU.mo" in names
    assert not [name for name in names if "/tests/" in name or not name.startswith("sklad-bridge/")]
