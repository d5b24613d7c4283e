"""An account as the file may name it: the names it has, each as an id, and each id as a name again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bridge.configuration.errors import ConfigurationError
from bridge.connections.folders import paths
from bridge.connections.models import Connection, DirectoryEntry, Shop, Vendor

Kind = DirectoryEntry.Kind
# Counterparties and goods are too many to be kept in the directory: those a file names are looked up for it alone.
BUYER, ITEM = "buyer", "item"
LOOKED_UP = {BUYER: "counterparty", ITEM: "goods"}
CANDIDATES = 50


class Account(NamedTuple):
    """An account, perhaps not stored yet, and the names it has."""

    connection: Connection
    entries: Sequence[DirectoryEntry]


def known_account(shop: str, name: str, described: Iterable[str] = ()) -> Account:
    """An account the file does not describe, with the names read from it last. Raises ConfigurationError that lists
    the accounts there are, those the file has `described` too.
    """
    accounts = Connection.objects.filter(vendor=Vendor.MOYSKLAD)
    account = accounts.filter(name=name).first()
    if account is None:
        known = ", ".join(sorted({*accounts.values_list("name", flat=True), *described}))
        raise ConfigurationError(f"[shop.{shop}] there is no [moysklad.{name}]; known: {known or 'none'}")
    return Account(account, list(DirectoryEntry.objects.filter(connection=account)))


class Names:
    """The names that settings of one shop may use; `mistakes` collects those the account does not have.

    A folder of goods is named by its path: `Одежда/Платья`.
    """

    def __init__(self, entries: Iterable[DirectoryEntry], shop: Shop) -> None:
        self._entries = list(entries)
        self._paths = paths(entry for entry in self._entries if entry.kind == Kind.FOLDER)
        self._shop = shop
        self.mistakes: list[str] = []

    def find(self, kind: str, name: str, where: str, detail: str = "") -> str:
        """The id of the one entry with this name or id; '' after noting a mistake that lists the candidates.

        `detail`: only entries with this detail count.
        """
        if not name:
            return ""
        of_kind = self._of(kind, detail)
        found = [e for e in of_kind if self._called(e) == name] or [
            e for e in of_kind if e.external_id == name
        ]
        if len(found) == 1:
            return found[0].external_id
        what = label(kind)
        if found:
            ids = ", ".join(entry.external_id for entry in found)
            self.mistakes.append(f"{where}: several of “{name}” ({what}); write the id instead: {ids}")
        else:
            named = sorted(self._called(entry) for entry in of_kind)[:CANDIDATES]
            there = ", ".join(f"“{one}”" for one in named) or "none"
            self.mistakes.append(f"{where}: MoySklad has no “{name}” ({what}); there are: {there}")
        return ""

    def name(self, kind: str, external_id: str, detail: str = "") -> str:
        """What `find` understands as this id: its name, or the id where the name would not be enough."""
        of_kind = self._of(kind, detail)
        name = next((self._called(entry) for entry in of_kind if entry.external_id == external_id), "")
        alone = sum(1 for entry in of_kind if self._called(entry) == name) == 1
        return name if name and alone else external_id

    def _called(self, entry: DirectoryEntry) -> str:
        return self._paths.get(entry.external_id, entry.name) if entry.kind == Kind.FOLDER else entry.name

    def _of(self, kind: str, detail: str) -> list[DirectoryEntry]:
        """Entries of a kind; of bank accounts those of the shop's organization, once that is chosen."""
        found = [
            entry for entry in self._entries if entry.kind == kind and (not detail or entry.detail == detail)
        ]
        organization = self._shop.organization_id
        if kind == Kind.ACCOUNT and organization:
            return [entry for entry in found if entry.detail == organization]
        return found


def label(kind: str) -> str:
    return str(Kind(kind).label) if kind in Kind.values else LOOKED_UP[kind]
