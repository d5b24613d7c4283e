"""What a connection is set up with: the account, its user, organizations with their bank accounts, warehouses,
channels, currencies, and what a document or an address may name.

Source: dictionaries of those names; general part, "Employee context"; "Company settings".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from connectors.errors import TransientError
from connectors.moysklad.filters import Filter
from connectors.moysklad.wire import (
    Account,
    AssortmentItem,
    CompanySettings,
    Contract,
    Currency,
    Employee,
    Entity,
    Folder,
    Territory,
)

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad


class Directory:
    """Reached as `MoySklad.directory`. Lists leave archived entries out."""

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def organizations(self) -> list[Entity]:
        return self._all("organization")

    def organization_accounts(self, organization_id: str) -> list[Account]:
        """The bank accounts of an organization; in a body: `client.meta("account", id, of=organization_id)`."""
        rows = self._client.rows(f"entity/organization/{organization_id}/accounts")
        return cast(list[Account], list(rows))

    def stores(self) -> list[Entity]:
        """Warehouses; a child warehouse names its `parent`."""
        return self._all("store")

    def sales_channels(self) -> list[Entity]:
        return self._all("saleschannel")

    def currencies(self) -> list[Currency]:
        return cast(list[Currency], self._all("currency"))

    def price_types(self) -> list[Entity]:
        """The account's price types in its own order; the first is the one new goods get their price in."""
        found = self._client.get("context/companysettings/pricetype")
        if not isinstance(found, list):
            raise TransientError(
                "MoySklad answered with something that is not a list.", code="net_shape", why="unreadable"
            )
        return cast(list[Entity], found)

    def folders(self) -> list[Folder]:
        """Groups of goods; each names the `productFolder` it lies in."""
        return cast(list[Folder], self._all("productfolder"))

    def countries(self) -> list[Territory]:
        """Countries; `code` is the three digits of ISO 3166-1."""
        return cast(list[Territory], self._all("country"))

    def regions(self) -> list[Territory]:
        """The regions of Russia, with their `code`."""
        return cast(list[Territory], self._all("region"))

    def projects(self) -> list[Entity]:
        return self._all("project")

    def contracts(self) -> list[Contract]:
        return cast(list[Contract], self._all("contract"))

    def employees(self) -> list[Employee]:
        """Who may own a document."""
        return cast(list[Employee], self._all("employee"))

    def expense_items(self) -> list[Entity]:
        """What outgoing money is for; obligatory on `paymentout` and `cashout`."""
        return self._all("expenseitem")

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
        """The account's currency, price types and rules (`checkMinPrice`, `checkShippingStock` ...)."""
        return cast(CompanySettings, self._client.get("context/companysettings"))

    def account_id(self) -> str:
        """The id of the account, as webhooks carry it."""
        found = self.context_employee().get("accountId")
        if not found:
            raise TransientError("MoySklad did not name the account of this user.", why="no_account")
        return found

    def _all(self, kind: str) -> list[Any]:
        return list(self._client.rows(f"entity/{kind}"))
