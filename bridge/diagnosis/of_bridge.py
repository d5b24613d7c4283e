"""The bridge itself: its database, its workers, its address."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from bridge.diagnosis.findings import Found, bad, note, ok, warn
from bridge.diagnosis.look import Look
from bridge.status import heartbeat_age, lag
from connectors.transport.hosts import is_loopback
from connectors.transport.trust import session_of_this_machine

# Seconds a due event or message may wait while all is well.
LATE = 120.0
OWN_ADDRESS_WITHIN = 10.0


def database(_look: Look) -> Found:
    """It answers, and its tables are those of this version."""
    begun = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    took = round((time.monotonic() - begun) * 1000)
    executor = MigrationExecutor(connection)
    if waiting := len(executor.migration_plan(executor.loader.graph.leaf_nodes())):
        return bad("database_old", count=waiting)
    return ok("database_answers", system=connection.vendor, ms=took)


def queue(_look: Look) -> Found:
    """Workers take what is due."""
    now = timezone.now()
    age, late = heartbeat_age(now), round(lag(now))
    if age is None:
        return bad("queue_never")
    if age > settings.HEARTBEAT_TIMEOUT:
        return bad("queue_silent", seconds=round(age))
    if late > LATE:
        return warn("queue_late", seconds=late)
    return ok("queue_works", seconds=round(age))


def address(_look: Look) -> Found:
    """Where sites and MoySklad reach the bridge, tried from here."""
    url = settings.BRIDGE_PUBLIC_URL
    if not url:
        return warn("address_none")
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        return warn("address_open", url=url)
    try:
        with session_of_this_machine() as session:
            answer = session.get(f"{url}/healthz", timeout=OWN_ADDRESS_WITHIN, allow_redirects=False)
    except requests.exceptions.SSLError:
        return bad("address_certificate", url=url)
    except requests.RequestException:
        return note("address_unseen", url=url)
    if answer.status_code != 200:
        return bad("address_other", url=url, status=answer.status_code)
    # The bridge itself speaks no TLS, so something in front of it does.
    if parts.scheme == "https" and not settings.BEHIND_PROXY:
        return warn("address_proxy", url=url)
    return ok("address_reached", url=url)
