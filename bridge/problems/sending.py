"""An order or its document that cannot go as it is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "unlinked_lines": Entry(
        _("Not linked to goods in MoySklad: %(lines)s."),
        _("Link these items (Products on the site → Link); the order then goes by itself."),
        Kind.LINK_ITEM,
        Retry.PERSON,
    ),
    "total_differs": Entry(
        _("The lines add up to %(lines)s %(currency)s, the order's total is %(total)s."),
        _("Open the order on the site, press “Recalculate” and save it."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "currency_not_exact": Entry(
        _("MoySklad counts money in hundredths and cannot hold %(amount)s %(currency)s exactly."),
        _("Round the order's prices on the site to two decimals and save it, or enter the document by hand."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "line_without_quantity": Entry(
        _("“%(line)s” costs %(amount)s %(currency)s, but its quantity is zero."),
        _("Correct the quantity in the order on the site and save it."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "quantity_not_exact": Entry(
        _("The quantity of “%(line)s” is %(quantity)s, and MoySklad keeps four decimals of a quantity."),
        _("Correct the quantity in the order on the site and save it."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "tax_not_expressed": Entry(
        _(
            "Tax of %(amount)s %(currency)s is no whole percent of VAT: %(lines)s. "
            "In MoySklad these prices hold it, without VAT."
        ),
        _(
            "Nothing to do for the order's sum. Correct the VAT in the document by hand if accounting needs it."
        ),
        Kind.NONE,
        Retry.REMARK,
    ),
    "tax_differs": Entry(
        _("The shop's tax is %(local)s %(currency)s, VAT in the document %(remote)s %(currency)s."),
        _(
            "Nothing to do for the order's sum. Correct the VAT in the document by hand if accounting needs it."
        ),
        Kind.NONE,
        Retry.REMARK,
    ),
    "currency_unknown": Entry(
        _("MoySklad has no currency %(currency)s."),
        _("Add the currency in MoySklad (Settings → Currencies), then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "shipping_service_missing": Entry(
        _("The order has shipping or a fee, and no service is chosen for it."),
        _("Choose the service for shipping in the shop's settings; the order then goes by itself."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "store_missing": Entry(
        _("No warehouse is chosen for the shop."),
        _("Choose the warehouse in the shop's settings."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "organization_missing": Entry(
        _("No organization is chosen for the shop."),
        _("Choose the organization in the shop's settings."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "expense_item_missing": Entry(
        _("MoySklad demands an expense item for money that is paid back, and none is chosen."),
        _("Choose the expense item of refunds in the shop's settings; the payment then goes by itself."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "document_gone": Entry(
        _("Document %(document)s was deleted in MoySklad, or moved to the bin."),
        _("Choose: create it again, leave it so, or cancel the order on the site."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "sum_differs": Entry(
        _("MoySklad counts %(remote)s, the order on the site is %(local)s."),
        _("A minimum price or a discount rule in MoySklad may have changed a price; compare the document."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "status_left_to_people": Entry(
        _("Document %(document)s is “%(state)s” in MoySklad, but the order on the site is “%(site)s”."),
        _("The site was left as it is. Change the status there by hand if you want to, then discard this."),
        Kind.CHOOSE_STATE,
        Retry.PERSON,
    ),
}
