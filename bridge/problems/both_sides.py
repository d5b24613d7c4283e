"""Changes that both sides made, and edits that the other side cannot take."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "positions_changed_on_both_sides": Entry(
        _("The goods of this order were changed on the site and in MoySklad document %(document)s."),
        _("Compare both versions on the page of the order and choose whose goods count."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "less_than_shipped": Entry(
        _("The order on the site has fewer pieces than document %(document)s has shipped already."),
        _(
            "If goods came back, make a refund on the site or a return in MoySklad, then retry. If what was shipped is "
            "right, let the document's goods count."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "header_kept": Entry(
        _(
            "Staff changed the document's header in MoySklad, so the site's news was not written over it: %(fields)s."
        ),
        _("Copy what matters into the document by hand."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "status_conflict": Entry(
        _("Both sides changed this order: “%(state)s” in MoySklad, “%(status)s” on the site."),
        _(
            "It was settled by the rule: MoySklad decides on closing, the site on payment and on a cancellation."
        ),
        Kind.NONE,
        Retry.REMARK,
    ),
    "edit_item_unknown": Entry(
        _("Goods were added in MoySklad that are not linked to anything on the site: %(lines)s."),
        _(
            "Link these items (Products on the site → Link), then retry; or change the order on the site by hand."
        ),
        Kind.LINK_ITEM,
        Retry.PERSON,
    ),
    "edit_decimal": Entry(
        _("“%(line)s” has a quantity of %(quantity)s in MoySklad; the site takes whole pieces only."),
        _("Change the order on the site by hand, then discard this."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "edit_of_charges": Entry(
        _("The price in MoySklad was lowered below what the order on the site can show."),
        _("Change the order on the site by hand, then discard this."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "edit_of_refunded": Entry(
        _(
            "The goods of document %(document)s were changed in MoySklad, but the order on the site has refunds."
        ),
        _("Change the order on the site by hand, then discard this."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "edit_total_differs": Entry(
        _("After the change in MoySklad its sum is %(remote)s, the order on the site is %(local)s."),
        _("The tax rates of the site may have changed since the order was placed; compare both."),
        Kind.NONE,
        Retry.REMARK,
    ),
}
