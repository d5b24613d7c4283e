"""Fields of the document and its buyer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "attribute_required_missing": Entry(
        _(
            "MoySklad insists on the field “%(attribute)s”, and the order has nothing for it (source: %(source)s)."
        ),
        _(
            "Fill the field of the order on the site, choose another source for it in the shop's settings, or make it "
            "optional in MoySklad; then retry."
        ),
        Kind.FILL_FIELD,
        Retry.PERSON,
    ),
    "attribute_not_read": Entry(
        _("Fields of MoySklad cannot hold these values: %(fields)s."),
        _("Correct the value on the site, or choose another kind of field in MoySklad."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "attribute_not_in_dictionary": Entry(
        _("These values are not among those MoySklad knows: %(fields)s."),
        _("Add the value in MoySklad or correct it on the site; the field was left as it is."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "attribute_cut": Entry(
        _("The text was too long for these fields and was cut: %(fields)s."),
        _("Use a field of the type “long text” in MoySklad; the whole text is on the site."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "comment_cut": Entry(
        _("The comment of the document is full: %(count)s characters had no room."),
        _("Read the whole of it in the order on the site."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "planned_date_not_read": Entry(
        _("The delivery date “%(value)s” (field %(field)s) cannot be read."),
        _("Enter the planned date in the document by hand; the text stands in its comment."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "buyer_not_found": Entry(
        _("MoySklad has no counterparty for this buyer: %(buyer)s (in the archive: %(archived)s)."),
        _(
            "Create the counterparty in MoySklad with this e-mail, phone or INN, take it out of the archive, or let "
            "buyers be created in the shop's settings, then retry."
        ),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "buyers_several": Entry(
        _("%(count)s counterparties fit this buyer: %(names)s. The document names “%(used)s”."),
        _(
            "Merge or correct the counterparties in MoySklad; change the one in the document if it is the wrong one."
        ),
        Kind.NONE,
        Retry.REMARK,
    ),
    "buyer_archived": Entry(
        _("An archived counterparty fits this buyer and was not used: %(names)s."),
        _("Take it out of the archive and put it into the document if it is the right one."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "inn_wrong": Entry(
        _("The INN “%(inn)s” has a typing error; the buyer was not looked for by it."),
        _("Ask the buyer for the right INN and enter it in the counterparty."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "buyer_fields_not_read": Entry(
        _("These fields of the new counterparty were not filled: %(fields)s."),
        _("Enter them in the counterparty by hand, or correct the field mapping in the shop's settings."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "buyer_not_updated": Entry(
        _("The contacts of counterparty “%(name)s” could not be changed: %(detail)s"),
        _("Correct the contacts in MoySklad by hand."),
        Kind.NONE,
        Retry.REMARK,
    ),
}
