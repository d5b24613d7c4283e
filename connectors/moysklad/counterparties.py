"""Customers (`/entity/counterparty`): found by our keys, e-mail, phone or INN, since the API enforces no
uniqueness.

Source: dictionaries, "Counterparty".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from connectors.errors import ConnectorError
from connectors.moysklad.filters import Filter, in_parts
from connectors.moysklad.wire import Counterparty

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

PATH = "entity/counterparty"


class Counterparties:
    """Reached as `MoySklad.counterparties`. Archived ones are left out unless `archived` says otherwise."""

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def get(self, counterparty_id: str) -> Counterparty:
        return cast(Counterparty, self._client.get(f"{PATH}/{counterparty_id}"))

    def by_ids(self, ids: Iterable[str], *, archived: bool | None = False) -> list[Counterparty]:
        return self._by("id", ids, archived)

    def by_sync_ids(self, sync_ids: Iterable[str], *, archived: bool | None = False) -> list[Counterparty]:
        return self._by("syncId", sync_ids, archived)

    def by_external_codes(self, codes: Iterable[str], *, archived: bool | None = False) -> list[Counterparty]:
        return self._by("externalCode", codes, archived)

    def by_emails(self, emails: Iterable[str], *, archived: bool | None = False) -> list[Counterparty]:
        """Several counterparties may share an e-mail; the comparison is the API's (case as stored)."""
        return self._by("email", emails, archived)

    def by_phones(self, phones: Iterable[str], *, archived: bool | None = False) -> list[Counterparty]:
        """Phones are stored as typed: give every spelling that may occur."""
        return self._by("phone", phones, archived)

    def by_inns(self, inns: Iterable[str], *, archived: bool | None = False) -> list[Counterparty]:
        """Branches of a company share an INN and differ by `kpp`."""
        return self._by("inn", inns, archived)

    def create(self, body: Mapping[str, Any]) -> Counterparty:
        """Make one. The same `syncId` again gives the one made earlier, unchanged."""
        return cast(Counterparty, self._client.post(PATH, body))

    def update(self, counterparty_id: str, body: Mapping[str, Any]) -> Counterparty:
        return cast(Counterparty, self._client.put(f"{PATH}/{counterparty_id}", body))

    def save(self, bodies: Sequence[Mapping[str, Any]]) -> list[Counterparty | ConnectorError]:
        """Make or (elements with `meta`) change many; one result per element, in order."""
        return cast(list[Counterparty | ConnectorError], self._client.bulk(PATH, bodies))

    def _by(self, field: str, values: Iterable[str], archived: bool | None) -> list[Counterparty]:
        found: list[dict[str, Any]] = []
        for part in in_parts(field, values):
            wanted = with_archived(Filter().eq(field, *part), archived)
            found += self._client.rows(PATH, filter=wanted)
        return cast(list[Counterparty], found)


def with_archived(wanted: Filter, archived: bool | None) -> Filter:
    """False: only live ones, which is the API's default; True: only archived ones; None: both."""
    if archived is None:
        return wanted.eq("archived", True, False)
    return wanted.eq("archived", True) if archived else wanted
