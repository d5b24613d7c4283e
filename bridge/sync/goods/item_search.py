"""Goods of an account by article, code or id: asked for, because all of them are too many to be listed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from bridge.connections import clients
from bridge.connections.models import Connection, DirectoryEntry
from bridge.mapping.goods_from_moysklad import product
from bridge.sync.goods.catalog_from_moysklad import KINDS
from connectors.moysklad.limits import Priority

ITEM = "item"


def candidates(account: Connection, words: Sequence[str]) -> list[DirectoryEntry]:
    """The items that these words mean, each by the word that means it; entries of no kind that is kept. Two calls for
    each kind of goods, three where a word is an id.
    """
    client = clients.moysklad(account, Priority.ORDERS)  # a person waits
    ids = [word for word in words if _is_id(word)]
    found: dict[tuple[str, str], DirectoryEntry] = {}
    for kind in KINDS:
        rows = client.assortment.by_ids(kind, ids) if ids else []
        for field in ("article", "code"):
            rows += client.assortment.by_field(kind, field, words)
        for item in map(product, rows):
            for word in {item["article"], item["code"], item["external_id"]} & set(words):
                entry = DirectoryEntry(kind=ITEM, external_id=item["external_id"], name=word)
                found[word, item["external_id"]] = entry
    return list(found.values())


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
