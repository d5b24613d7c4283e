"""Every setting of a shop is a key of the file, fits where it is kept, and is documented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User

from bridge.alerts.models import AlertRules, Recipient
from bridge.configuration import alerts
from bridge.configuration.keys import ACCOUNT_KEYS, KEYS, PEOPLE_KEYS, SITE_KEYS, TABLES, Key
from bridge.configuration.rows import ROWS
from bridge.configuration.shapes import OneOf, Text, Texts
from bridge.connections.models import (
    AttributeMapping,
    Connection,
    GoodsRule,
    OrderRule,
    PaymentMethod,
    Shop,
    StatusMapping,
)
from bridge.dashboard.alerts.rules_form import RulesForm
from bridge.dashboard.page import ReadOnlyPage
from bridge.dashboard.shops.connection_form import ConnectionForm
from bridge.outbox.models import Pause
from bridge.people.models import AccessRules

ROOT = Path(__file__).parents[2]
# Which shop it is; the name that belongs to `common_buyer_id`; what the bridge keeps for itself.
NO_CHOICES = {"id", "name", "site", "account", "common_buyer_name"} | {
    field.name for field in Shop._meta.concrete_fields if not field.editable
}
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


# Rows of a shop, field by field: what a person chooses in them is what the file has (rows.py), which FULL in
# test_file.py takes there and back. A field that comes to one of these models comes to the file too.
ROW_FIELDS: dict[Any, set[str]] = {
    StatusMapping: {"direction", "site_status", "state_id"},
    OrderRule: {"place", "when", "value", "sets", "external_id"},
    AttributeMapping: {"target", "source", "attribute_id"},
    PaymentMethod: {"method", "document", "organization_account_id", "project_id"},
    GoodsRule: {"scope", "external_id", "name", "sets", "value"},
    Pause: {"kind", "since", "until", "by", "why"},
}
# Which connection it is, the name of its table says; its login are keys of their own; the rest nobody chooses.
CONNECTION = {"name", "vendor", "credentials"}
# People come in by links that are good once, with passwords and second steps of their own (docs/people.md).
NO_OPTIONS = {User}


def chosen(model: Any) -> set[str]:
    """The fields of a model that people set."""
    fields = (*model._meta.concrete_fields, *model._meta.many_to_many)
    return {field.name for field in fields if field.editable} - {"id"}


def test_every_page_with_options_is_known_here() -> None:
    """A page whose rows people may change is one with options: its fields are tested below."""
    pages = {model for model, page in admin.site._registry.items() if not isinstance(page, ReadOnlyPage)}
    assert pages - NO_OPTIONS == {Shop, Connection, Recipient}


def test_every_option_of_alerts_and_of_signing_in_is_a_key_of_the_file() -> None:
    assert chosen(Recipient) == set(alerts.RECIPIENT)
    assert chosen(AlertRules) - {"secrets"} == set(alerts.RULES)
    assert chosen(AccessRules) == set(PEOPLE_KEYS)
    assert {"telegram_token", "smtp_password"} == set(alerts.SECRETS)
    assert set(RulesForm.base_fields) <= {*alerts.RULES, *alerts.SECRETS}


def test_every_option_of_a_connection_is_a_key_of_the_file() -> None:
    shown = set(ConnectionForm.base_fields)
    assert shown - CONNECTION <= {*ACCOUNT_KEYS, *SITE_KEYS}, shown
    assert "base_url" in ACCOUNT_KEYS


@pytest.mark.parametrize("model", ROW_FIELDS, ids=lambda model: model.__name__)
def test_every_field_of_a_shops_rows_is_one_the_file_has(model: Any) -> None:
    assert chosen(model) - {"shop"} == ROW_FIELDS[model]
    # The two tables of states are one model.
    assert len(ROW_FIELDS) + 1 == len(ROWS)


def test_every_key_is_documented() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text()
    assert [key.path for key in KEYS if f"`{key.name}`" not in text] == []
    assert [
        table for table in TABLES if f"[shop.NAME.{table}]" not in text and f"`{table}`" not in text
    ] == []
    assert [row.name for row in ROWS if f"shop.NAME.{row.name}" not in text] == []
