"""Links as a text table: what is written is read back as it was, Excel runs nothing of it, people's files are read."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain import link_table, spreadsheet
from bridge.domain.link_table import COLUMNS, Line, NotATable, decoded
from bridge.domain.spreadsheet import plain, safe

HEADINGS = {"артикул на сайте": "sku", "код в мойсклад": "code"}


def count(text: str) -> int:
    return link_table.count(text, HEADINGS)


def lines(text: str) -> list[Line]:
    return list(link_table.lines(text, HEADINGS))


cells = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@\"';,\t\n"), max_size=20
).map(str.strip)


@given(st.lists(st.lists(cells, min_size=len(COLUMNS), max_size=len(COLUMNS)), min_size=1, max_size=4))
@pytest.mark.parametrize("separator", [";", ","])
def test_what_is_written_is_read_back(separator: str, rows: list[list[str]]) -> None:
    rows = [row for row in rows if any(row)]
    text = decoded("".join(spreadsheet.lines([COLUMNS, *rows], separator)).encode())
    assert [[line[column] for column in COLUMNS] for line in lines(text)] == [
        [plain(cell) for cell in row] for row in rows
    ]


def cell_of_file(cell: str) -> str:
    _names, row = csv.reader(io.StringIO("".join(spreadsheet.lines([["sku"], [cell]]))), delimiter=";")
    return row[0]


@pytest.mark.parametrize("cell", ["=1+1", "+7 916", "-5+1", "-A", "@SUM(A1)", "\tx", "=cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    assert cell_of_file(cell).startswith("'")
    assert plain(safe(cell)) == cell.strip()


@pytest.mark.parametrize("cell", ["-5", "-0,5", "-1.25", "7"])
def test_a_plain_number_stays_one(cell: str) -> None:
    assert cell_of_file(cell) == plain(cell) == cell


def test_excel_knows_the_encoding_by_the_mark() -> None:
    assert "".join(spreadsheet.lines([COLUMNS])).encode().startswith(b"\xef\xbb\xbfproduct_id;")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_files_of_excel_and_editors_are_read(encoding: str, separator: str) -> None:
    text = (
        separator.join(["SKU", " Article ", "other"])
        + "\r\n"
        + separator.join(["Кружка 1", "А-1", "x"])
        + "\r\n\r\n"
    )
    [line] = lines(decoded(text.encode(encoding)))
    assert (line.number, line["sku"], line["article"], line["code"]) == (2, "Кружка 1", "А-1", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "columns"),
        ("sku;article\n", "empty"),
        ("sku;article\n;\n\n", "empty"),
        ("name;price\na;1\n", "columns"),
        ("sku;price\na;1\n", "columns"),
    ],
)
def test_a_file_that_is_no_table_of_links_says_why(text: str, reason: str) -> None:
    with pytest.raises(NotATable) as caught:
        count(text)
    assert caught.value.reason == reason


def test_a_picture_is_no_table() -> None:
    with pytest.raises(NotATable) as caught:
        count(decoded(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"))
    assert caught.value.reason == "encoding"


def test_a_file_with_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_table, "MOST_LINES", 3)
    assert count("sku;code\n" + "a;1\n" * 3) == 3
    with pytest.raises(NotATable) as caught:
        count("sku;code\n" + "a;1\n" * 4)
    assert caught.value.reason == "long"


def test_a_heading_names_its_column() -> None:
    [line] = lines("Артикул на сайте;Код в МойСклад\nA-1;77\n")
    assert (line["sku"], line["code"]) == ("A-1", "77")
