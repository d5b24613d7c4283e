"""The property of money over ten thousand orders of shops: nobody's order costs a kopeck more or less in MoySklad."""

from __future__ import annotations

from typing import Any

import pytest
from document_money import holds_to_the_kopeck
from hypothesis import HealthCheck, given, settings
from shop_orders import shop_orders

pytestmark = pytest.mark.bench


@settings(
    max_examples=10_000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(shop_orders())
def test_ten_thousand_orders_cost_the_same_in_moysklad(wire: dict[str, Any]) -> None:
    holds_to_the_kopeck(wire)
