"""Why a shop could not be connected: the HTTP status, and what a person reads and does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge import problems


class Reason(NamedTuple):
    status: int
    sentence: str | Promise
    remedy: str | Promise


_NEW_CODE = _("Get a new code in the bridge (Connect a shop) and paste it here.")

REASONS: dict[str, Reason] = {
    "code_unknown": Reason(404, _("The bridge does not know this code."), _NEW_CODE),
    "code_expired": Reason(410, _("This code is older than 15 minutes."), _NEW_CODE),
    "code_used": Reason(409, _("This code was used already."), _NEW_CODE),
    "code_spent": Reason(410, _("This code failed too often."), _NEW_CODE),
    "denied": Reason(
        403,
        _("WooCommerce was told not to give keys to the bridge. Nothing was connected."),
        _("Ask once more and choose “Approve” there, or connect another way."),
    ),
    "code_busy": Reason(
        409, _("The bridge is checking this code at this moment."), _("Wait a minute and try again.")
    ),
    "not_tls": Reason(
        403,
        _("The bridge's address does not begin with https://, so keys must not be sent to it."),
        _("Give the bridge an address with a certificate (BRIDGE_PUBLIC_URL) and get a new code."),
    ),
    "other_account": Reason(
        409,
        _("This shop is connected with another MoySklad account."),
        _("Choose that account in the bridge when you get the code."),
    ),
}
# The shop was called back and did not answer as it should. What happened stands in the catalogue of problems; what to
# do does not, since nothing of this is tried again by itself and no key was ever typed.
CALLED_BACK_STATUS = 422
_RIGHTS = _(
    "The key is minutes old, so look at what stands between: the person chosen at “The bridge works as” must be "
    "allowed to manage the shop, and the hosting must pass the header “Authorization” on. Then connect again with "
    "the same code."
)
_WAY = _(
    "The bridge must reach the shop: look for a firewall, a password in front of the site or maintenance mode. Then "
    "connect again with the same code."
)


class PairingRefused(Exception):
    """`code` is one of REASONS, or a problem of the catalogue that the call to the shop ended with."""

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})

    @property
    def status(self) -> int:
        return REASONS[self.code].status if self.code in REASONS else CALLED_BACK_STATUS


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """What happened, in the reader's language."""
    return str(REASONS[code].sentence) if code in REASONS else problems.sentence(code, params)


def remedy(code: str) -> str:
    """What to do about it, in the reader's language."""
    if code in REASONS:
        return str(REASONS[code].remedy)
    return str(_RIGHTS if code in ("auth", "forbidden") else _WAY)
