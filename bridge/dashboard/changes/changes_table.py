"""Changes of goods as a table for spreadsheets: a row at a time, so that a hundred thousand need no memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bridge.dashboard.changes import change_words
from bridge.sync.models import GoodsChange

CHUNK = 1000
STATES, MARKS = dict(GoodsChange.State.choices), dict(GoodsChange.Mark.choices)
OWN = ("run", "field", "old", "new", "reason", "reason_params", "state", "mark", "detail", "values")
READ = (
    *OWN,
    "shop__name",
    *(f"listing__{name}" for name in ("name", "sku", "product_id", "variation_id")),
    *(f"product__{name}" for name in ("name", "article", "code")),
)


def table(rows: QuerySet[GoodsChange]) -> Iterator[Sequence[str]]:
    """The names of the columns, then the changes."""
    yield header()
    states, marks, fields = (_said(words) for words in (STATES, MARKS, change_words.FIELDS))
    for row in rows.select_related("listing", "product", "shop").only(*READ).iterator(chunk_size=CHUNK):
        name, sku = change_words.item(row)
        yield (
            row.shop.name,
            sku,
            name,
            row.listing.source_id if row.listing else "",
            fields.get(row.field, row.field),
            change_words.value(row, row.old),
            change_words.value(row, row.new),
            change_words.reason(row),
            states.get(row.state, row.state),
            marks.get(row.mark, ""),
            change_words.outcome(row),
        )


def _said(words: Mapping[str, object]) -> dict[str, str]:
    """Translated once for all rows."""
    return {code: str(text) for code, text in words.items()}


def header() -> list[str]:
    return [
        _("Shop"),
        _("SKU"),
        _("Item"),
        _("Id on the site"),
        _("Field"),
        _("Now"),
        _("Then"),
        _("Reason"),
        _("State"),
        _("Worth a look"),
        _("Result"),
    ]
