"""Who is calling: said to the API log as soon as a door knows it."""

from __future__ import annotations

from bridge.apilog.incoming import came_from
from bridge.connections.clients import secrets_of
from bridge.connections.models import Connection


def is_caller(connection: Connection) -> None:
    """The request in work is this connection's (or says so: it need not have proved it yet)."""
    shop = getattr(connection, "shop", None)
    came_from(connection.vendor, connection.pk, secrets_of(connection), shop.pk if shop else None)
