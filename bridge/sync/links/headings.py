"""What the columns of a table of links are called: written in the reader's language, read in any of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

HEADINGS: dict[str, str | Promise] = {
    "product_id": _("product ID"),
    "variation_id": _("variation ID"),
    "sku": _("SKU on the site"),
    "name": _("name on the site"),
    "moysklad_id": _("MoySklad ID"),
    "article": _("article in MoySklad"),
    "code": _("code in MoySklad"),
    "how": _("how it was linked"),
    "score": _("likeness in per cent"),
    "suggestion_id": _("MoySklad ID of the suggestion"),
    "suggestion": _("suggestion"),
}


def written() -> list[str]:
    """The first line of a table, for whoever reads it now."""
    return [str(text) for text in HEADINGS.values()]


@cache
def known() -> Mapping[str, str]:
    """The column each heading names, in lower case."""
    found: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {text.casefold(): column for text, column in zip(written(), HEADINGS, strict=True)}
    return found
