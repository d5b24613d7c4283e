"""The account: whether it answers, what the bridge may do there, whether it tells of changes."""

from __future__ import annotations

import time

from bridge.connections import clients
from bridge.diagnosis import rights
from bridge.diagnosis.findings import Found, bad, note, ok, warn
from bridge.diagnosis.look import Look
from bridge.diagnosis.of_site import compared

# Part of the budget in use at which calls begin to wait for one another.
BUSY = 0.9


def answers(look: Look) -> Found:
    begun = time.monotonic()
    employee = look.employee
    took = round((time.monotonic() - begun) * 1000)
    who = str(employee.get("fullName") or employee.get("name") or "")
    return ok("account_answers", who=who, ms=took)


def allowed(look: Look) -> Found:
    missing = rights.missing(look.employee.get("permissions") or {})
    return bad("rights_missing", missing=missing) if missing else ok("rights_all")


def clock(look: Look) -> Found:
    _ = look.employee
    return compared(look.account_client.server_time, "account_clock")


def budget(look: Look) -> Found:
    now = clients.usage(look.shop.account)
    figures = {"used": round(now["used"]), "calls": now["calls"], "seconds": round(now["window_seconds"])}
    if now["used"] > now["calls"] * BUSY or now["waiting"]:
        return warn("budget_busy", **figures)
    return ok("budget_free", **figures)


def hooks(look: Look) -> Found:
    """Our notifications there: as many as there should be, switched on, at the bridge's present address."""
    account = look.shop.account
    prefix = clients.hook_prefix(account)
    if not prefix:
        return note("hooks_no_address")
    if account.hooks_problem and account.hooks_problem != "no_public_url":
        return note("hooks_refused")
    rows = look.asked(account, lambda: [*look.account_client.webhooks.list()])
    ours = [row for row in rows if str(row.get("url") or "").startswith(prefix)]
    if not ours:
        return warn("hooks_none")
    off = [row for row in ours if not row.get("enabled", True)]
    if off:
        return warn("hooks_off", off=len(off), count=len(ours))
    return ok("hooks_on", count=len(ours))
