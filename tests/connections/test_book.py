"""What a batch reads of a shop's choices it reads once; outside of a batch every look is at what is so now."""

from __future__ import annotations

import pytest

from bridge.connections.book import book_of, read_once
from bridge.connections.models import DirectoryEntry, OrderRule, Shop
from bridge.sync.account import directory

pytestmark = pytest.mark.django_db
Kind = DirectoryEntry.Kind


def rules(shop: Shop) -> int:
    return len(book_of(shop).rules)


def rule(shop: Shop) -> None:
    OrderRule.objects.create(shop=shop, when="country", value="KZ", sets="project", external_id="abroad")


def test_a_batch_goes_by_what_was_chosen_when_it_began_and_the_next_one_by_what_is_chosen_then(
    shop: Shop,
) -> None:
    with read_once():
        before = rules(shop)
        rule(shop)
        assert (before, rules(shop), rules(Shop.objects.get())) == (0, 0, 0)
    with read_once():
        assert rules(shop) == 1


def test_outside_of_a_batch_nothing_is_kept(shop: Shop) -> None:
    assert rules(shop) == 0
    rule(shop)
    assert rules(shop) == 1


def test_a_batch_sees_the_directory_that_was_read_meanwhile(shop: Shop) -> None:
    with read_once():
        assert book_of(shop).entries(Kind.STATE) == []
        new = DirectoryEntry(kind=Kind.STATE, external_id="state-1", name="Новый")
        directory.keep(shop.account, [new], Kind.STATE)
        assert book_of(shop).entry(Kind.STATE, "state-1") == new
