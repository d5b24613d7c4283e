"""Prices and texts of goods, and previews of what would change on the site."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "price_missing": Entry(
        _("MoySklad has no price of the type “%(type)s” for it."),
        _("Enter the price in MoySklad; until then the site keeps its own."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "price_below_minimum": Entry(
        _("The price %(price)s %(currency)s is below the minimum price in MoySklad, %(least)s %(currency)s."),
        _("Correct one of the two in MoySklad; until then the site keeps its price."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "price_below_margin": Entry(
        _(
            "The price %(price)s %(currency)s leaves less than %(margin)s %% over the cost of "
            "%(cost)s %(currency)s."
        ),
        _("Correct the price or the purchase price in MoySklad, or the least margin in the shop's settings."),
        Kind.FIX_SETTINGS,
        Retry.REMARK,
    ),
    "sale_price_type_missing": Entry(
        _("The sale price follows MoySklad, but no price type is chosen for it."),
        _("Choose the price type of sales in the shop's settings (section “Prices and texts”)."),
        Kind.FIX_SETTINGS,
        Retry.REMARK,
    ),
    "sale_not_below": Entry(
        _("The sale price %(sale)s is not below the regular price %(price)s."),
        _("Correct one of the two prices in MoySklad; until then the site keeps its own."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "sale_period": Entry(
        _("The sale would end (%(last)s) before it begins (%(first)s)."),
        _("Correct the dates of the item in MoySklad."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "barcode_not_taken": Entry(
        _("WooCommerce takes codes of digits only; the item has “%(barcode)s”."),
        _("Enter an EAN, GTIN or UPC in MoySklad, or let the site keep its own barcodes."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "site_settings_not_read": Entry(
        _("The site's currency and unit of weight are not known yet."),
        _("Nothing to do: they are read with the products of the site."),
        Kind.WAIT,
        Retry.ITSELF,
    ),
    "preview_before_reading": Entry(
        _("The goods and the stock of both sides have not been read through yet."),
        _("Nothing to do: the preview goes on by itself as soon as they are."),
        Kind.WAIT,
        Retry.ITSELF,
    ),
    "preview_open": Entry(
        _("The shop %(shop)s has a preview that is being worked out or written."),
        _("Wait until it has ended, or end it, then go on."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "undone_already": Entry(
        _("This run was undone already."),
        _("Make a new preview to see what would change now."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "nothing_to_undo": Entry(
        _("This run wrote nothing that could be undone."),
        _("Make a new preview to see what would change now."),
        Kind.NONE,
        Retry.REMARK,
    ),
}
