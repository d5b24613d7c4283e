"""A canonical order survives being stored as JSON, whatever it holds."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.domain.order import Order, from_json, to_json

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False, places=3))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.from_type(Order))
def test_stored_and_read_back_it_is_the_same(order: Order) -> None:
    assert from_json(json.loads(json.dumps(to_json(order)))) == order
