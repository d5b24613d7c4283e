"""What MoySklad answers with a code of its own: objects, values and limits it refuses, and what passes by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

_AGAIN = _("Nothing to do: it is tried again by itself.")
_BRIDGE = _(
    "It is an error of the bridge: send this text to whoever looks after it. Retry once it is mended."
)

ENTRIES: dict[str, Entry] = {
    "slow_down": Entry(
        _("%(system)s asks to slow down: %(detail)s"),
        _AGAIN,
        Kind.WAIT,
        Retry.CONNECTION,
    ),
    "maintenance": Entry(
        _("%(system)s is busy or being maintained: %(detail)s"),
        _AGAIN,
        Kind.WAIT,
        Retry.ITSELF,
    ),
    "vendor_failed": Entry(
        _("%(system)s had an error of its own: %(detail)s"),
        _AGAIN,
        Kind.WAIT,
        Retry.LOOK_FIRST,
    ),
    "changed_meanwhile": Entry(
        _("Somebody changed the object in MoySklad at the same moment: %(detail)s"),
        _("Nothing to do: the bridge reads it again and tries anew."),
        Kind.WAIT,
        Retry.LOOK_FIRST,
    ),
    "bridge_request": Entry(
        _("%(system)s did not understand the bridge: %(detail)s (code %(code)s)"),
        _BRIDGE,
        Kind.RETRY,
        Retry.PERSON,
    ),
    "api_gone": Entry(
        _("%(system)s no longer offers the version of its API that the bridge uses: %(detail)s"),
        _("Update the bridge, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "foreign_address": Entry(
        _("MoySklad does not accept an address in the document: %(detail)s"),
        _("Check the address of the connection to MoySklad, then retry."),
        Kind.FIX_CONNECTION,
        Retry.PERSON,
    ),
    "too_large": Entry(
        _("It is more than %(system)s takes in one go: %(detail)s"),
        _("Divide the order into smaller ones on the site, or enter it by hand and discard this."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "object_in_use": Entry(
        _("MoySklad still needs the object elsewhere: %(detail)s"),
        _(
            "Look at the documents that use it in MoySklad and remove them first, then retry; or discard "
            "this."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "bin_switched_off": Entry(
        _("The recycle bin is switched off in MoySklad: %(detail)s"),
        _(
            "Switch the recycle bin on in MoySklad's settings, then retry; or remove the document by "
            "hand and discard this."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "state_refused": Entry(
        _("MoySklad refuses the state of the document: %(detail)s"),
        _("Choose another state for this status in the shop's settings, then retry."),
        Kind.CHOOSE_STATE,
        Retry.PERSON,
    ),
    "price_type_refused": Entry(
        _("MoySklad refuses the price type: %(detail)s"),
        _("Choose a price type that exists in the shop's settings, then retry."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "currency_refused": Entry(
        _("MoySklad refuses the currency: %(detail)s"),
        _(
            "Check the currencies in MoySklad (Settings → Currencies) and the account chosen in the "
            "shop's settings, then retry."
        ),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "base_document": Entry(
        _("The document this one is made from is missing in MoySklad or is of another kind: %(detail)s"),
        _("Restore it in MoySklad, then retry; or enter the document by hand and discard this."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "return_differs": Entry(
        _("The return differs from its shipment in MoySklad (buyer, currency or VAT): %(detail)s"),
        _("Make both equal in MoySklad, then retry; or enter the return by hand and discard this."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "shipment_has_return": Entry(
        _("The shipment in MoySklad has a return, so it cannot be changed: %(detail)s"),
        _("Look at the return in MoySklad first, then retry; or discard this."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "required_missing": Entry(
        _("MoySklad insists on a value that the document does not have: %(detail)s"),
        _("Fill the field in the order on the site, or give it a source in the shop's settings; then retry."),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "value_fixed": Entry(
        _("MoySklad does not let this value be changed: %(detail)s"),
        _("Change it in MoySklad by hand if it is needed, then discard this."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "number_not_positive": Entry(
        _("A number is zero or negative where MoySklad does not take it: %(detail)s"),
        _("Correct the quantity or the price in the order on the site and save it."),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "value_not_listed": Entry(
        _("MoySklad does not know a value that was to be chosen from its list: %(detail)s"),
        _("Correct the value on the site, or choose another one in the shop's settings; then retry."),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "value_too_long": Entry(
        _("A text or number is too long for MoySklad: %(detail)s"),
        _(
            "Shorten it in the order on the site, or choose a longer field in the shop's settings; then "
            "retry."
        ),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "named_twice": Entry(
        _("The document names the same thing twice: %(detail)s"),
        _("Join the equal lines of the order on the site and save it, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "gtin_refused": Entry(
        _("MoySklad refuses a barcode: %(detail)s"),
        _("Correct the barcode of the item, then retry."),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "email_refused": Entry(
        _("MoySklad refuses the buyer's e-mail: %(detail)s"),
        _("Correct the e-mail in the order on the site and save it."),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "value_malformed": Entry(
        _("A value is not written the way MoySklad wants it: %(detail)s"),
        _(
            "Correct it in the order on the site and save it, or change its source in the shop's "
            "settings; then retry."
        ),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "vat_refused": Entry(
        _("MoySklad refuses the VAT rate: %(detail)s"),
        _("Correct the tax rates on the site and recalculate the order, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "discount_refused": Entry(
        _("MoySklad refuses a discount of more than 100 %%: %(detail)s"),
        _("Correct the order's prices on the site and save it."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "reserve_too_big": Entry(
        _("More would be reserved in MoySklad than the document has: %(detail)s"),
        _(
            "Retry; the reserve is reckoned anew. If it repeats, switch the reserve off in the shop's "
            "settings."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "linked_sum": Entry(
        _("The payment in MoySklad does not fit its documents: %(detail)s"),
        _("Look at the payment and what it is linked with in MoySklad, correct it, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "variant_refused": Entry(
        _("MoySklad refuses the variant's characteristics: %(detail)s"),
        _("Give each variant characteristics of its own in MoySklad, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "goods_refused": Entry(
        _("MoySklad refuses the item: %(detail)s"),
        _("Correct the item in MoySklad or link another one, then retry."),
        Kind.LINK_ITEM,
        Retry.PERSON,
    ),
    "bundle_refused": Entry(
        _("MoySklad refuses the bundle: %(detail)s"),
        _(
            "A bundle is sold in whole pieces and needs its parts: correct it in MoySklad or in the "
            "order, then retry."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "attribute_refused": Entry(
        _("MoySklad refuses an additional field: %(detail)s"),
        _("Correct the value on the site, or the field's source in the shop's settings; then retry."),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "report_too_big": Entry(
        _("The stock of this account is too large to be read at once: %(detail)s"),
        _("Choose fewer warehouses in the shop's settings."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "webhooks_refused": Entry(
        _("MoySklad did not set up its notifications: %(detail)s"),
        _(
            "Remove notifications nobody needs in MoySklad, or let it be: changes are found by looking "
            "as well."
        ),
        Kind.WAIT,
        Retry.PERSON,
    ),
    "stores_too_many": Entry(
        _("The account in MoySklad has too many warehouses: %(detail)s"),
        _("Archive warehouses nobody uses in MoySklad, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
}
