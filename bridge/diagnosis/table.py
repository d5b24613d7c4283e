"""THE TABLE of checks, in the order they are made and shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge.diagnosis import chain, of_account, of_bridge, of_site
from bridge.diagnosis.findings import Found, Later
from bridge.diagnosis.look import Look

BRIDGE, SITE, ACCOUNT, CHAIN = "bridge", "site", "account", "chain"
GROUPS: dict[str, str | Promise] = {
    BRIDGE: _("The bridge"),
    SITE: _("The site"),
    ACCOUNT: _("MoySklad"),
    CHAIN: _("A test event through the chain"),
}


class Check(NamedTuple):
    """`check` says what it found, or to look again later; look.Away for a call that failed."""

    code: str
    group: str
    title: str | Promise
    check: Callable[[Look], Found | Later]


CHECKS = (
    Check("database", BRIDGE, _("Database"), of_bridge.database),
    Check("queue", BRIDGE, _("Queue and workers"), of_bridge.queue),
    Check("address", BRIDGE, _("Public address"), of_bridge.address),
    Check("site", SITE, _("Answers"), of_site.answers),
    Check("site_tls", SITE, _("Protected connection (TLS)"), of_site.tls),
    Check("site_clock", SITE, _("Clock"), of_site.clock),
    Check("site_plugin", SITE, _("Plugin"), of_site.plugin),
    Check("site_cron", SITE, _("Background work (WP-Cron)"), of_site.cron),
    Check("site_hpos", SITE, _("Storage of orders (HPOS)"), of_site.hpos),
    Check("account", ACCOUNT, _("Answers"), of_account.answers),
    Check("account_rights", ACCOUNT, _("Rights"), of_account.allowed),
    Check("account_hooks", ACCOUNT, _("Notifications"), of_account.hooks),
    Check("account_clock", ACCOUNT, _("Clock"), of_account.clock),
    Check("account_budget", ACCOUNT, _("Limit of calls"), of_account.budget),
    Check("chain_asked", CHAIN, _("Bridge → site"), chain.asked),
    Check("chain_came", CHAIN, _("Site → bridge"), chain.came),
    Check("chain_handled", CHAIN, _("Bridge → worker"), chain.handled),
    Check("chain_called", CHAIN, _("Worker → MoySklad"), chain.called),
    Check("chain_told", CHAIN, _("MoySklad → bridge"), chain.told),
)


def checks_of(*, shop: bool) -> tuple[Check, ...]:
    """All of a shop; without one those of the bridge itself."""
    return CHECKS if shop else tuple(one for one in CHECKS if one.group == BRIDGE)
