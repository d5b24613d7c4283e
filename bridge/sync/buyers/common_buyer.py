"""The one counterparty that stands for all retail buyers, found by the name its owner gives."""

from __future__ import annotations

import uuid

from bridge.connections import clients
from bridge.connections.models import Connection
from bridge.mapping.wire_text import plain
from connectors.moysklad.filters import Filter
from connectors.moysklad.limits import Priority

PATH = "entity/counterparty"
SUGGESTED = 20
Found = list[tuple[str, str]]


def candidates(account: Connection, wanted: str, known_id: str = "") -> Found:
    """(id, name) of every counterparty with exactly this name or id (1 call); of some that are like it, if none has.

    Where several share the name, the one chosen before (`known_id`) stays chosen.
    """
    client = clients.moysklad(account, Priority.ORDERS)  # a person waits
    exact = Filter().eq("id" if _is_id(wanted) else "name", wanted)
    found = [(str(row["id"]), plain(row.get("name"), 255)) for row in client.rows(PATH, filter=exact)]
    if not found and not _is_id(wanted):
        like = client.get(PATH, filter=str(Filter().contains("name", wanted)), limit=SUGGESTED)
        found = [(str(row["id"]), plain(row.get("name"), 255)) for row in like.get("rows", [])]
    return [one for one in found if one[0] == known_id] or found


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
