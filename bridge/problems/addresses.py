"""Why an address is not called, in the reader's language: reasons as connectors.errors.WrongHost names them."""

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
}


def said(why: str, names: Mapping[str, object], detail: str) -> str:
    """The sentence for a reason; `detail`, as the connector said it, for one that nobody named."""
    values: defaultdict[str, object] = defaultdict(lambda: "?", names)
    return str(SENTENCES[why]) % values if why in SENTENCES else detail
