"""The catalogue of problems: code → a sentence for a person and what to do about it, in the reader's language.

Codes are stored with messages, events and flows; sentences are made when somebody reads them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge import wording
from bridge.connections.order_field_labels import SOURCES


@dataclass(frozen=True)
class Entry:
    sentence: str | Promise
    remedy: str | Promise


_AGAIN = _("Nothing to do: it is tried again by itself until it answers.")
_ADDRESS = _("Check the address of the connection.")

CATALOGUE: dict[str, Entry] = {
    # --- what came in -----------------------------------------------------------------------------
    "payload_not_an_order": Entry(
        _("The message carries no order."), _("Update the plugin on the site; the order itself is found by polling.")
    ),
    "payload_field_missing": Entry(
        _("The order has no “%(field)s”."), _("Open the order on the site and save it again, then replay this event.")
    ),
    "payload_field_malformed": Entry(
        _("The order's field “%(field)s” cannot be read."),
        _("Open the order on the site and save it again, then replay this event."),
    ),
    "amount_not_a_number": Entry(
        _("“%(value)s” is not an amount."), _("Correct the amount on the site and save the order.")
    ),
    # --- an order that cannot go as it is -----------------------------------------------------------
    "unlinked_lines": Entry(
        _("Not linked to goods in MoySklad: %(lines)s."),
        _("Link these items (Products on the site → Link); the order then goes by itself."),
    ),
    "total_differs": Entry(
        _("The lines add up to %(lines)s %(currency)s, the order's total is %(total)s."),
        _("Open the order on the site, press “Recalculate” and save it."),
    ),
    "currency_not_exact": Entry(
        _("MoySklad counts money in hundredths and cannot hold %(amount)s %(currency)s exactly."),
        _("Round the order's prices on the site to two decimals and save it, or enter the document by hand."),
    ),
    "line_without_quantity": Entry(
        _("“%(line)s” costs %(amount)s %(currency)s, but its quantity is zero."),
        _("Correct the quantity in the order on the site and save it."),
    ),
    "quantity_not_exact": Entry(
        _("The quantity of “%(line)s” is %(quantity)s, and MoySklad keeps four decimals of a quantity."),
        _("Correct the quantity in the order on the site and save it."),
    ),
    "tax_not_expressed": Entry(
        _(
            "Tax of %(amount)s %(currency)s is no whole percent of VAT: %(lines)s. "
            "In MoySklad these prices hold it, without VAT."
        ),
        _("Nothing to do for the order's sum. Correct the VAT in the document by hand if accounting needs it."),
    ),
    "tax_differs": Entry(
        _("The shop's tax is %(local)s %(currency)s, VAT in the document %(remote)s %(currency)s."),
        _("Nothing to do for the order's sum. Correct the VAT in the document by hand if accounting needs it."),
    ),
    "currency_unknown": Entry(
        _("MoySklad has no currency %(currency)s."),
        _("Add the currency in MoySklad (Settings → Currencies), then retry."),
    ),
    "shipping_service_missing": Entry(
        _("The order has shipping or a fee, and no service is chosen for it."),
        _("Choose the service for shipping in the shop's settings; the order then goes by itself."),
    ),
    "store_missing": Entry(
        _("No warehouse is chosen for the shop."), _("Choose the warehouse in the shop's settings.")
    ),
    "organization_missing": Entry(
        _("No organization is chosen for the shop."), _("Choose the organization in the shop's settings.")
    ),
    # --- fields of the document ---------------------------------------------------------------------
    "attribute_required_missing": Entry(
        _("MoySklad insists on the field “%(attribute)s”, and the order has nothing for it (source: %(source)s)."),
        _(
            "Fill the field of the order on the site, choose another source for it in the shop's settings, or make it "
            "optional in MoySklad; then retry."
        ),
    ),
    "attribute_not_read": Entry(
        _("Fields of MoySklad cannot hold these values: %(fields)s."),
        _("Correct the value on the site, or choose another kind of field in MoySklad."),
    ),
    "attribute_not_in_dictionary": Entry(
        _("These values are not among those MoySklad knows: %(fields)s."),
        _("Add the value in MoySklad or correct it on the site; the field was left as it is."),
    ),
    "attribute_cut": Entry(
        _("The text was too long for these fields and was cut: %(fields)s."),
        _("Use a field of the type “long text” in MoySklad; the whole text is on the site."),
    ),
    "comment_cut": Entry(
        _("The comment of the document is full: %(count)s characters had no room."),
        _("Read the whole of it in the order on the site."),
    ),
    "planned_date_not_read": Entry(
        _("The delivery date “%(value)s” (field %(field)s) cannot be read."),
        _("Enter the planned date in the document by hand; the text stands in its comment."),
    ),
    # --- the buyer ----------------------------------------------------------------------------------
    "buyer_not_found": Entry(
        _("MoySklad has no counterparty for this buyer: %(buyer)s (in the archive: %(archived)s)."),
        _(
            "Create the counterparty in MoySklad with this e-mail, phone or INN, take it out of the archive, or let "
            "buyers be created in the shop's settings, then retry."
        ),
    ),
    "buyers_several": Entry(
        _("%(count)s counterparties fit this buyer: %(names)s. The document names “%(used)s”."),
        _("Merge or correct the counterparties in MoySklad; change the one in the document if it is the wrong one."),
    ),
    "buyer_archived": Entry(
        _("An archived counterparty fits this buyer and was not used: %(names)s."),
        _("Take it out of the archive and put it into the document if it is the right one."),
    ),
    "inn_wrong": Entry(
        _("The INN “%(inn)s” has a typing error; the buyer was not looked for by it."),
        _("Ask the buyer for the right INN and enter it in the counterparty."),
    ),
    "buyer_fields_not_read": Entry(
        _("These fields of the new counterparty were not filled: %(fields)s."),
        _("Enter them in the counterparty by hand, or correct the field mapping in the shop's settings."),
    ),
    "buyer_not_updated": Entry(
        _("The contacts of counterparty “%(name)s” could not be changed: %(detail)s"),
        _("Correct the contacts in MoySklad by hand."),
    ),
    "positions_changed_on_both_sides": Entry(
        _("The goods of this order were changed on the site and in MoySklad document %(document)s."),
        _("Compare both versions, correct the document or the order by hand, then retry or discard."),
    ),
    "less_than_shipped": Entry(
        _("The order on the site has fewer pieces than document %(document)s has shipped already."),
        _("Compare both versions. If goods came back, make a refund on the site or a return in MoySklad, then retry."),
    ),
    "header_kept": Entry(
        _("Staff changed the document's header in MoySklad, so the site's news was not written over it: %(fields)s."),
        _("Copy what matters into the document by hand."),
    ),
    "status_conflict": Entry(
        _("Both sides changed this order: “%(state)s” in MoySklad, “%(status)s” on the site."),
        _("It was settled by the rule: MoySklad decides on closing, the site on payment and on a cancellation."),
    ),
    "edit_item_unknown": Entry(
        _("Goods were added in MoySklad that are not linked to anything on the site: %(lines)s."),
        _("Link these items (Products on the site → Link), then retry; or change the order on the site by hand."),
    ),
    "edit_decimal": Entry(
        _("“%(line)s” has a quantity of %(quantity)s in MoySklad; the site takes whole pieces only."),
        _("Change the order on the site by hand, then discard this."),
    ),
    "edit_of_charges": Entry(
        _("The price in MoySklad was lowered below what the order on the site can show."),
        _("Change the order on the site by hand, then discard this."),
    ),
    "edit_of_refunded": Entry(
        _("The goods of document %(document)s were changed in MoySklad, but the order on the site has refunds."),
        _("Change the order on the site by hand, then discard this."),
    ),
    "edit_total_differs": Entry(
        _("After the change in MoySklad its sum is %(remote)s, the order on the site is %(local)s."),
        _("The tax rates of the site may have changed since the order was placed; compare both."),
    ),
    # --- refunds and returns ------------------------------------------------------------------------
    "refund_line_unknown": Entry(
        _("Refund %(refund)s takes back something the order no longer has."),
        _("Enter what came back in MoySklad by hand and mark the refund as settled."),
    ),
    "refund_more_than_ordered": Entry(
        _("Refund %(refund)s takes back more than there is: %(what)s, %(asked)s asked for, %(left)s left."),
        _("Look whether the warehouse has entered this return already; then mark the refund as settled, or retry."),
    ),
    "refund_amount_only": Entry(
        _("Refund %(refund)s of %(amount)s %(currency)s names no goods, and the order was shipped."),
        _("MoySklad takes goods back only at their price: enter it by hand and mark the refund as settled."),
    ),
    "refund_price_differs": Entry(
        _("Refund %(refund)s pays back %(local)s %(currency)s, in MoySklad its goods cost %(remote)s %(currency)s."),
        _("A return cannot change prices: enter it in MoySklad by hand and mark the refund as settled."),
    ),
    "refund_rounding": Entry(
        _("Refund %(refund)s pays back %(local)s %(currency)s, its return in MoySklad is %(remote)s %(currency)s."),
        _("Nothing to do: the difference is rounding of prices to whole kopecks."),
    ),
    "refund_not_sent": Entry(
        _("Refund %(refund)s of %(amount)s %(currency)s concerns shipped goods; no return was made in MoySklad."),
        _("Enter the return in MoySklad by hand, or let the bridge do it in the shop's settings."),
    ),
    "refund_shipment_changed": Entry(
        _("The return for refund %(refund)s was refused, because the shipment has changed: %(detail)s"),
        _("Look at the shipment in MoySklad, then retry: the bridge decides anew by what is shipped now."),
    ),
    "refund_partly_returned": Entry(
        _("A part of refund %(refund)s was returned; the rest was refused, as the shipment has changed: %(detail)s"),
        _("Retry when the shipment is put right; or enter the rest in MoySklad by hand, its money too."),
    ),
    "refund_deleted_after_return": Entry(
        _("Refund %(refund)s was deleted on the site; it has documents in MoySklad: %(documents)s."),
        _("Delete these documents in MoySklad if the refund was a mistake, then mark the refund as settled."),
    ),
    "refund_return_removed": Entry(
        _("Document %(document)s, made for a refund of the site, was removed in MoySklad."),
        _("Restore it in MoySklad, or delete the refund on the site, if only one of both was meant."),
    ),
    "refund_not_read": Entry(
        _("Refunds of this order that cannot be read: %(refunds)s (%(detail)s)."),
        _("Enter in MoySklad by hand what they need, or delete them on the site and make them anew in whole kopecks."),
    ),
    "return_of_refund": Entry(
        _("Return %(document)s may be the one that refund %(refund)s of the site needs; no other refund was made."),
        _("If it is, mark the return as settled. If not, refund on the site by hand, then mark it as settled."),
    ),
    "return_of_unpaid": Entry(
        _("Return %(document)s belongs to an order nobody paid for, so no refund was made on the site."),
        _("Nothing to do. If the order was paid after all, make the refund on the site by hand."),
    ),
    "return_refund_deleted": Entry(
        _("Refund %(refund)s was deleted on the site, but its return %(document)s is still in MoySklad."),
        _("Remove the return if it was a mistake; otherwise refund on the site by hand and mark it as settled."),
    ),
    "return_line_unknown": Entry(
        _("Returned in MoySklad, but not in the order on the site: %(lines)s."),
        _("Make the refund on the site by hand and mark the return as settled."),
    ),
    "return_exceeds_order": Entry(
        _("The return takes back more than the order has left on the site: %(what)s, %(asked)s back, %(left)s left."),
        _("Look whether the refund was made on the site already; then mark the return as settled, or correct it."),
    ),
    "return_changed": Entry(
        _("Return %(document)s was changed in MoySklad after its refund had been made on the site."),
        _("Let the bridge make the refund anew (the buyer gets another mail), or mark the return as settled."),
    ),
    "return_removed": Entry(
        _("Return %(document)s was removed in MoySklad; its refund is still on the site."),
        _("Let the bridge delete the refund, or mark the return as settled."),
    ),
    "return_amount_differs": Entry(
        _("Return %(document)s is %(remote)s %(currency)s, its refund on the site %(local)s %(currency)s."),
        _("A refund follows the order's own prices. Nothing to do if prices in MoySklad were changed on purpose."),
    ),
    "expense_item_missing": Entry(
        _("MoySklad demands an expense item for money that is paid back, and none is chosen."),
        _("Choose the expense item of refunds in the shop's settings; the payment then goes by itself."),
    ),
    "link_doubtful": Entry(
        _("MoySklad has documents with this order's number, but neither the sum (%(local)s) nor the buyer agrees: "
          "%(documents)s."),
        _("On the page of the upload choose the document that is this order's, or have a new one made."),
    ),
    "link_several": Entry(
        _("Several documents in MoySklad fit this order (%(local)s): %(documents)s."),
        _("On the page of the upload choose the document that is this order's, or have a new one made."),
    ),
    "link_in_bin": Entry(
        _("The document of this order is in MoySklad's bin: %(documents)s."),
        _("Restore it there and repeat the upload, or have a new one made on the page of the upload."),
    ),
    "link_taken": Entry(
        _("The document that fits this order is another order's as well: %(documents)s."),
        _("Compare the orders in MoySklad and on the site; on the page of the upload have a new document made."),
    ),
    "upload_open": Entry(
        _("The shop %(shop)s has an upload that has not ended yet."),
        _("Wait until it is finished, or cancel it, then start the next one."),
    ),
    "document_gone": Entry(
        _("Document %(document)s was deleted in MoySklad, or moved to the bin."),
        _("Choose: create it again, leave it so, or cancel the order on the site."),
    ),
    "sum_differs": Entry(
        _("MoySklad counts %(remote)s, the order on the site is %(local)s."),
        _("A minimum price or a discount rule in MoySklad may have changed a price; compare the document."),
    ),
    "status_left_to_people": Entry(
        _("Document %(document)s is “%(state)s” in MoySklad, but the order on the site is “%(site)s”."),
        _("The site was left as it is. Change the status there by hand if you want to, then discard this."),
    ),
    # --- the other side's word ------------------------------------------------------------------------
    "auth": Entry(
        _("%(system)s does not accept the login: %(detail)s"),
        _("Enter a new token or new keys in the connection; everything waiting then goes by itself."),
    ),
    "forbidden": Entry(
        _("%(system)s does not allow this action: %(detail)s"),
        _("Give the bridge's user the missing right, then retry."),
    ),
    "not_found": Entry(
        _("%(system)s does not find the object: %(detail)s"),
        _("It was probably deleted there. Discard this message, or link the item again and retry."),
    ),
    "refused": Entry(
        _("%(system)s refused: %(detail)s (code %(code)s)"), _("Correct the cause named here, then retry.")
    ),
    "name_taken": Entry(
        _("MoySklad already has a document with this number: %(detail)s"),
        _("Set a prefix for document numbers in the shop's settings, then retry."),
    ),
    "reference_missing": Entry(
        _("The document names something MoySklad no longer has: %(detail)s"),
        _("Check that goods, warehouse, organization and state still exist there; link the item again, then retry."),
    ),
    "account_mismatch": Entry(
        _("MoySklad refuses the bank account in the document, it belongs to another organization: %(detail)s"),
        _("Choose an account of the document's own organization in the shop's settings (Documents), then retry."),
    ),
    "closed_period": Entry(
        _("The period the document's date falls into is closed in MoySklad: %(detail)s"),
        _("Open the period in MoySklad (Settings → Company settings), then retry; or enter it by hand, then discard."),
    ),
    "net_dns": Entry(_("The address of %(system)s is not known to the network."), _ADDRESS),
    "net_refused": Entry(_("Nobody answers at the address of %(system)s."), _AGAIN),
    "net_timeout": Entry(_("%(system)s did not answer in time."), _AGAIN),
    "net_cut": Entry(_("The connection to %(system)s broke off."), _AGAIN),
    "net_tls": Entry(_("The certificate of %(system)s is not valid."), _ADDRESS),
    "net_html": Entry(
        _("%(system)s answers with a web page instead of data."),
        _("Look at the site: a security plugin, a maintenance page or a redirect may stand before its API."),
    ),
    "net_shape": Entry(
        _("%(system)s answers with something that cannot be read."),
        _("Look at the site: a plugin may print into the answers of its API."),
    ),
    "rest_no_route": Entry(
        _("%(system)s has no API at this address."),
        _("Check that WooCommerce is active and that permalinks are not set to “Plain”."),
    ),
    "away": Entry(
        _("%(system)s does not answer: %(detail)s"), _AGAIN
    ),
    "outcome_unknown": Entry(
        _("The answer of %(system)s was lost: %(detail)s"),
        _("Nothing to do: the bridge looks whether it was done before sending again."),
    ),
    "wrong_host": Entry(
        _("The address was not called: %(detail)s"), _("Correct the address of the connection.")
    ),
    "internal": Entry(
        _("An error of the bridge: %(detail)s"),
        _("Retry; if it repeats, send this text to whoever looks after the bridge."),
    ),
}  # fmt: skip

# Parameters with a figure, and those with a status of the site.
_FIGURES = {"amount", "asked", "left", "lines", "local", "quantity", "remote", "total"}
_SITE_STATUSES = {("status_conflict", "status"), ("status_left_to_people", "site")}
_UNKNOWN = Entry(
    _("Unknown reason “%(code)s”."), _("Retry; if it repeats, ask whoever looks after the bridge.")
)


def sentence(code: str, params: Mapping[str, object]) -> str:
    """What happened, ready to read; parameters the sentence lacks show as '?'."""
    if not code:
        return ""
    values: defaultdict[str, object] = defaultdict(lambda: "?", code=code)
    values |= {name: _readable(code, name, str(value)) for name, value in params.items()}
    return str(CATALOGUE.get(code, _UNKNOWN).sentence) % values


def _readable(code: str, name: str, value: str) -> str:
    if (code, name) in _SITE_STATUSES:
        return wording.status(value)
    if name == "source":
        return str(SOURCES.get(value, value))
    if name == "documents":
        return wording.documents(value)
    return wording.amount(value) if name in _FIGURES else wording.quotes(value)


def remedy(code: str) -> str:
    """What a person can do about it."""
    return str(CATALOGUE.get(code, _UNKNOWN).remedy) if code else ""
