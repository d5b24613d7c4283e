"""What a site tells of itself: money, place, payment, shipping, taxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.errors import TransientError
from connectors.woocommerce.client import WooCommerce

API = "/wp-json/wc/v3"

Make = Callable[..., WooCommerce]


def settings(**values: str) -> list[dict[str, str]]:
    return [{"id": f"woocommerce_{name}", "value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("country", "decimals", "taxes", "wanted"),
    [
        ("RU", "2", "no", {"country": "RU", "state": "", "decimals": 2, "taxes": False}),
        ("US:CA", "0", "yes", {"country": "US", "state": "CA", "decimals": 0, "taxes": True}),
    ],
)
def test_the_settings_of_a_shop(
    make_shop: Make, stub: Any, reply: Any, country: str, decimals: str, taxes: str, wanted: dict[str, Any]
) -> None:
    rows = settings(
        default_country=country, currency="RUB", price_num_decimals=decimals, calc_taxes=taxes, other="x"
    )
    stub.replies(reply(200, rows))
    assert make_shop().site.settings() == wanted | {"currency": "RUB"}
    assert stub.seen[0].path == f"{API}/settings/general"


@pytest.mark.parametrize("body", [[], {}, ["x"], settings(default_country="RU", currency="RUB")])
def test_settings_that_cannot_be_read_are_a_passing_fault(
    make_shop: Make, stub: Any, reply: Any, body: Any
) -> None:
    stub.replies(reply(200, body))
    with pytest.raises(TransientError, match="settings"):
        make_shop().site.settings()


def test_what_orders_refer_to_as_captured(make_shop: Make, stub: Any, reply: Any, payload: Any) -> None:
    captures = {
        "/shipping/zones": payload("woocommerce/shipping_zones.json"),
        "/taxes": payload("woocommerce/taxes.json"),
        "/payment_gateways": payload("woocommerce/payment_gateways.json"),
        "/orders/statuses": payload("woocommerce/order_statuses.json"),
    }

    def answer(request: Any) -> Any:
        capture = captures[request.path.removeprefix(API)]
        return reply(200, capture["body"], capture["headers"])

    stub.script = answer
    site = make_shop().site
    assert [(zone["id"], zone["name"]) for zone in site.shipping_zones()][1] == (1, "Россия")
    assert [(tax["rate"], tax["compound"], tax["shipping"]) for tax in site.taxes()] == [
        ("20.0000", False, True)
    ]
    assert {"bacs", "cheque", "cod"} <= {gateway["id"] for gateway in site.payment_gateways()}
    assert "on-hold" in {status["slug"] for status in site.statuses()}


def test_the_shipping_methods_of_a_zone(make_shop: Make, stub: Any, reply: Any) -> None:
    method = {"instance_id": 1, "method_id": "flat_rate", "title": "Курьер", "enabled": True}
    stub.replies(reply(200, [method]))
    assert make_shop().site.shipping_methods(1) == [method]
    assert stub.seen[0].path == f"{API}/shipping/zones/1/methods"


def test_the_report_of_a_real_site_tells_of_its_background_work_and_plugins(
    make_shop: Make, stub: Any, reply: Any
) -> None:
    captured = {
        "environment": {
            "home_url": "https://shop.example",
            "version": "11.0.1",
            "wp_version": "7.1",
            "wp_cron": False,
        },
        "settings": {"currency": "RUB", "number_of_decimals": 2, "HPOS_enabled": True},
        "active_plugins": [
            {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": "11.0.1"}
        ],
    }
    stub.replies(reply(200, captured))
    report = make_shop().site.report()
    assert (report["wp_cron"], report["hpos"]) == (False, True)
    assert report["plugins"] == [{"plugin": "woocommerce/woocommerce.php", "version": "11.0.1"}]


@pytest.mark.parametrize("plugins", [None, {}, ["x"]])
def test_a_report_without_plugins_names_none(make_shop: Make, stub: Any, reply: Any, plugins: Any) -> None:
    environment = {"home_url": "https://shop.example", "version": "11.0.1", "wp_version": "7.1"}
    settings_of = {"currency": "RUB", "number_of_decimals": 2}
    stub.replies(reply(200, {"environment": environment, "settings": settings_of, "active_plugins": plugins}))
    report = make_shop().site.report()
    assert (report["plugins"], report["wp_cron"]) == ([], True)
