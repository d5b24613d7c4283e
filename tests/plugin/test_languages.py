"""The plugin speaks Russian everywhere: no text without a translation, and the compiled file is of today."""

from __future__ import annotations

import gettext
import re
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "wp-plugin" / "build-languages.py"
LANGUAGES = SCRIPT.parent / "sklad-bridge" / "languages"


def test_every_text_of_the_plugin_is_translated_and_compiled() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_wordpress_finds_the_texts_in_the_compiled_file() -> None:
    with (LANGUAGES / "sklad-bridge-ru_RU.mo").open("rb") as file:
        russian = gettext.GNUTranslations(file)
    assert russian.gettext("Send again") == "Отправить ещё раз"
    [said] = re.findall(r"Description:\s+(.+)", (LANGUAGES.parent / "sklad-bridge.php").read_text())
    assert russian.gettext(said).startswith("Сообщает серверу Sklad Bridge")
    one, many = (
        "The bridge wrote the stock of %1$d item %2$s ago.",
        "The bridge wrote the stock of %1$d items %2$s ago.",
    )
    assert "остаток %1$d товара" in russian.ngettext(one, many, 21)
    assert "остатки %1$d товаров" in russian.ngettext(one, many, 11)


def test_a_text_without_a_translation_is_noticed(tmp_path: Path) -> None:
    copy = tmp_path / "wp-plugin"
    for path in [SCRIPT, *(SCRIPT.parent / "sklad-bridge").rglob("*")]:
        target = copy / path.relative_to(SCRIPT.parent)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    words = copy / "sklad-bridge" / "includes" / "settings" / "class-words.php"
    words.write_text(
        words.read_text() + "\n__( 'A new sentence.', 'sklad-bridge' );\n_x( 'Odd', 'x', 'sklad-bridge' );\n"
    )
    done = subprocess.run(
        [sys.executable, copy / SCRIPT.name, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not translated: A new sentence." in done.stdout
    assert "not understood: class-words.php" in done.stdout
