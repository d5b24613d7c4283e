"""What each finding reads like, and what to do: sentences of the diagnosis; failed calls have the catalogue's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bridge import problems
from bridge.diagnosis import rights

Text = str | Promise

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_NEEDS_PLUGIN = _("Update the plugin Sklad Bridge on the site (Plugins → Add New → Upload).")
_PAIR = _("Connect the shop with a code: the set-up assistant, step “The shop”.")
_WORKERS = _("Start the worker again: manage.py worker, or the service that runs it.")

# Code → what was found, what to do about it ("" where nothing).
WORDS: dict[str, tuple[Text, Text]] = {
    "database_answers": (_("%(system)s answers in %(ms)s ms."), ""),
    "database_old": (
        _("The database is of an older version: %(count)s changes are not made yet."),
        _("Run manage.py migrate, then start the bridge again."),
    ),
    "queue_works": (_("Workers answer; the last sign of life was %(seconds)s s ago."), ""),
    "queue_never": (_("No worker has ever run."), _WORKERS),
    "queue_silent": (_("No worker has answered for %(seconds)s s."), _WORKERS),
    "queue_late": (
        _("What is due has waited for %(seconds)s s."),
        _("Look at it again in some minutes; if it grows, give the bridge more workers (WORKERS)."),
    ),
    "address_none": (
        _(
            "The bridge has no public address: it looks at both sides every few minutes, nobody can tell it anything."
        ),
        _("Give the bridge an address that begins with https:// (BRIDGE_PUBLIC_URL)."),
    ),
    "address_open": (
        _("%(url)s has no certificate, so shops do not send their keys there."),
        _("Give the bridge an address that begins with https:// (BRIDGE_PUBLIC_URL)."),
    ),
    "address_certificate": (
        _("The certificate of %(url)s is not valid."),
        _("Renew the certificate, or ask the hosting to."),
    ),
    "address_unseen": (
        _("%(url)s cannot be reached from the bridge itself. From outside it may still be."),
        _("Open the address in a browser. If that fails too, look at the firewall and the web server."),
    ),
    "address_other": (
        _("At %(url)s something else answers (%(status)s)."),
        _("Let the web server hand this address to the bridge."),
    ),
    "address_proxy": (
        _(
            "%(url)s answers, but the bridge takes its web server for everybody: whoever guesses passwords locks out"
            " all others with it."
        ),
        _("Set BEHIND_PROXY=true and start the bridge again."),
    ),
    "address_reached": (_("%(url)s answers."), ""),
    "site_answers": (_("WooCommerce %(woocommerce)s, WordPress %(wordpress)s, %(ms)s ms."), ""),
    "site_tls": (_("The connection is encrypted, the certificate is valid."), ""),
    "site_here": (_("The site runs on this very machine, without encryption."), ""),
    "site_open": (
        _("The connection is not encrypted: what goes to and from the site can be read on the way."),
        _("Ask the hosting for a certificate, then change the site's address to https://."),
    ),
    "site_clock_right": (_("The clocks agree (%(seconds)s s)."), ""),
    "site_clock_off": (
        _("The site's clock differs by %(seconds)s s."),
        _("Ask the hosting to set the clock."),
    ),
    "site_clock_wrong": (
        _("The site's clock differs by %(seconds)s s; signatures are refused from 300 s on."),
        _("Ask the hosting to set the clock."),
    ),
    "account_clock_right": (_("The clocks agree (%(seconds)s s)."), ""),
    "account_clock_off": (
        _("The bridge's clock differs from MoySklad's by %(seconds)s s."),
        _("Set the clock of the bridge's server (NTP)."),
    ),
    "account_clock_wrong": (
        _("The bridge's clock differs from MoySklad's by %(seconds)s s."),
        _("Set the clock of the bridge's server (NTP)."),
    ),
    "clock_unknown": (_("The answers do not tell the time."), ""),
    "site_hpos": (_("Orders lie in WooCommerce's own tables (HPOS)."), ""),
    "site_posts": (_("Orders lie among WordPress's posts. That works; WooCommerce recommends HPOS."), ""),
    "site_cron": (_("WP-Cron is on."), ""),
    "site_cron_off": (
        _("WP-Cron is switched off on the site."),
        _(
            "That is right where the hosting calls wp-cron.php by itself. Ask the hosting; otherwise events come late."
        ),
    ),
    "plugin_works": (_("Sklad Bridge %(version)s is connected."), ""),
    "plugin_none": (
        _("The plugin is not connected: orders are found by looking, every few minutes."),
        _PAIR,
    ),
    "plugin_old": (_("Sklad Bridge %(version)s is too old; %(needed)s is needed."), _NEEDS_PLUGIN),
    "plugin_refuses": (
        _("Sklad Bridge %(version)s does not take stock from the bridge."),
        _("Open the shop's settings: what is wrong stands above them."),
    ),
    "account_answers": (_("MoySklad answers in %(ms)s ms. The bridge works there as %(who)s."), ""),
    "rights_all": (_("The employee has all rights the bridge needs."), ""),
    "rights_missing": (
        _("The employee lacks rights. %(missing)s."),
        _("In MoySklad open “Settings → Employees”, choose this employee and allow what is named."),
    ),
    "budget_free": (_("%(used)s of %(calls)s calls in %(seconds)s s are in use."), ""),
    "budget_busy": (
        _("%(used)s of %(calls)s calls in %(seconds)s s are in use: calls wait for one another."),
        _("Nothing is lost. If it stays so, give the bridge an employee of its own in MoySklad."),
    ),
    "hooks_on": (_("MoySklad tells the bridge of changes (%(count)s notifications are on)."), ""),
    "hooks_none": (
        _("MoySklad has no notifications of this bridge yet."),
        _("They are made within a day; at once by “Schedule → MoySklad's notifications → Run now”."),
    ),
    "hooks_off": (
        _("MoySklad has switched off %(off)s of %(count)s notifications: the bridge was long not reached."),
        _(
            "They are switched on again within a day; at once by “Schedule → MoySklad's notifications → Run now”."
        ),
    ),
    "hooks_refused": (
        _("MoySklad's tariff or the employee's rights allow no notifications: changes are found by looking."),
        _(
            "Nothing is lost. For changes within seconds make the employee an administrator, or choose a paid tariff."
        ),
    ),
    "hooks_no_address": (
        _("Without a public address MoySklad cannot tell the bridge anything: changes are found by looking."),
        "",
    ),
    "chain_asked": (_("The plugin took the request, signed, and sent its test event."), ""),
    "chain_no_plugin": (_("The plugin is not connected, so it cannot be asked for a test event."), _PAIR),
    "chain_old_plugin": (_("The plugin is too old to be asked for a test event."), _NEEDS_PLUGIN),
    "chain_not_asked": (
        _("The plugin refused the request."),
        _("Connect the shop anew with a code: the set-up assistant, step “The shop”."),
    ),
    "chain_not_delivered": (
        _("The site could not deliver its test event: %(detail)s"),
        _("The site must reach the bridge's address: look for a firewall there, or ask the hosting."),
    ),
    "chain_came": (_("The test event arrived, its signature is right."), ""),
    "chain_lost": (
        _("The site says it delivered the test event, but it did not arrive here."),
        _("Something between answers in the bridge's place. Look at the web server in front of the bridge."),
    ),
    "chain_last_event": (_("The last event of the site came %(at)s."), ""),
    "chain_no_events": (_("No event of the site has ever come."), ""),
    "chain_handled": (_("A worker handled it %(ms)s ms later."), ""),
    "chain_not_handled": (_("No worker has handled it."), _WORKERS),
    "chain_nothing_to_handle": (_("There was no test event to handle."), ""),
    "chain_called": (_("MoySklad answered the worker."), ""),
    "chain_told": (_("MoySklad told of a test item %(seconds)s s after it was made."), ""),
    "chain_not_told": (
        _("MoySklad did not tell of a test item."),
        _("MoySklad must reach the bridge's address from outside: look at the firewall and the certificate."),
    ),
    "chain_not_made": (
        _("A test item could not be made in MoySklad."),
        _("For this test alone the employee needs the rights to create and delete goods."),
    ),
    "chain_last_hook": (_("MoySklad's last notification came %(at)s."), ""),
    "chain_no_hooks": (
        _("No notification of MoySklad has come yet. That is normal before the first change there."),
        "",
    ),
    "check_failed": (
        _("This could not be looked at: the bridge met an error of its own."),
        _("Ask whoever looks after the bridge; the log names the cause."),
    ),
}


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """What was found, in the reader's language."""
    if code not in WORDS:
        return problems.sentence(code, params)
    values: defaultdict[str, Any] = defaultdict(lambda: "?")
    values |= {name: _readable(name, value) for name, value in params.items()}
    return str(WORDS[code][0]) % values


def remedy(code: str) -> str:
    """What to do about it; '' where there is nothing to do."""
    return str(WORDS[code][1]) if code in WORDS else problems.remedy(code)


def _readable(name: str, value: Any) -> str:
    if name == "missing":
        return "; ".join(rights.words(list(value)))
    if name == "at":
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "SHORT_DATETIME_FORMAT")
    if name == "system":
        return DATABASES.get(value, str(value))
    return str(value)
