"""What the desk says of links: how one came to be, and what becomes of a line of a file."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.catalog.models import ProductBinding
from bridge.domain import link_table
from bridge.sync.links import verdicts

HOW: dict[str, str | Promise] = dict(ProductBinding.Origin.choices)

# As a sentence about one line or item.
SENTENCES: dict[str, str | Promise] = {
    verdicts.NEW: _("A new link."),
    verdicts.CHANGED: _("Was linked with %(before)s."),
    verdicts.SAME: _("Is linked so already."),
    verdicts.NO_LISTING: _(
        "The line names no product of the site: the IDs of product and variation and the SKU are empty."
    ),
    verdicts.LISTING_UNKNOWN: _("The site has no such product."),
    verdicts.LISTING_TWICE: _(
        "Several products of the site are named so: fill in the IDs of product and variation."
    ),
    verdicts.LINE_TWICE: _("Line %(line)s is about the same product of the site."),
    verdicts.NO_ITEM: _("The line names no item of MoySklad: its ID, article and code are empty."),
    verdicts.ITEM_UNKNOWN: _("MoySklad has no item “%(id)s”."),
    verdicts.ITEM_TWICE: _("Several items of MoySklad are named “%(id)s”: fill in the MoySklad ID."),
    verdicts.ITEMS_DIFFER: _(
        "“%(id)s” and “%(other)s” are not the same item of MoySklad: leave only one of them."
    ),
    verdicts.NOT_LINKABLE: _("This item of MoySklad is archived, deleted or a service."),
    verdicts.LINKED_OTHERWISE: _("Is linked with another item already; that link stays."),
    verdicts.SHARED: _("Several products of the site were linked with this item: choose by hand."),
    verdicts.OTHER_KIND: _("A variation on one side only: choose by hand."),
}

FILE_PROBLEMS: dict[str, str | Promise] = {
    "empty": _("The file has no lines with links."),
    "columns": _(
        "The first line must name the columns as the downloaded table does: an ID or the SKU of the product on the "
        "site, and the ID, article or code of MoySklad."
    ),
    "encoding": _("The file is no text table. Save it as CSV (UTF-8)."),
    "long": _(
        "The file is too long: at most %(lines)s lines and %(megabytes)s MB. Split it and send the parts."
    ),
}


def of_line(code: str, params: Mapping[str, str]) -> str:
    text = str(SENTENCES[code])
    return text % params if params else text


def of_file(reason: str) -> str:
    return str(FILE_PROBLEMS[reason]) % {
        "lines": link_table.MOST_LINES,
        "megabytes": link_table.MOST_BYTES // 1_000_000,
    }
