"""The names of a shop's account as entries of select boxes; what is no longer there stays choosable and says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from django.utils.translation import gettext_lazy as _

from bridge.connections.folders import paths
from bridge.connections.models import DirectoryEntry, Shop
from bridge.dashboard.form_fields import Choices

Kind = DirectoryEntry.Kind
# Too many, and nothing is chosen from them here.
NOT_OFFERED = (Kind.COUNTRY, Kind.REGION, Kind.CURRENCY, Kind.DICTIONARY_VALUE)


class Directory:
    """Read once for a form (1 query)."""

    def __init__(self, shop: Shop) -> None:
        self._entries: dict[str, list[DirectoryEntry]] = defaultdict(list)
        rows = DirectoryEntry.objects.filter(connection=shop.account_id).exclude(kind__in=NOT_OFFERED)
        for row in rows.order_by("name"):
            self._entries[row.kind].append(row)

    def choices(self, kind: str, keep: Iterable[str] = (), detail: str = "") -> Choices:
        """(id, name) by name; `keep` are the ids chosen now. `detail`: only of those with this detail."""
        rows = (row for row in self._entries[kind] if not detail or row.detail == detail)
        found: Choices = [(row.external_id, self._name(row)) for row in rows]
        known = {external_id for external_id, _name in found}
        return found + [(gone, _("no longer in MoySklad")) for gone in keep if gone and gone not in known]

    @cached_property
    def folders(self) -> dict[str, str]:
        """The paths of the folders of goods, by their ids."""
        return paths(self._entries[Kind.FOLDER])

    def organization_of(self, account_id: str) -> str:
        """The organization a bank account belongs to; '' for an unknown one."""
        rows = (row for row in self._entries[Kind.ACCOUNT] if row.external_id == account_id)
        return next((row.detail for row in rows), "")

    def _name(self, row: DirectoryEntry) -> str:
        """A bank account says whose it is, where there are several organizations."""
        organizations = self._entries[Kind.ORGANIZATION]
        if row.kind != Kind.ACCOUNT or len(organizations) < 2:
            return row.name
        return f"{row.name} · {next((o.name for o in organizations if o.external_id == row.detail), '?')}"
