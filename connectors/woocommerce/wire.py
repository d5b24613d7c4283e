"""The shapes of WooCommerce's answers as far as the bridge reads them: plain dicts at run time, values
unchanged.

Money is a string ("1891.70"; coupons and products without fixed decimals), times `*_gmt` are UTC without a
"Z". Unknown fields come along untouched.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict


class Line(TypedDict, total=False):
    """`product_id` is the parent for a variation; `total` is net and after discounts; `price` is rounded."""

    id: int
    name: str
    product_id: int
    variation_id: int
    quantity: int | float
    subtotal: str
    subtotal_tax: str
    total: str
    total_tax: str
    taxes: list[dict[str, Any]]
    sku: str | None
    price: float
    meta_data: list[dict[str, Any]]


class Customer(TypedDict, total=False):
    id: int
    email: str
    first_name: str
    last_name: str
    role: str
    username: str
    billing: dict[str, str]
    shipping: dict[str, str]
    meta_data: list[dict[str, Any]]


class Order(TypedDict, total=False):
    id: int
    parent_id: int
    number: str
    order_key: str
    status: str
    currency: str
    prices_include_tax: bool
    date_created_gmt: str
    date_modified_gmt: str
    date_paid_gmt: str | None
    date_completed_gmt: str | None
    discount_total: str
    shipping_total: str
    total: str
    total_tax: str
    customer_id: int
    created_via: str
    customer_note: str
    payment_method: str
    payment_method_title: str
    transaction_id: str
    billing: dict[str, str]
    shipping: dict[str, str]
    line_items: list[Line]
    shipping_lines: list[dict[str, Any]]
    fee_lines: list[dict[str, Any]]
    coupon_lines: list[dict[str, Any]]
    tax_lines: list[dict[str, Any]]
    refunds: list[dict[str, Any]]
    meta_data: list[dict[str, Any]]


class OrderNote(TypedDict, total=False):
    id: int
    author: str
    date_created_gmt: str
    note: str
    customer_note: bool


class Refund(TypedDict, total=False):
    """`amount` is positive and gross; quantities and totals of lines are negative, totals net. A line names the
    order's line in its meta `_refunded_item_id`. `parent_id`, the order, is there in the list of all orders only.
    """

    id: int
    parent_id: int
    date_created_gmt: str
    amount: str
    reason: str
    refunded_payment: bool
    line_items: list[Line]
    shipping_lines: list[dict[str, Any]]
    fee_lines: list[dict[str, Any]]
    meta_data: list[dict[str, Any]]


class Product(TypedDict, total=False):
    """A product or a variation; `manage_stock` "parent": the quantity is the parent's.

    `description` is HTML as the site shows it, a sale's dates are the site's midnights in UTC, `sklad_bridge_sale` (0:
    none) is the number of the last sale that its stock contains, there only with our plugin.
    """

    id: int
    name: str
    description: str
    type: str
    status: str
    catalog_visibility: str
    sku: str
    global_unique_id: str
    parent_id: int
    variations: list[int]
    manage_stock: bool | str
    stock_quantity: int | float | None
    stock_status: str
    backorders: str
    price: str
    regular_price: str
    sale_price: str
    date_on_sale_from_gmt: str | None
    date_on_sale_to_gmt: str | None
    weight: str
    date_modified_gmt: str
    attributes: list[dict[str, Any]]
    meta_data: list[dict[str, Any]]
    sklad_bridge_sale: int


class StockItem(TypedDict):
    """What the plugin is to set: `quantity` a decimal string, below "0" for pieces that are owed, `counted` the
    later sales of this item (after `counted_through`, from `counted_since` on) that are in it
    already. None leaves `status` to WooCommerce and `backorders` as they are.
    """

    id: int
    quantity: str
    counted: str
    status: str | None
    backorders: str | None


class StockResult(TypedDict, total=False):
    """`result`: set, same, busy, stale, not_done, unknown, unmanaged, parent (then `holder` keeps the stock) or error
    (then `message`). `quantity` is the stock now, `was` before, decimal strings; `sale`: the last sale in `quantity`.
    """

    id: int
    result: str
    quantity: str
    was: str
    sale: int
    holder: int
    message: str


class StockAnswer(TypedDict):
    """`done`: how many items were reached; `sale`: the highest number of the site's journal of sales (0: none)."""

    done: int
    sale: int
    items: list[StockResult]


class SiteInfo(TypedDict):
    home_url: str
    woocommerce: str
    wordpress: str
    php: str
    language: str
    currency: str
    decimals: int
    hpos: bool


class SitePlugin(TypedDict):
    """An active plugin: `plugin` is its file, `sklad-bridge/sklad-bridge.php`."""

    plugin: str
    version: str


class SiteReport(SiteInfo):
    """`server_time`: the site's own clock at its answer (header Date); None where a proxy took it away.
    `wp_cron`: False where WordPress does its background work only when the host's own scheduler calls.
    """

    wp_cron: bool
    plugins: list[SitePlugin]
    server_time: datetime | None


class PingAnswer(TypedDict):
    """Whether the plugin's test event was taken; `error` says in words why not."""

    delivered: bool
    error: str


class SiteSettings(TypedDict):
    """`country` and `state` are the shop's own address; `state` is "" where none is set."""

    currency: str
    decimals: int
    country: str
    state: str
    taxes: bool


class ShippingZone(TypedDict, total=False):
    """Zone 0 is what the other zones leave over."""

    id: int
    name: str
    order: int


class ShippingMethod(TypedDict, total=False):
    """A method of a zone. Orders name it as `method_id` and `instance_id` of a shipping line."""

    instance_id: int
    method_id: str
    title: str
    method_title: str
    enabled: bool


class Tax(TypedDict, total=False):
    """`rate` is a percent with four decimals ("20.0000"); orders name it as `rate_id` of a tax line."""

    id: int
    country: str
    state: str
    rate: str
    name: str
    priority: int
    compound: bool
    shipping: bool


class OrderStatus(TypedDict):
    slug: str
    name: str


class PaymentGateway(TypedDict, total=False):
    id: str
    title: str
    enabled: bool
    method_title: str
