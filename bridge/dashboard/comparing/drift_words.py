"""What the desk calls differences and their repairs in few words: for filters and messages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.dashboard.words import Words

CAUSES: Words = {
    "drift_order_unheard": _("order never heard of"),
    "drift_order_not_sent": _("order not sent"),
    "drift_order_stuck": _("order could not be sent"),
    "drift_document_binned": _("document in the bin"),
    "drift_document_deleted": _("document deleted"),
    "drift_document_unlinked": _("document not linked"),
    "drift_document_replaced": _("document replaced"),
    "drift_order_doubled": _("several documents"),
    "drift_order_gone_here": _("order deleted on the site"),
    "drift_change_unheard": _("changed order not heard of"),
    "drift_sum_not_sent": _("changed order not sent"),
    "drift_sum_stuck": _("changed order could not be sent"),
    "drift_sum_changed_there": _("goods changed in MoySklad"),
    "drift_status_unheard": _("status not heard of"),
    "drift_state_unheard": _("state not heard of"),
    "drift_state_stuck": _("state could not be sent"),
    "drift_state_not_sent": _("state not sent"),
    "drift_state_differs": _("state and status differ"),
    "drift_stock_changed_here": _("number changed on the site"),
    "drift_stock_refused": _("number refused by the site"),
    "drift_stock_stuck": _("numbers could not be written"),
    "drift_stock_behind": _("number not written"),
    "drift_stock_sold_unheard": _("sold in an unknown order"),
    "drift_stock_not_kept": _("no stock kept on the site"),
    "drift_field_changed_here": _("field changed on the site"),
    "drift_field_refused": _("field refused by the site"),
    "drift_field_behind": _("field not written"),
    "drift_link_missing": _("sold without a link"),
    "drift_link_no_sku": _("sold without a SKU"),
    "drift_link_kind": _("variation on one side only"),
    "drift_link_ambiguous": _("several items with one SKU"),
    "drift_link_new": _("new without a link"),
    "drift_link_sku_renamed": _("SKU changed on the site"),
    "drift_link_sku_emptied": _("SKU emptied on the site"),
    "drift_link_lost_sku": _("link lost with a changed SKU"),
    "drift_link_lost_here": _("linked, gone on the site"),
    "drift_link_lost_there": _("linked, gone in MoySklad"),
}

REPAIRS: Words = {
    "look_again": _("the order is read from the site again"),
    "look_there": _("the document is read again"),
    "send": _("the order is sent"),
    "create_again": _("a new document is made"),
    "link": _("the order is linked with the document"),
    "edit": _("the goods are carried to the site"),
    "site_goods": _("the site's goods are put into the document"),
    "status": _("the site gets the status of the document's state"),
    "state": _("the document gets the state of the site's status"),
    "stock": _("the number is written to the site"),
    "fields": _("the values are written to the site"),
}
