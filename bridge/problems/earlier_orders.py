"""Older orders, and work of which a shop has one at a time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "link_doubtful": Entry(
        _(
            "MoySklad has documents with this order's number, but neither the sum (%(local)s) nor the buyer agrees: "
            "%(documents)s."
        ),
        _("On the page of the upload choose the document that is this order's, or have a new one made."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "link_several": Entry(
        _("Several documents in MoySklad fit this order (%(local)s): %(documents)s."),
        _("On the page of the upload choose the document that is this order's, or have a new one made."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "link_contested": Entry(
        _("MoySklad has documents that may be this order's (%(local)s) or another order's: %(documents)s."),
        _("On the page of the upload choose the document that is this order's, or have a new one made."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "link_in_bin": Entry(
        _("The document of this order is in MoySklad's bin: %(documents)s."),
        _("Restore it there and repeat the upload, or have a new one made on the page of the upload."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "link_taken": Entry(
        _("The document that fits this order is another order's as well: %(documents)s."),
        _(
            "Compare the orders in MoySklad and on the site; on the page of the upload have a new document made."
        ),
        Kind.NONE,
        Retry.PERSON,
    ),
    "upload_open": Entry(
        _("The shop %(shop)s has an upload that has not ended yet."),
        _("Wait until it is finished, or cancel it, then start the next one."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "retry_open": Entry(
        _("Messages of the shop %(shop)s are being tried again for this reason just now."),
        _("Wait until that is finished, or end it, then start again."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "nothing_to_retry": Entry(
        _("Nothing waits for this reason any more."),
        _("Nothing to do: it has gone by itself, or somebody else was faster."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "replay_open": Entry(
        _("Events of the shop %(shop)s are being processed again just now."),
        _("Wait until that is finished, or end it, then start again."),
        Kind.NONE,
        Retry.PERSON,
    ),
    "nothing_to_replay": Entry(
        _("No event fits."),
        _("Choose an earlier beginning, or events of both sides."),
        Kind.NONE,
        Retry.REMARK,
    ),
    "links_open": Entry(
        _("Links of the shop %(shop)s are being made or checked just now."),
        _("Wait until that is finished, then start again."),
        Kind.NONE,
        Retry.PERSON,
    ),
}
