"""The list of what runs by itself says of each flow how it stands."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from factories import WatermarkFactory

from bridge.connections.models import Shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "ещё не было"),
        ({"last_success_at": timezone.now()}, "в порядке"),
        ({"cursor": {"step": "orders", "began": "2026-11-21T10:00:00+00:00", "place": None}}, "идёт"),
    ],
)
def test_a_reading_that_has_not_come_to_its_end_is_running(
    admin_client: Any, shop: Shop, row: dict[str, Any], says: str
) -> None:
    WatermarkFactory(connection=shop.site, flow="orders", **row)
    page = admin_client.get(reverse("admin:bridge_watermark_changelist")).content.decode()
    [state] = re.findall(r"field-shown_state[^>]*>(.*?)</td>", page, re.DOTALL)
    assert says in state
