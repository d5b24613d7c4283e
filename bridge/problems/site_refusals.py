"""What WooCommerce answers with a code of its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "site_order_gone": Entry(
        _("The order is no longer on the site: %(detail)s"),
        _("Restore it from the trash of the site, then retry; or discard this."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "site_item_gone": Entry(
        _("The item is no longer on the site: %(detail)s"),
        _("Restore it on the site, then retry; or take its link away and discard this."),
        Kind.LINK_ITEM,
        Retry.PERSON,
    ),
    "site_item_moved": Entry(
        _("The item on the site is a variation now, or no longer is one: %(detail)s"),
        _("Read the products of the site again (Products on the site), check the item's link, then retry."),
        Kind.LINK_ITEM,
        Retry.PERSON,
    ),
    "site_sku_taken": Entry(
        _("Another item of the site has this SKU already: %(detail)s"),
        _("Give each item on the site a SKU of its own, then retry."),
        Kind.LINK_ITEM,
        Retry.PERSON,
    ),
    "site_value_refused": Entry(
        _("The site does not take a value: %(detail)s"),
        _(
            "Correct what is named on the site or in the shop's settings (a status may belong to a "
            "plugin that was removed), then retry."
        ),
        Kind.CHOOSE_STATE,
        Retry.PERSON,
    ),
    "site_coupon_refused": Entry(
        _("The site does not take the order's coupon: %(detail)s"),
        _("Restore the coupon on the site or change the order by hand, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "site_sold_out": Entry(
        _("The item is sold out on the site: %(detail)s"),
        _("Correct the stock, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "site_refund_refused": Entry(
        _("The site does not make the refund: %(detail)s"),
        _("Look how much of the order can still be paid back; refund by hand, then discard this."),
        Kind.NONE,
        Retry.PERSON,
    ),
}
