"""The last thirty days as the page's script draws them (static/bridge/home_chart.js)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bridge.sync import tally


def context(now: datetime) -> dict[str, Any]:
    """`data` for the script, `rows` for who cannot see a drawing, `empty` where there is nothing to draw."""
    days = tally.last_days(now)
    labels = [date_format(row.day, "j E") for row in days]
    return {
        "data": {
            "days": labels,
            "orders": {"name": _("Orders"), "values": [row.orders for row in days]},
            "failures": {"name": _("Failures"), "values": [row.failures for row in days]},
            "seconds": {
                "name": _("Seconds until an order is in MoySklad"),
                "values": [row.seconds for row in days],
            },
        },
        "rows": [
            {"day": label, "orders": row.orders, "failures": row.failures, "seconds": row.seconds}
            for label, row in zip(labels, days, strict=True)
        ],
        "orders": sum(row.orders for row in days),
        "failures": sum(row.failures for row in days),
        "empty": not any(row.orders or row.failures for row in days),
    }
