"""Every setting of a shop is a key of the file, fits where it is kept, and is documented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.configuration.keys import KEYS, TABLES, Key
from bridge.configuration.rows import ROWS
from bridge.configuration.shapes import OneOf, Text, Texts
from bridge.connections.models import Shop

ROOT = Path(__file__).parents[2]
# Which shop it is; the name that belongs to `common_buyer_id`; the moment from which refunds count, kept by the bridge.
NO_CHOICES = {"id", "name", "site", "account", "common_buyer_name", "refunds_since"}
CHOSEN = {field.name for field in Shop._meta.concrete_fields} - NO_CHOICES


def test_every_setting_of_a_shop_is_a_key_of_the_file() -> None:
    assert {key.field for key in KEYS} == CHOSEN
    assert len({key.path for key in KEYS}) == len(KEYS) == len(CHOSEN)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_a_key_allows_what_its_field_allows(key: Key) -> None:
    field: Any = Shop._meta.get_field(key.field)
    shape = key.shape
    if isinstance(shape, Text):
        assert shape.most == field.max_length
    if isinstance(shape, OneOf):
        assert shape.choices == tuple(code for code, _label in field.choices)
    if isinstance(shape, Texts):
        assert list(shape.mistakes(field.get_default())) == []


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [key.path for key in KEYS if f"`{key.name}`" not in text] == []
    assert [
        table for table in TABLES if f"[shop.NAME.{table}]" not in text and f"`{table}`" not in text
    ] == []
    assert [row.name for row in ROWS if f"shop.NAME.{row.name}" not in text] == []
