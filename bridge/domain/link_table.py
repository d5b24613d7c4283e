"""Links as a table in a text file: its columns, and how people's files are read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bridge.domain.spreadsheet import plain

COLUMNS = (
    "product_id",
    "variation_id",
    "sku",
    "name",
    "moysklad_id",
    "article",
    "code",
    "how",
    "score",
    "suggestion_id",
    "suggestion",
)
# Columns that say which listing, and which item; a file needs one of each.
LISTING, ITEM = ("product_id", "variation_id", "sku"), ("moysklad_id", "article", "code")
MOST_BYTES, MOST_LINES = 30_000_000, 200_000
LONGEST_CELL = 1000


@dataclass(frozen=True)
class Line:
    """`number` is the line's in the file, as an editor counts; `cells` are by lower-case column name, without spaces
    around them.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


class NotATable(Exception):
    """The file cannot be read as a table of links; `reason` is empty, columns, long or encoding."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decoded(content: bytes) -> str:
    """The text of a file as Excel, LibreOffice and editors save it: UTF-8, UTF-16 with a mark, Windows-1251.

    Raises NotATable for anything else.
    """
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1251"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotATable("encoding")


def count(text: str, headings: Mapping[str, str]) -> int:
    """How many lines say something; raises NotATable where the columns are not those of a table of links, or when
    there are too many."""
    found = 0
    for _line in lines(text, headings):
        found += 1
        if found > MOST_LINES:
            raise NotATable("long")
    if not found:
        raise NotATable("empty")
    return found


def lines(text: str, headings: Mapping[str, str]) -> Iterator[Line]:
    """The lines of the table, without empty ones; `headings` name columns beside their own names. Raises NotATable."""
    stream = io.StringIO(text, newline="")
    head = text[:4000].split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    reader = csv.reader(stream, delimiter=separator)
    try:
        said = [plain(name).casefold() for name in next(reader, [])]
        names = [headings.get(name, name) for name in said]
        if not set(names) & set(LISTING) or not set(names) & set(ITEM):
            raise NotATable("columns")
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = (plain(cell)[:LONGEST_CELL] for cell in row)
                yield Line(reader.line_num, dict(zip(names, cells, strict=False)))
    except csv.Error as error:
        raise NotATable("encoding") from error
