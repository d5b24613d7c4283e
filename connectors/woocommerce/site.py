"""What a site says about itself: versions, currency, order states, payment, shipping, taxes.

Source: REST API documentation, "System status", "Settings", "Payment gateways", "Shipping zones", "Tax rates".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from connectors.errors import TransientError
from connectors.woocommerce.wire import (
    OrderStatus,
    PaymentGateway,
    ShippingMethod,
    ShippingZone,
    SiteInfo,
    SiteReport,
    SiteSettings,
    Tax,
)

if TYPE_CHECKING:
    from connectors.woocommerce.client import WooCommerce


class Site:
    """Reached as `WooCommerce.site`."""

    def __init__(self, client: WooCommerce) -> None:
        self._client = client

    def info(self) -> SiteInfo:
        """One call; raises AuthError or Forbidden when the key may not read it."""
        return self._info(self._client.get("system_status", _fields="environment,settings"))

    def report(self) -> SiteReport:
        """The same with what a diagnosis asks: one call, a heavier one for the site."""
        status = self._client.get("system_status", _fields="environment,settings,active_plugins")
        info = self._info(status)
        plugins = status.get("active_plugins")
        return {
            **info,
            "wp_cron": bool(status["environment"].get("wp_cron", True)),
            "plugins": [
                {"plugin": str(row.get("plugin", "")), "version": str(row.get("version", ""))}
                for row in (plugins if isinstance(plugins, list) else [])
                if isinstance(row, dict)
            ],
            "server_time": self._client.server_time,
        }

    @staticmethod
    def _info(status: Any) -> SiteInfo:
        try:
            environment: dict[str, Any] = status["environment"]
            settings: dict[str, Any] = status["settings"]
            return {
                "home_url": str(environment["home_url"]),
                "woocommerce": str(environment["version"]),
                "wordpress": str(environment["wp_version"]),
                "php": str(environment.get("php_version", "")),
                "language": str(environment.get("language", "")),
                "currency": str(settings["currency"]),
                "decimals": int(settings["number_of_decimals"]),
                "hpos": bool(settings.get("HPOS_enabled")),
            }
        except (KeyError, TypeError, ValueError) as exc:
            raise TransientError(
                "The site's status report cannot be read.", code="net_shape", why="unreadable"
            ) from exc

    def statuses(self) -> list[OrderStatus]:
        """Order statuses with their names in the site's language, those of plugins too; slugs without
        `wc-`.
        """
        return cast(list[OrderStatus], self._client.get("orders/statuses"))

    def payment_gateways(self) -> list[PaymentGateway]:
        """Payment methods, switched on or not."""
        return cast(list[PaymentGateway], self._client.get("payment_gateways"))

    def settings(self) -> SiteSettings:
        """The money and the place of the shop, in one call."""
        rows = self._client.get("settings/general")
        try:
            values = {str(row["id"]).removeprefix("woocommerce_"): row.get("value") for row in rows}
            country, _, state = str(values["default_country"]).partition(":")
            return {
                "currency": str(values["currency"]),
                "decimals": int(values["price_num_decimals"]),
                "country": country,
                "state": state,
                "taxes": values.get("calc_taxes") == "yes",
            }
        except (AttributeError, KeyError, TypeError, ValueError) as exc:
            raise TransientError(
                "The site's settings cannot be read.", code="net_shape", why="unreadable"
            ) from exc

    def weight_unit(self) -> str:
        """The unit weights of products are in: kg, g, lbs or oz."""
        row = self._client.get("settings/products/woocommerce_weight_unit")
        value = row.get("value") if isinstance(row, dict) else None
        if not isinstance(value, str) or not value:
            raise TransientError(
                "The site's unit of weight cannot be read.", code="net_shape", why="unreadable"
            )
        return value

    def shipping_zones(self) -> list[ShippingZone]:
        return cast(list[ShippingZone], self._client.get("shipping/zones"))

    def shipping_methods(self, zone_id: int) -> list[ShippingMethod]:
        """The methods of one zone, switched on or not."""
        return cast(list[ShippingMethod], self._client.get(f"shipping/zones/{int(zone_id)}/methods"))

    def taxes(self) -> list[Tax]:
        """All tax rates; none while taxes are off."""
        return cast(list[Tax], list(self._client.rows("taxes")))
