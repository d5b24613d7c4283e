"""Tables as text that Excel and its like open: how cells are written, and taken back as they were meant.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, which reading takes away again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

# By this mark spreadsheets know UTF-8.
BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Nothing is calculated of a plain number, and nobody looks for it with an apostrophe.
NUMBER = re.compile(r"-\d+([.,]\d+)?")


class _Echo:
    """Gives back what it is given, so that a row needs no memory once it is sent."""

    def write(self, text: str, /) -> str:
        return text


def lines(rows: Iterable[Iterable[object]], separator: str = ";") -> Iterator[str]:
    """The file line by line, the first one with the mark; the caller's first row names the columns."""
    writer = csv.writer(_Echo(), delimiter=separator)
    mark = BOM
    for row in rows:
        yield mark + writer.writerow([safe(str(cell)) for cell in row])
        mark = ""


def safe(cell: str) -> str:
    """'=1+1' → "'=1+1"."""
    return f"'{cell}" if cell.startswith(FORMULA) and not NUMBER.fullmatch(cell) else cell


def plain(cell: str) -> str:
    """A cell as it was meant: without spaces around it and without the apostrophe before a formula."""
    text = cell.strip()
    return text[1:].strip() if text.startswith("'") and text[1:].startswith(FORMULA) else text
