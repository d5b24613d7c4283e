"""What a connection is set up with: the account, its user, organizations, warehouses, channels, currencies.

Source: dictionaries of those names; general part, "Employee context"; "Company settings".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from connectors.errors import TransientError
from connectors.moysklad.filters import Filter
from connectors.moysklad.wire import AssortmentItem, CompanySettings, Currency, Employee, Entity

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad


class Directory:
    """Reached as `MoySklad.directory`. Lists leave archived entries out."""

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def organizations(self) -> list[Entity]:
        return self._all("organization")

    def stores(self) -> list[Entity]:
        """Warehouses; a child warehouse names its `parent`."""
        return self._all("store")

    def sales_channels(self) -> list[Entity]:
        return self._all("saleschannel")

    def currencies(self) -> list[Currency]:
        return cast(list[Currency], self._all("currency"))

    def services(self, name: str) -> list[AssortmentItem]:
        """The services of exactly this name; names are not unique."""
        rows = self._client.rows("entity/service", filter=Filter().eq("name", name))
        return cast(list[AssortmentItem], list(rows))

    def create_service(self, name: str) -> AssortmentItem:
        """Make a service, for instance the one that stands for shipping."""
        return cast(AssortmentItem, self._client.post("entity/service", {"name": name}))

    def context_employee(self) -> Employee:
        """Who the credentials belong to, with `permissions`: the cheapest proof that they work."""
        return cast(Employee, self._client.get("context/employee"))

    def company_settings(self) -> CompanySettings:
        return cast(CompanySettings, self._client.get("context/companysettings"))

    def account_id(self) -> str:
        """The id of the account, as webhooks carry it."""
        found = self.context_employee().get("accountId")
        if not found:
            raise TransientError("MoySklad did not name the account of this user.")
        return found

    def _all(self, kind: str) -> list[Any]:
        return list(self._client.rows(f"entity/{kind}"))
