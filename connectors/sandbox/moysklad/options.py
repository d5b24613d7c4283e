"""Every switch of the MoySklad stand-in in one place; what the documentation leaves open is a switch here."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


@dataclass
class Options:
    """Defaults are the account a self-hosted bridge meets: a user token after December 2026, real limits on."""

    latency_ms: int = 0

    strict_accept: bool = (
        True  # refuse */* with 1062, as the documentation says; its own curl samples send */*
    )

    # limits (documentation: restrictions)
    limiter: bool = True
    weight: int = 4  # of one call: 1 solution, 2/3/4 user token by date
    units: int = 45
    window_ms: int = 3000
    window: str = "sliding"  # or "fixed"; not documented
    parallel_per_user: int = 5
    parallel_per_account: int = 20
    rate_headers: str = "units"  # or "requests"; how weights show in X-RateLimit-* is not documented
    ban: bool = False  # the automatic ban for too many failures, 429s or PUTs to one entity

    # what the user is not allowed: "customerOrder.create", "good.view" …
    no_rights: list[str] = field(default_factory=list)

    # account settings
    unique_names: bool = False  # "unique document numbers"
    check_min_price: bool = False
    recycle_bin: bool = True  # companysettings.useRecycleBin
    delete_goes_to_bin: bool = False  # whether DELETE means the bin then is not documented
    closed_before: str = (
        ""  # "2026-07-01": documents dated earlier cannot be made, changed or removed (17009)
    )
    round_prices: bool = True  # whole kopecks unless X-Lognex-Precision: true
    round_line_sums: bool = True

    # unknowns (documentation is silent)
    bulk_mixed_status: int = 400  # 200 by the OpenAPI text, 400 seen by a client
    unknown_fields: str = "ignore"  # or "error" (1007)
    sync_id_of_binned: str = "return"  # or "create", "error"
    href_carries_expand: bool = True
    trash_event: str = "DELETE"  # or "UPDATE", "NONE"
    archive_event: str = "UPDATE"  # or "NONE"
    return_price_change: str = (
        "error"  # 3001 for another price than the demand's; or "keep" the demand's price
    )
    unset_prices_shown: bool = True  # a price type without a price comes as 0
    recalculating_rows: str = (
        "absent"  # or "former": current reports show the number before the recalculation
    )
    return_from_archive_is_change: bool = (
        False  # whether changedSince tells of goods taken out of the archive
    )
    linked_order_update: bool = False  # order UPDATE when its demands or payments change
    retry_on_timeout: bool = True  # whether a timed-out webhook is tried again

    # webhooks
    webhook_timeout_ms: int = 1500
    webhook_tries: int = 4
    webhook_error: int = 0  # answer every webhook registration with this code, e.g. 30004, 30006, 1070
    stock_webhook_interval_ms: int = 0  # 0 = never by itself
    reserve_fires_stock_webhook: bool = False

    # stock
    recalculation_ms: int = 0
    report_limit: int = 0  # rows above which a current report without a filter is 13005; 0 = none
    store_report_limit: int = 0  # the same for one filtered by stores only
    stock_error: int = 0  # answer stock reports with this code, e.g. 13004, 13005

    def change(self, **values: Any) -> None:
        """Set switches by name. ValueError names the unknown one, TypeError the one of a wrong type."""
        known = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"no switch {name!r}; known: {', '.join(known)}")
            if type(value) is not type(getattr(self, name)):
                raise TypeError(f"switch {name} takes {type(getattr(self, name)).__name__}")
        for name, value in values.items():
            setattr(self, name, value)

    def shown(self) -> dict[str, Any]:
        return asdict(self)
