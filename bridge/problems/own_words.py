"""What the bridge itself says of a call, in the reader's language, where there is no word of a vendor to show.

Reasons as `connectors.errors.ConnectorError.why` and the channels of alerts name them; `words` in a sentence are those
the vendor did say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from bridge.problems.entry import Text

SENTENCES: dict[str, Text] = {
    "no_address": _("This is not an address. Enter it like https://shop.example"),
    "no_scheme": _("The address must begin with https:// (or http://)."),
    "holds_login": _("The address must not hold a login or password; enter them in their own fields."),
    "no_host": _("The address has no host name. Enter it like https://shop.example"),
    "too_long": _("The address must end before “?” or “#”. Enter it like https://shop.example"),
    "private": _(
        "%(host)s leads to %(address)s, an address inside a private network. Enter the public address, or have whoever "
        "looks after the bridge allow private hosts (BRIDGE_ALLOW_PRIVATE_HOSTS)."
    ),
    "redirects": _("The site redirects the API. Enter its final address."),
    "redirects_to": _("The site redirects to another address. Use %(address)s as the shop's address."),
    "account_redirects": _("MoySklad answered with a redirect, which was not followed."),
    "web_page": _("A web page answers at the address of MoySklad, not its API."),
    "outside": _("The address does not lie below that of the API."),
    "not_an_address": _("Nothing can be called at this address."),
    # --- no answer ---
    "name_unknown": _("The server's name cannot be found. Check the spelling."),
    "unreachable": _("The server cannot be reached."),
    "late": _("No answer came in time."),
    "cut": _("The connection was cut before the answer was complete."),
    "certificate": _("The server's certificate is not valid. Renew it or complete its chain."),
    "not_encrypted": _("The encrypted connection failed."),
    # --- an answer that says nothing ---
    "not_explained": _("The answer was an error without an explanation (HTTP %(status)s)."),
    "page_instead": _("A web page came instead of an answer (HTTP %(status)s)."),
    "not_json": _("The answer cannot be read (HTTP %(status)s)."),
    "unreadable": _("The answer cannot be read."),
    "empty": _("The answer was empty."),
    "too_much": _("The answer is too large."),
    "no_token": _("MoySklad gave no token. Issue one again."),
    "no_account": _("MoySklad did not name the account of this user."),
    # --- what was not sent, or not taken ---
    "keys": _(
        "%(words)s Check the consumer key and secret; if reading works, the key has no write permission. Also check "
        "the site's clock, and that its server passes the port and the Authorization header on."
    ),
    "no_route": _("%(words)s Is WooCommerce active, and are the site's permalinks other than “Plain”?"),
    "plugin_too_old": _("The plugin on the site does not know this call yet. Update it."),
    "pair_again": _(
        "The plugin does not take the bridge for its own. Connect the shop again with a new code."
    ),
    "clocks_differ": _("The clocks of the site and the bridge differ too much."),
    "copy_of_shop": _("The site is a copy of the shop, or nobody has said on it yet that it is not."),
    "may_not_set_stock": _("Whoever connected the plugin may not set stock on the site."),
    "too_large": _("What was to be sent is larger than the other side takes."),
    "wrong_kind": _("A value was of the wrong kind and was not sent: %(words)s"),
    "earlier_failed": _("It was not sent, because what was to go before it failed."),
    "slow_down": _("The other side asks to be called less often."),
    "budget": _("The calls this account allows are used up just now."),
    "buyer_gone": _("The buyer was deleted in MoySklad and is looked for anew."),
    "return_in_doubt": _(
        "Return %(document)s may be the bridge's own: whether it made one for a refund is being found out."
    ),
    "refund_in_doubt": _(
        "The site did not answer when a refund was made for return %(document)s. "
        "Whether it is there shows in a few minutes."
    ),
    "edit_in_doubt": _(
        "The site did not answer when the order was changed. Whether the change is there shows in a few minutes."
    ),
    "document_in_doubt": _(
        "MoySklad did not answer when the order was sent. Whether its document is there shows in a few minutes."
    ),
    # --- alerts ---
    "moved_again": _("The group is said to have moved again and again."),
    "not_telegram": _("What answers there is not Telegram."),
    "not_offered": _(
        "The server does not offer what it was asked for: the encryption, a login, or an address with letters that are "
        "not Latin."
    ),
}


def said(why: str, names: Mapping[str, object], detail: str) -> str:
    """The sentence for a reason; `detail`, as the connector said it, for one that nobody named."""
    values: defaultdict[str, object] = defaultdict(lambda: "?", names)
    return str(SENTENCES[why]) % values if why in SENTENCES else detail
