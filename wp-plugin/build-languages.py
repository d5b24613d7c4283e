"""Collects the plugin's texts into sklad-bridge.pot, brings the Russian .po up to date and compiles its .mo.

`build-languages.py` writes the three files, `--check` only says what is missing or out of date; both exit 1 when a text
has no translation. New translations are written into the .po by hand. Needs nothing but Python.
"""

from __future__ import annotations

import re
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path

PLUGIN = Path(__file__).resolve().parent / "sklad-bridge"
LANGUAGES = PLUGIN / "languages"
POT, PO, MO = (
    LANGUAGES / name for name in ("sklad-bridge.pot", "sklad-bridge-ru_RU.po", "sklad-bridge-ru_RU.mo")
)

TEXT = r"'((?:[^'\\]|\\.)*)'"
DOMAIN = r"\s*'sklad-bridge'\s*\)"
CALL = re.compile(
    rf"\b(?:__|_e|esc_html__|esc_html_e|esc_attr__|esc_attr_e)\(\s*{TEXT}\s*,{DOMAIN}"
    rf"|\b_n\(\s*{TEXT}\s*,\s*{TEXT}\s*,[^,;]+,{DOMAIN}"
)
# WordPress shows this line of the plugin's header among its plugins, in the reader's language.
DESCRIPTION = re.compile(r"^ \* Description:\s+(.+)$", re.MULTILINE)
TRANSLATORS = re.compile(r"/\* (translators: .*?) \*/")
PLACEHOLDER = re.compile(r"%(?:\d+\$)?[sd]")
MO_MAGIC, MO_HEADER = 0x950412DE, 28
PLURALS = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
)


@dataclass
class Entry:
    """One text: `plural` is '' for most; `files` name it without lines, which change with every edit."""

    text: str
    plural: str = ""
    comment: str = ""
    files: list[str] = field(default_factory=list)


def collected() -> dict[str, Entry]:
    """The texts of all files, in the order they are met."""
    entries: dict[str, Entry] = {}
    for path in sorted(PLUGIN.glob("*.php")) + sorted((PLUGIN / "includes").rglob("*.php")):
        source, name = path.read_text(encoding="utf-8"), path.relative_to(PLUGIN).as_posix()
        for line in DESCRIPTION.finditer(source):
            comment = "translators: what the plugin does, in the list of plugins"
            entries[line[1]] = Entry(line[1], comment=comment, files=[name])
        for call in CALL.finditer(source):
            text, plural = unescaped(call[1] or call[2]), unescaped(call[3] or "")
            entry = entries.setdefault(text, Entry(text, plural))
            before = TRANSLATORS.findall(source[: call.start()].rsplit(";", 1)[-1])
            entry.comment = entry.comment or (before[-1] if before else "")
            if name not in entry.files:
                entry.files.append(name)
    return entries


def unescaped(php: str) -> str:
    return re.sub(r"\\(['\\])", r"\1", php)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def translations() -> dict[str, list[str]]:
    """What the .po has: text → its translation, or three for a plural."""
    found: dict[str, list[str]] = {}
    for block in PO.read_text(encoding="utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            keyword, _, rest = line.partition(" ") if not line.startswith('"') else (current, "", line)
            current = keyword
            fields[current] = fields.get(current, "") + unquoted(rest)
        if fields.get("msgid"):
            forms = [value for key, value in fields.items() if key.startswith("msgstr") and value]
            found[fields["msgid"]] = forms
    return found


def unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), text.strip()[1:-1])


def catalogue(entries: dict[str, Entry], known: dict[str, list[str]] | None) -> str:
    """A .pot without, a .po with translations."""
    blocks = [f'msgid ""\nmsgstr ""\n{header(known is not None)}']
    for entry in entries.values():
        lines = [f"#. {entry.comment}"] if entry.comment else []
        lines += [f"#: {name}" for name in entry.files]
        lines += ["#, php-format"] if PLACEHOLDER.search(entry.text) else []
        lines.append(f"msgid {quoted(entry.text)}")
        forms = (known or {}).get(entry.text, [])
        if entry.plural:
            lines.append(f"msgid_plural {quoted(entry.plural)}")
            count = 3 if known is not None else 2
            forms = (forms + [""] * count)[:count]
            lines += [f"msgstr[{number}] {quoted(form)}" for number, form in enumerate(forms)]
        else:
            lines.append(f"msgstr {quoted(forms[0] if forms else '')}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def header(russian: bool) -> str:
    version = re.search(r"^ \* Version:\s+(\S+)", (PLUGIN / "sklad-bridge.php").read_text(), re.MULTILINE)
    lines = [
        f"Project-Id-Version: Sklad Bridge {version[1] if version else ''}",
        *(["Language: ru_RU"] if russian else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        *([f"Plural-Forms: {PLURALS}"] if russian else []),
    ]
    return "\n".join(f'"{line}\\n"' for line in lines)


def compiled(entries: dict[str, Entry], known: dict[str, list[str]]) -> bytes:
    """The .mo: two tables of lengths and places, texts sorted by their bytes."""
    head = "".join(unquoted(line) for line in header(True).splitlines())
    pairs = {b"": head.encode()}
    for entry in entries.values():
        key = "\0".join(part for part in (entry.text, entry.plural) if part)
        pairs[key.encode()] = "\0".join(known.get(entry.text, [])).encode()
    rows = sorted(pairs.items())
    keys, values = MO_HEADER, MO_HEADER + 8 * len(rows)
    place, tables, texts = values + 8 * len(rows), b"", b""
    for column in (0, 1):
        for row in rows:
            tables += struct.pack("<II", len(row[column]), place + len(texts))
            texts += row[column] + b"\0"
    return struct.pack("<7I", MO_MAGIC, 0, len(rows), keys, values, 0, place) + tables + texts


def overlooked() -> list[str]:
    """Places that name our text domain in a call of another shape than those collected."""
    found = []
    for path in sorted((PLUGIN / "includes").rglob("*.php")):
        source = path.read_text(encoding="utf-8")
        ends = {call.end() for call in CALL.finditer(source)}
        for place in re.finditer(rf",{DOMAIN}", source):
            if place.end() not in ends:
                line = source.count("\n", 0, place.start()) + 1
                found.append(f"not understood: {path.name}, line {line}")
    return found


def mistakes(entries: dict[str, Entry], known: dict[str, list[str]]) -> list[str]:
    """Texts without a translation, and translations that lost a number or a name."""
    found = []
    for entry in entries.values():
        forms = known.get(entry.text, [])
        if len(forms) != (3 if entry.plural else 1):
            found.append(f"not translated: {entry.text}")
        wanted = sorted(PLACEHOLDER.findall(entry.text))
        found += [
            f"other placeholders: {form}" for form in forms if sorted(PLACEHOLDER.findall(form)) != wanted
        ]
    return found


def main(check: bool) -> int:
    entries, known = collected(), translations()
    wrong = overlooked() + mistakes(entries, known)
    files = {
        POT: catalogue(entries, None).encode(),
        PO: catalogue(entries, known).encode(),
        MO: compiled(entries, known),
    }
    for path, content in files.items():
        if check and (not path.exists() or path.read_bytes() != content):
            wrong.append(f"out of date: {path.name}; run wp-plugin/build-languages.py")
        elif not check:
            path.write_bytes(content)
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
