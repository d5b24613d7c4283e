"""Where a document goes: the first rule that fits decides each choice, and the shop's own choice is what remains."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from factories import EntryFactory, canonical_order

from bridge.connections.models import DirectoryEntry, OrderRule, Shop
from bridge.domain.errors import Unmappable
from bridge.domain.order import Address, Customer, Order
from bridge.sync.document.document_rules import refs_of

ORDER = replace(
    canonical_order("1"),
    shipping_methods=("flat_rate:3",),
    payment_method="cod",
    billing=Address(country="RU"),
    customer=Customer(role="wholesale"),
)


def rule(shop: Shop, when: str, value: str, sets: str, external_id: str, place: int = 0) -> None:
    OrderRule.objects.create(
        shop=shop, when=when, value=value, sets=sets, external_id=external_id, place=place
    )


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("shipping_method", "flat_rate"),
        ("shipping_method", "Flat_Rate:3"),
        ("payment_method", "cod"),
        ("country", "ru"),
        ("role", "wholesale"),
    ],
)
def test_a_rule_fits_by_what_it_asks(shop: Shop, when: str, value: str) -> None:
    rule(shop, when, value, "store", "other")
    assert refs_of(shop, ORDER).store_id == "other"


@pytest.mark.parametrize(
    ("when", "value"), [("shipping_method", "flat_rate:4"), ("country", "KZ"), ("role", "customer")]
)
def test_a_rule_that_does_not_fit_changes_nothing(shop: Shop, when: str, value: str) -> None:
    rule(shop, when, value, "store", "other")
    assert refs_of(shop, ORDER).store_id == "store"


def test_the_country_of_the_delivery_counts_before_the_buyers(shop: Shop) -> None:
    rule(shop, "country", "KZ", "project", "abroad")
    sent_abroad = replace(ORDER, shipping=Address(country="KZ", city="Алматы"))
    assert refs_of(shop, sent_abroad).project_id == "abroad"
    assert refs_of(shop, ORDER).project_id == ""


def test_of_several_rules_the_first_decides_each_choice(shop: Shop) -> None:
    rule(shop, "payment_method", "cod", "store", "second", place=2)
    rule(shop, "payment_method", "cod", "store", "first", place=1)
    rule(shop, "payment_method", "cod", "contract", "contract-1", place=3)
    refs = refs_of(shop, ORDER)
    assert (refs.store_id, refs.contract_id) == ("first", "contract-1")


@pytest.mark.parametrize(
    ("status", "state"), [("processing", "call-first"), ("completed", ""), ("cancelled", "")]
)
def test_a_state_by_rule_is_for_orders_that_begin(shop: Shop, status: str, state: str) -> None:
    rule(shop, "payment_method", "cod", "state", "call-first")
    assert refs_of(shop, replace(ORDER, status=status)).state_id == state


def test_the_account_is_named_only_with_its_own_organization(shop: Shop) -> None:
    EntryFactory(
        connection=shop.account, kind=DirectoryEntry.Kind.ACCOUNT, external_id="account-1", detail="org"
    )
    shop.organization_account_id = "account-1"
    assert refs_of(shop, ORDER).organization_account_id == "account-1"
    rule(shop, "payment_method", "cod", "organization", "org-2")
    assert refs_of(shop, ORDER).organization_account_id == ""


@pytest.mark.parametrize(
    ("field", "problem"), [("organization_id", "organization_missing"), ("store_ids", "store_missing")]
)
def test_what_nobody_chose_is_named_unless_a_rule_chooses(shop: Shop, field: str, problem: str) -> None:
    setattr(shop, field, "")
    with pytest.raises(Unmappable) as caught:
        refs_of(shop, ORDER)
    assert caught.value.problem.code == problem
    rule(shop, "role", "wholesale", "organization" if field == "organization_id" else "store", "chosen")
    assert "chosen" in (refs_of(shop, ORDER).organization_id, refs_of(shop, ORDER).store_id)


def test_another_order_asks_its_own_questions(shop: Shop) -> None:
    rule(shop, "payment_method", "cod", "owner", "employee-1")
    plain: Order = replace(ORDER, payment_method="bacs")
    owners: list[Any] = [refs_of(shop, order).owner_id for order in (ORDER, plain)]
    assert owners == ["employee-1", ""]
