"""A table sent to the reader as a file, row by row, in the way spreadsheets of their country take it."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import StreamingHttpResponse
from django.utils.translation import get_language

from bridge.domain import spreadsheet


def download(rows: Iterable[Iterable[object]], name: str) -> StreamingHttpResponse:
    """`rows`: the names of the columns first."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    lines = spreadsheet.lines(rows, separator())
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def separator() -> str:
    """What Excel of the reader's country expects between cells."""
    return "," if (get_language() or "").startswith("en") else ";"
