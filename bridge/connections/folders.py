"""Folders of goods by their paths, as people know them: `Одежда/Платья`."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.connections.models import DirectoryEntry

BETWEEN = "/"


def paths(folders: Iterable[DirectoryEntry]) -> dict[str, str]:
    """The path of each folder by its id."""
    known = {folder.external_id: folder for folder in folders}
    return {external_id: BETWEEN.join(_names(external_id, known)) for external_id in known}


def _names(external_id: str, known: dict[str, DirectoryEntry]) -> list[str]:
    names: list[str] = []
    seen: set[str] = set()
    while external_id in known and external_id not in seen:
        seen.add(external_id)
        names.insert(0, known[external_id].name)
        external_id = known[external_id].detail
    return names
