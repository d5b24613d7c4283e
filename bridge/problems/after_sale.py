"""Refunds of the site and returns in MoySklad."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "refund_line_unknown": Entry(
        _("Refund %(refund)s takes back something the order no longer has."),
        _("Enter what came back in MoySklad by hand and mark the refund as settled."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_more_than_ordered": Entry(
        _("Refund %(refund)s takes back more than there is: %(what)s, %(asked)s asked for, %(left)s left."),
        _(
            "Look whether the warehouse has entered this return already; then mark the refund as settled, or retry."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_amount_only": Entry(
        _("Refund %(refund)s of %(amount)s %(currency)s names no goods, and the order was shipped."),
        _("MoySklad takes goods back only at their price: enter it by hand and mark the refund as settled."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_price_differs": Entry(
        _(
            "Refund %(refund)s pays back %(local)s %(currency)s, in MoySklad its goods cost %(remote)s %(currency)s."
        ),
        _("A return cannot change prices: enter it in MoySklad by hand and mark the refund as settled."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_rounding": Entry(
        _(
            "Refund %(refund)s pays back %(local)s %(currency)s, its return in MoySklad is %(remote)s %(currency)s."
        ),
        _("Nothing to do: the difference is rounding of prices to whole kopecks."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "refund_not_sent": Entry(
        _(
            "Refund %(refund)s of %(amount)s %(currency)s concerns shipped goods; no return was made in MoySklad."
        ),
        _("Enter the return in MoySklad by hand, or let the bridge do it in the shop's settings."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "refund_shipment_changed": Entry(
        _("The return for refund %(refund)s was refused, because the shipment has changed: %(detail)s"),
        _("Look at the shipment in MoySklad, then retry: the bridge decides anew by what is shipped now."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_partly_returned": Entry(
        _(
            "A part of refund %(refund)s was returned; the rest was refused, as the shipment has changed: %(detail)s"
        ),
        _("Retry when the shipment is put right; or enter the rest in MoySklad by hand, its money too."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_deleted_after_return": Entry(
        _("Refund %(refund)s was deleted on the site; it has documents in MoySklad: %(documents)s."),
        _("Delete these documents in MoySklad if the refund was a mistake, then mark the refund as settled."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_return_removed": Entry(
        _("Document %(document)s, made for a refund of the site, was removed in MoySklad."),
        _("Restore it in MoySklad, or delete the refund on the site, if only one of both was meant."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refund_not_read": Entry(
        _("Refunds %(refunds)s of this order cannot be read. %(detail)s"),
        _(
            "Enter in MoySklad by hand what they need, or delete them on the site and make them anew in whole kopecks."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_of_refund": Entry(
        _(
            "Return %(document)s may be the one that refund %(refund)s of the site needs; no other refund was made."
        ),
        _(
            "If it is, mark the return as settled. If not, refund on the site by hand, then mark it as settled."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_of_unpaid": Entry(
        _("Return %(document)s belongs to an order nobody paid for, so no refund was made on the site."),
        _("Nothing to do. If the order was paid after all, make the refund on the site by hand."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "return_refund_deleted": Entry(
        _("Refund %(refund)s was deleted on the site, but its return %(document)s is still in MoySklad."),
        _(
            "Remove the return if it was a mistake; otherwise refund on the site by hand and mark it as settled."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_line_unknown": Entry(
        _("Returned in MoySklad, but not in the order on the site: %(lines)s."),
        _("Make the refund on the site by hand and mark the return as settled."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_exceeds_order": Entry(
        _(
            "The return takes back more than the order has left on the site: %(what)s, %(asked)s back, %(left)s left."
        ),
        _(
            "Look whether the refund was made on the site already; then mark the return as settled, or correct it."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_changed": Entry(
        _("Return %(document)s was changed in MoySklad after its refund had been made on the site."),
        _(
            "Let the bridge make the refund anew (the buyer gets another mail), or mark the return as settled."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_removed": Entry(
        _("Return %(document)s was removed in MoySklad; its refund is still on the site."),
        _("Let the bridge delete the refund, or mark the return as settled."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_amount_differs": Entry(
        _("Return %(document)s is %(remote)s %(currency)s, its refund on the site %(local)s %(currency)s."),
        _(
            "A refund follows the order's own prices. Nothing to do if prices in MoySklad were changed on purpose."
        ),
        Kind.NONE,
        Retry.REMARK,
    ),
}
