"""What a site said to goods it did not take, as it is kept with them: its own words, or a code where it said none."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.drifts import FIELDS
from bridge.problems.entry import Text

REFUSALS: dict[str, Text] = {
    "gone_from_site": _("it is no longer on the site"),
    "no_stock_kept": _("the site keeps no stock of it"),
    "stock_of_parent": _("the site keeps its stock with the product, not with the variation"),
    "busy": _("the site was busy with it again and again"),
    "refused": _("the site gave no reason"),
    "unanswered": _("the site gave no answer that could be read"),
}


def refusal(text: str) -> str:
    return str(REFUSALS.get(text, text))


def of_fields(text: str) -> str:
    """A line for each field, as Listing.fields_error keeps them, with the fields' names."""
    return "; ".join(_of_field(line) for line in text.splitlines())


def _of_field(line: str) -> str:
    field, _colon, why = line.partition(": ")
    return f"{FIELDS[field]}: {refusal(why)}" if field in FIELDS else refusal(line)
