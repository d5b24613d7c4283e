"""Differences between the sides that a comparison finds: what it is, with its likely cause, and what to do about it.

Part of the catalogue: code → (sentence, remedy).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Text

_REPAIR = _("Press “Repair”.")
_READ = _("Press “Repair”: the bridge reads the order from the site again and carries it over.")
_WAITS = _("Remove the reason it names, then press “Repair”.")

DRIFTS: dict[str, tuple[Text, Text]] = {
    "comparison_open": (
        _("The shop %(shop)s is being compared already."),
        _("Wait until the comparison is finished, or end it, then start the next one."),
    ),
    # --- orders -----------------------------------------------------------------------------------
    "drift_order_unheard": (
        _("The order has no document in MoySklad: the bridge never heard of it. Its event was lost."),
        _READ,
    ),
    "drift_order_not_sent": (
        _("The order has no document in MoySklad, and nothing is on its way."),
        _("Press “Repair”: the order is sent."),
    ),
    "drift_order_stuck": (
        _("The order has no document in MoySklad, because it could not be sent: %(reason)s"),
        _WAITS,
    ),
    "drift_document_binned": (
        _("The document %(document)s of this order was moved to the bin in MoySklad."),
        _("Press “Repair” and a new document is made; or accept it, if it was removed on purpose."),
    ),
    "drift_document_deleted": (
        _("The document %(document)s of this order was deleted in MoySklad."),
        _("Press “Repair” and a new document is made; or accept it, if it was removed on purpose."),
    ),
    "drift_document_unlinked": (
        _(
            "MoySklad has the document %(document)s of this order, but the bridge does not know that it is "
            "the order's: an answer was lost, or somebody entered it."
        ),
        _("Press “Repair”: the order is linked with this document; nothing is changed in it."),
    ),
    "drift_document_replaced": (
        _("The document the bridge made is gone; MoySklad has another one of this order: %(document)s."),
        _("Keep one of them: restore the first from the bin in MoySklad, or remove the second."),
    ),
    "drift_order_doubled": (
        _("MoySklad has %(number)s documents of this one order."),
        _(
            "Look at both in MoySklad and remove the one that is too much (often made by another plugin, by hand, or "
            "restored from the bin), then compare the order again."
        ),
    ),
    "drift_order_gone_here": (
        _("The order is in the trash of the site or was deleted there; its document still stands."),
        _("Press “Repair” where it is offered; otherwise cancel the document in MoySklad, or accept it."),
    ),
    "drift_change_unheard": (
        _("The order was changed on the site, and the bridge has not heard of it: the event was lost."),
        _READ,
    ),
    "drift_sum_not_sent": (
        _("The order was changed on the site, and the change is not in the document."),
        _("Press “Repair”: the change is sent."),
    ),
    "drift_sum_stuck": (_("The sums differ, and the change waits: %(reason)s"), _WAITS),
    "drift_sum_changed_there": (
        _("The goods or prices of the document were changed in MoySklad."),
        _(
            "Accept it if staff meant it so. “Repair” makes both equal: it carries the goods to the site where the "
            "shop's settings allow it, otherwise it puts the site's goods back into the document."
        ),
    ),
    "drift_status_unheard": (
        _("The status was changed on the site, and the bridge has not heard of it: the event was lost."),
        _READ,
    ),
    "drift_state_unheard": (
        _("The state was changed in MoySklad, and the bridge has not heard of it: its notification was lost."),
        _("Press “Repair”: the document is read again, and the site gets the status its state means."),
    ),
    "drift_state_stuck": (_("State and status differ, and the change waits: %(reason)s"), _WAITS),
    "drift_state_not_sent": (
        _("The status was changed on the site, and the document has not got its state."),
        _("Press “Repair”: the state is sent."),
    ),
    "drift_state_differs": (
        _(
            "Both sides know of each other's last change and still say different things: the settings were changed "
            "since, or one side was put right by hand."
        ),
        _(
            "Look which one is right. “Repair” follows the document where its state means a status of the site, "
            "otherwise the site."
        ),
    ),
    # --- stock --------------------------------------------------------------------------------------
    "drift_stock_changed_here": (
        _("The number on the site was changed by hand or by another plugin; the bridge had written %(known)s."),
        _("Press “Repair”: the number of MoySklad is written again. Change stock in MoySklad only."),
    ),
    "drift_stock_refused": (
        _("The site refused the number: %(detail)s"), _("Correct the item on the site, then press “Repair”.")
    ),
    "drift_stock_stuck": (_("The numbers of this shop wait to be written: %(reason)s"), _WAITS),
    "drift_stock_behind": (_("The number changed in MoySklad and was not written to the site."), _REPAIR),
    "drift_stock_sold_unheard": (
        _("The site has sold pieces of it (%(pieces)s) in an order that the bridge has not heard of."),
        _(
            "Compare the orders: one that was lost is listed there. An order from before the bridge worked for the "
            "shop is sent by “Older orders”."
        ),
    ),
    "drift_stock_not_kept": (
        _("The site keeps no stock of this item, though it is linked."),
        _("Switch stock management on for it on the site, or accept it."),
    ),
    # --- prices and texts ---------------------------------------------------------------------------
    "drift_field_changed_here": (
        _("“%(field)s” follows MoySklad and was changed on the site by hand or by another plugin."),
        _("Press “Repair”: the value of MoySklad is written again. Or let the field belong to the site."),
    ),
    "drift_field_refused": (
        _("The site refused “%(field)s”: %(detail)s"),
        _("Correct the item on the site or in MoySklad, then press “Repair”."),
    ),
    "drift_field_behind": (_("“%(field)s” changed in MoySklad and was not written to the site."), _REPAIR),
    # --- links --------------------------------------------------------------------------------------
    "drift_link_missing": (
        _("It was sold and is linked with nothing: MoySklad has no item with the SKU “%(sku)s”."),
        _("Give the item in MoySklad this SKU, or link the two by hand."),
    ),
    "drift_link_no_sku": (
        _("It was sold and is linked with nothing: it has no SKU on the site."),
        _("Give it the SKU of its item in MoySklad, or link the two by hand."),
    ),
    "drift_link_kind": (
        _("It was sold and is linked with nothing: “%(sku)s” is a variation on one side only."),
        _("Make it a variation on both sides, or link the two by hand."),
    ),
    "drift_link_ambiguous": (
        _("Several items have the SKU “%(sku)s”: nobody can say which one it is."),
        _("Give each item its own SKU, or link this one by hand."),
    ),
    "drift_link_new": (
        _("It is new on the site and is linked with nothing."),
        _("Link it with its item of MoySklad, give both the same SKU, or accept it as one of the site's own."),
    ),
    "drift_link_sku_renamed": (
        _("It is linked by its SKU, which was “%(before)s” and is now “%(sku)s” on the site: the link will go."),
        _("Give it its SKU back, or link the two by hand: then the SKU does not matter."),
    ),
    "drift_link_sku_emptied": (
        _("It is linked by its SKU “%(before)s”, and now has none on the site: the link will go."),
        _("Give it its SKU back, or link the two by hand: then the SKU does not matter."),
    ),
    "drift_link_lost_sku": (
        _("It lost its link, because a SKU was changed or given twice; it is “%(sku)s” on the site now."),
        _("Link the two by hand, put the SKU right, or take the link away for good in the list of products."),
    ),
    "drift_link_lost_here": (
        _("It is linked, but no longer on the site."), _("Take the link away, or restore the item on the site.")
    ),
    "drift_link_lost_there": (
        _("It is linked with an item that is no longer in MoySklad."),
        _("Link it with another item, or take the link away."),
    ),
}  # fmt: skip

# Fields of goods (domain/fields.py), inside sentences.
FIELDS: dict[str, Text] = {
    "price": _("price"),
    "sale_price": _("sale price"),
    "name": _("name"),
    "description": _("description"),
    "weight": _("weight"),
    "barcode": _("barcode"),
}
