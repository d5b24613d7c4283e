"""The site: whether it answers, and what of it the bridge depends on."""

from __future__ import annotations

import time
from datetime import datetime
from urllib.parse import urlsplit

from django.utils import timezone

from bridge.diagnosis.findings import Found, bad, note, ok, warn
from bridge.diagnosis.look import Look
from connectors.transport.hosts import is_loopback

# Seconds; the plugin refuses a signature that is five minutes off.
CLOCKS_MAY_DIFFER, CLOCKS_MUST_NOT_DIFFER = 30, 240
PLUGIN = "sklad-bridge/"
NEEDED_PLUGIN = (1, 3, 0)


def answers(look: Look) -> Found:
    begun = time.monotonic()
    site = look.site
    took = round((time.monotonic() - begun) * 1000)
    return ok("site_answers", woocommerce=site["woocommerce"], wordpress=site["wordpress"], ms=took)


def tls(look: Look) -> Found:
    parts = urlsplit(look.shop.site.base_url)
    if parts.scheme == "https":
        return ok("site_tls")  # a bad certificate would have refused the call
    if is_loopback(parts.hostname or ""):
        return note("site_here")
    return bad("site_open")


def clock(look: Look) -> Found:
    """The site's clock as its answers tell it, against ours."""
    told = look.site["server_time"]
    return compared(told, "site_clock")


def hpos(look: Look) -> Found:
    return ok("site_hpos") if look.site["hpos"] else note("site_posts")


def cron(look: Look) -> Found:
    return ok("site_cron") if look.site["wp_cron"] else note("site_cron_off")


def plugin(look: Look) -> Found:
    """The version is what the site lists, or what the plugin told when it was connected."""
    listed = next((row["version"] for row in look.site["plugins"] if row["plugin"].startswith(PLUGIN)), "")
    version = listed or look.shop.plugin_version
    if not version:
        return warn("plugin_none")
    if _numbers(version) < NEEDED_PLUGIN:
        return warn("plugin_old", version=version, needed=".".join(map(str, NEEDED_PLUGIN)))
    if look.shop.plugin_problem:
        return warn("plugin_refuses", version=version, reason=look.shop.plugin_problem)
    return ok("plugin_works", version=version)


def compared(told: datetime | None, code: str) -> Found:
    """A clock by what an answer's header said; network and rounding count for a second or two."""
    if told is None:
        return note("clock_unknown")
    apart = round(abs((timezone.now() - told).total_seconds()))
    if apart > CLOCKS_MUST_NOT_DIFFER:
        return bad(f"{code}_wrong", seconds=apart)
    return (
        warn(f"{code}_off", seconds=apart)
        if apart > CLOCKS_MAY_DIFFER
        else ok(f"{code}_right", seconds=apart)
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split(".") if part.isdigit())
