"""Subscriptions: webhooks on changes, and webhooks on stock. Administrators and paid tariffs only.

At most five addresses per kind and action for a user, one for a solution (30007); the same triple twice is
refused (30003); no right is 30004, the tariff 30006. Source: dictionaries, "Webhook", "Webhook on stock
change".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from connectors.moysklad.wire import StockWebhook, Webhook

if TYPE_CHECKING:
    from connectors.moysklad.client import MoySklad

Action = Literal["CREATE", "UPDATE", "DELETE"]
EntityType = Literal[
    "customerorder",
    "demand",
    "salesreturn",
    "paymentin",
    "cashin",
    "paymentout",
    "cashout",
    "counterparty",
    "product",
    "variant",
    "service",
    "bundle",
]
"""What the bridge may listen to. Shipments and payments by themselves: whether they also touch their order is
not documented."""
MAX_URL = 255


class Webhooks:
    """Reached as `MoySklad.webhooks`."""

    PATH = "entity/webhook"

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def list(self) -> list[Webhook]:
        """All of the account, those of other programs too."""
        return cast("list[Webhook]", list(self._client.rows(self.PATH)))

    def create(self, url: str, entity_type: EntityType, action: Action, *, fields: bool = False) -> Webhook:
        """Subscribe. `fields`: an UPDATE names the fields that changed (`updatedFields`)."""
        body = {"url": _checked(url), "action": action, "entityType": entity_type}
        if fields and action == "UPDATE":
            body["diffType"] = "FIELDS"
        return cast(Webhook, self._client.post(self.PATH, body))

    def enable(self, webhook_id: str, enabled: bool = True) -> Webhook:
        """Switch on again what MoySklad or a person switched off, or off."""
        return cast(Webhook, self._client.put(f"{self.PATH}/{webhook_id}", {"enabled": enabled}))

    def delete(self, webhook_id: str) -> None:
        self._client.delete(f"{self.PATH}/{webhook_id}")


class StockWebhooks:
    """Reached as `MoySklad.stock_webhooks`. They tell of physical stock only, every 1 to 5 minutes."""

    PATH = "entity/webhookstock"

    def __init__(self, client: MoySklad) -> None:
        self._client = client

    def list(self) -> list[StockWebhook]:
        return cast("list[StockWebhook]", list(self._client.rows(self.PATH)))

    def create(self, url: str, report_type: Literal["all", "bystore"] = "all") -> StockWebhook:
        body = {"url": _checked(url), "enabled": True, "stockType": "stock", "reportType": report_type}
        return cast(StockWebhook, self._client.post(self.PATH, body))

    def enable(self, webhook_id: str, enabled: bool = True) -> StockWebhook:
        return cast(StockWebhook, self._client.put(f"{self.PATH}/{webhook_id}", {"enabled": enabled}))

    def delete(self, webhook_id: str) -> None:
        self._client.delete(f"{self.PATH}/{webhook_id}")


def _checked(url: str) -> str:
    if len(url) > MAX_URL:
        raise ValueError(f"the address of a webhook has at most {MAX_URL} characters")
    return url
