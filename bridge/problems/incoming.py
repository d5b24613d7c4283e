"""What came in and cannot be read as it is."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

ENTRIES: dict[str, Entry] = {
    "payload_not_an_order": Entry(
        _("The message carries no order."),
        _("Update the plugin on the site; the order itself is found by polling."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "payload_field_missing": Entry(
        _("In what the site sent, there is no “%(field)s”."),
        _("Open the order on the site and save it again, then replay this event."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "payload_field_malformed": Entry(
        _("In what the site sent, “%(field)s” cannot be read."),
        _("Open the order on the site and save it again, then replay this event."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "amount_not_a_number": Entry(
        _("“%(value)s” is not an amount."),
        _("Correct the amount on the site and save the order."),
        Kind.RETRY,
        Retry.PERSON,
    ),
}
