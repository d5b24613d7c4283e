"""Every switch of the store stand-in."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Options:
    latency_ms: int = 0
    currency: str = "RUB"
    weight_unit: str = "kg"  # kg, g, lbs or oz: what weights of products are in
    price_decimals: int = 2  # how many decimals amounts have; 0 as shops in JPY choose
    tax_percent: float = 0  # 0: taxes off; otherwise the one rate, "НДС"
    tax_rates: list[dict[str, Any]] = field(default_factory=list)  # several, see taxes.rate
    prices_include_tax: bool = True  # how prices of goods are entered; shipping and fees get tax on top
    tax_round_at_subtotal: bool = False  # round taxes in the order's sums instead of per line
    custom_statuses: dict[str, str] = field(default_factory=dict)  # slug: name
    decimal_quantities: bool = (
        True  # a plugin lets goods be sold by weight; without it they are cut to whole ones
    )
    legacy_storage: bool = (
        False  # orders in wp_posts instead of HPOS: an order takes its refunds into the trash
    )
    half_stored_refunds: bool = (
        False  # REST is asked while a refund is being made: its lines are not stored yet
    )
    check_nonce: bool = True
    decimal_stock: bool = False  # a plugin lets stock be decimal; without it it is cut to whole pieces
    write_ms: float = 0.0  # what one product written by REST takes; measured: 27 in a batch, 90 alone

    # the companion plugin
    home_url: str = ""  # "": this stand-in's own address; another one makes it a cloned site
    plugin_version: str = ""  # "": 1.3.0, without plugin_stock 1.1.0
    events: bool = True  # the plugin is active
    clock_skew: float = 0.0  # seconds the site's clock is ahead
    max_event_bytes: int = 512 * 1024  # a larger order travels as its id only
    event_timeout_ms: int = 3000
    event_tries: int = 12
    event_backoff_ms: int = 200  # doubles with every try
    event_backoff_max_ms: int = 5000

    # its journal of sales and its stock endpoint
    wp_cron: bool = True  # False: DISABLE_WP_CRON is set
    plugin_ping: bool = True  # False: as plugin 1.3.0, which sends no test event on request
    plugin_stock: bool = True  # False: as plugin 1.1.0, which has neither
    stock_capability: bool = True  # the user it was paired by may set stock
    site_copy: bool = False  # the site is a copy that nobody has confirmed
    stock_seconds: float = 10.0  # time budget of a call; items not reached are `not_done`
    stock_item_ms: float = 0.0  # what one item takes

    # the core's webhooks
    updated_before_created: bool = False  # the block checkout does that

    def change(self, **values: Any) -> None:
        """Set switches by name. ValueError names the unknown one, TypeError the one of a wrong type."""
        known = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no switch {name!r}; known: {', '.join(known)}")
            wanted = type(getattr(self, name))
            if type(value) is not wanted and not (wanted is float and type(value) is int):
                raise TypeError(f"switch {name} takes {wanted.__name__}")
        for name, value in values.items():
            setattr(self, name, type(getattr(self, name))(value))

    def shown(self) -> dict[str, Any]:
        return asdict(self)
