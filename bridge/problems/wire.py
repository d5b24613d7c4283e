"""The other side's word: it does not answer, or refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Entry, Kind, Retry

_AGAIN = _("Nothing to do: it is tried again by itself until it answers.")
_ADDRESS = _("Check the address of the connection.")
ENTRIES: dict[str, Entry] = {
    "auth": Entry(
        _("%(system)s does not accept the login: %(detail)s"),
        _("Enter a new token or new keys in the connection; everything waiting then goes by itself."),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "forbidden": Entry(
        _("%(system)s does not allow this action: %(detail)s"),
        _("Give the bridge's user the missing right, then retry."),
        Kind.GIVE_RIGHT,
        Retry.PERSON,
    ),
    "not_found": Entry(
        _("%(system)s does not find the object: %(detail)s"),
        _("It was probably deleted there. Discard this message, or link the item again and retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "refused": Entry(
        _("%(system)s refused: %(detail)s (code %(code)s)"),
        _("Correct the cause named here, then retry."),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "name_taken": Entry(
        _("MoySklad already has a document with this number: %(detail)s"),
        _("Set a prefix for document numbers in the shop's settings, then retry."),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "reference_missing": Entry(
        _("The document names something MoySklad no longer has: %(detail)s"),
        _(
            "Check that goods, warehouse, organization and state still exist there; link the item again, then retry."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "account_mismatch": Entry(
        _(
            "MoySklad refuses the bank account in the document, it belongs to another organization: %(detail)s"
        ),
        _(
            "Choose an account of the document's own organization in the shop's settings (Documents), then retry."
        ),
        Kind.FIX_SETTINGS,
        Retry.PERSON,
    ),
    "closed_period": Entry(
        _("The period the document's date falls into is closed in MoySklad: %(detail)s"),
        _(
            "Open the period in MoySklad (Settings → Company settings), then retry; or enter it by hand, then discard."
        ),
        Kind.RETRY,
        Retry.PERSON,
    ),
    "net_dns": Entry(
        _("The address of %(system)s is not known to the network."),
        _ADDRESS,
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "net_refused": Entry(
        _("Nobody answers at the address of %(system)s."),
        _AGAIN,
        Kind.WAIT,
        Retry.CONNECTION,
    ),
    "net_timeout": Entry(
        _("%(system)s did not answer in time."),
        _AGAIN,
        Kind.WAIT,
        Retry.CONNECTION,
    ),
    "net_cut": Entry(
        _("The connection to %(system)s broke off."),
        _AGAIN,
        Kind.WAIT,
        Retry.CONNECTION,
    ),
    "net_tls": Entry(
        _("The certificate of %(system)s is not valid."),
        _ADDRESS,
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "net_html": Entry(
        _("%(system)s answers with a web page instead of data."),
        _("Look at the site: a security plugin, a maintenance page or a redirect may stand before its API."),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "net_shape": Entry(
        _("%(system)s answers with something that cannot be read."),
        _("Look at the site: a plugin may print into the answers of its API."),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "rest_no_route": Entry(
        _("%(system)s has no API at this address."),
        _("Check that WooCommerce is active and that permalinks are not set to “Plain”."),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "away": Entry(
        _("%(system)s does not answer: %(detail)s"),
        _AGAIN,
        Kind.WAIT,
        Retry.CONNECTION,
    ),
    "outcome_unknown": Entry(
        _("The answer of %(system)s was lost: %(detail)s"),
        _("Nothing to do: the bridge looks whether it was done before sending again."),
        Kind.WAIT,
        Retry.LOOK_FIRST,
    ),
    "wrong_host": Entry(
        _("The address was not called: %(detail)s"),
        _("Correct the address of the connection."),
        Kind.FIX_CONNECTION,
        Retry.CONNECTION,
    ),
    "internal": Entry(
        _("The bridge met an error of its own."),
        _("Retry; if it repeats, tell whoever looks after the bridge when it was: the log names the cause."),
        Kind.RETRY,
        Retry.PERSON,
    ),
}
