"""What each side of a difference says, in the reader's way: money, numbers, statuses."""

from __future__ import annotations

import re
from decimal import Decimal

from bridge import wording
from bridge.dashboard import shown
from bridge.dashboard.words import word
from bridge.domain.money import to_minor
from bridge.sync.models import Drift

TOTAL = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})")  # as sync/reconcile stores the total of an order
PRICES = ("price", "sale_price")
Subject = Drift.Subject


def here(drift: Drift) -> str:
    return word(wording.STATUSES, _said(drift, drift.here))


def there(drift: Drift) -> str:
    return _said(drift, drift.there)


def _said(drift: Drift, value: str) -> str:
    if not value:
        return shown.EMPTY
    if drift.subject == Subject.STOCK:
        return shown.pieces(Decimal(value))  # a number below zero is owed
    if drift.subject == Subject.ORDER:
        if total := TOTAL.fullmatch(value):
            return wording.money(to_minor(total[1], total[2]), total[2])
        return wording.documents(wording.amount(value))
    if drift.subject == Subject.PRICE and drift.params.get("field") in PRICES:
        return wording.price(value)
    return value
