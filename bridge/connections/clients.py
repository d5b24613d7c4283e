"""Clients made from stored connections: the only place where credentials meet the wire."""

from __future__ import annotations

from django.conf import settings

from bridge.connections.faults import require_no_pause
from bridge.connections.models import Connection
from bridge.connections.throttle import DatabaseStore
from connectors.moysklad.auth import Login, Token
from connectors.moysklad.client import MoySklad
from connectors.moysklad.limits import Budget, Governor, MemoryStore, Priority
from connectors.woocommerce.client import WooCommerce


def hook_prefix(connection: Connection) -> str:
    """The start of this account's webhook URLs; our own writes silence hooks under it. '' without a public URL."""
    if not settings.BRIDGE_PUBLIC_URL:
        return ""
    return f"{settings.BRIDGE_PUBLIC_URL}/hooks/moysklad/{connection.hook_token}/"


def budget() -> Budget:
    """What one account may be asked, by all our processes together."""
    return Budget(calls=settings.MOYSKLAD_CALLS, parallel=settings.MOYSKLAD_PARALLEL)


def usage(connection: Connection) -> dict[str, float]:
    """How much of the account's budget is in use at this moment."""
    now = Governor(DatabaseStore(connection.pk), budget()).usage()
    return {"used": round(now.calls, 2), "in_flight": now.in_flight, "waiting": sum(now.waiting.values())}


def moysklad(connection: Connection, priority: Priority = Priority.ORDERS, *, tenant: str = "") -> MoySklad:
    """A client of an account. Raises LeftAlone while it is paused, for those who respect that."""
    require_no_pause(connection)
    credentials = connection.credentials
    auth = (
        Token(credentials["token"])
        if credentials.get("token")
        else Login(credentials.get("login", ""), credentials.get("password", ""))
    )
    return MoySklad(
        connection.base_url,
        auth,
        # One that is not stored yet, being checked first, has nobody to share its budget with.
        governor=Governor(DatabaseStore(connection.pk) if connection.pk else MemoryStore(), budget()),
        priority=priority,
        tenant=tenant,
        webhook_prefix=hook_prefix(connection),
        allow_private=settings.BRIDGE_ALLOW_PRIVATE_HOSTS,
    )


def woocommerce(connection: Connection) -> WooCommerce:
    """A client of a site. Raises LeftAlone while it is paused, for those who respect that."""
    require_no_pause(connection)
    return WooCommerce(
        connection.base_url,
        connection.credentials.get("consumer_key", ""),
        connection.credentials.get("consumer_secret", ""),
        allow_private=settings.BRIDGE_ALLOW_PRIVATE_HOSTS,
    )
