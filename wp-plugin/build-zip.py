"""Builds build/sklad-bridge.zip, the plugin as an owner uploads it: no tests, and the same bytes every time."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "wp-plugin" / "sklad-bridge"
TARGET = ROOT / "build" / "sklad-bridge.zip"

LEFT_OUT = {"tests", "phpunit.xml.dist"}
# A fixed time instead of the files' own, or every checkout would give another archive. The oldest a zip can hold.
MOMENT = (1980, 1, 1, 0, 0, 0)
ORDINARY_FILE = 0o100644 << 16


def build(target: Path = TARGET) -> Path:
    """Write the archive; every path in it begins with sklad-bridge/, as WordPress expects."""
    files = sorted(
        path
        for path in SOURCE.rglob("*")
        if path.is_file()
        and not LEFT_OUT.intersection(path.relative_to(SOURCE).parts)
        and not any(part.startswith(".") for part in path.relative_to(SOURCE).parts)
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for path in files:
            entry = zipfile.ZipInfo(f"sklad-bridge/{path.relative_to(SOURCE).as_posix()}", MOMENT)
            entry.external_attr = ORDINARY_FILE
            entry.create_system = 3  # Unix, on whatever system this runs
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes(), compresslevel=9)
    return target


if __name__ == "__main__":
    sys.stdout.write(f"{build()}\n")
