"""What the list of the site's goods shows of a link: the item of MoySklad, the one it was, the one it probably is."""

from __future__ import annotations

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from bridge.catalog.models import Listing
from bridge.dashboard import shown
from bridge.domain.suggestions import DOUBTFUL


def item_cell(listing: Listing, *, may_decide: bool) -> str:
    """What a listing is in MoySklad, or was, or probably is."""
    binding = getattr(listing, "binding", None)
    if binding is None:
        suggestion = suggestion_cell(listing, may_decide=may_decide)
        return (
            shown.lines(was_linked(listing), listing.suggestion and suggestion)
            if listing.lost_link
            else suggestion
        )
    product = binding.product
    if product.present:
        return shown.lines(product.name, product.article or product.code)
    gone = shown.tag(gettext("no longer in MoySklad"), "danger")
    suggestion = suggestion_cell(listing, may_decide=may_decide) if listing.suggestion else ""
    return shown.lines(product.name, gone, suggestion)


def was_linked(listing: Listing) -> str:
    """'was linked with Mug (MUG-1), until the SKUs said otherwise'."""
    if listing.lost_link is None:
        return ""
    return gettext("was linked with %(product)s until a SKU changed") % {"product": listing.lost_link}


def suggestion_cell(listing: Listing, *, may_decide: bool) -> str:
    """The suggestion of an unlinked listing with its two buttons; they send the form around them elsewhere."""
    if listing.suggestion is None or listing.match == Listing.Match.LINKED:
        return shown.EMPTY
    score = listing.suggestion_score or 0
    likeness = gettext("suggestion, likeness %(score)s%%") % {"score": score}
    what = shown.lines(listing.suggestion, shown.tag(likeness, "muted" if score <= DOUBTFUL else "info"))
    if not may_decide:
        return what
    buttons = [
        format_html(
            '<button type="submit" class="desk-button desk-button-small" name="suggestion" value="{}" formaction="{}"'
            " formnovalidate>{}</button>",
            listing.suggestion_id,
            reverse(f"admin:bridge_listing_{name}", args=[listing.pk]),
            label,
        )
        for name, label in (("confirm", gettext("Link")), ("refuse", gettext("Not this one")))
    ]
    return format_html('{}<div class="desk-buttons desk-buttons-small">{}{}</div>', what, *buttons)
