"""The bookkeeping under the stock reports: sums, the log of changes, and barcodes that check."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.moysklad.account import ean13
from connectors.sandbox.moysklad.goods_bodies import is_gtin
from connectors.sandbox.moysklad.levels import DAY, Levels

ITEMS, STORES = ("a", "b", "c"), ("x", "y", None)
KEYS = st.tuples(st.sampled_from(ITEMS), st.sampled_from(STORES))
MOMENTS = st.integers(1, 50).map(float)
CHANGES = st.lists(st.tuples(KEYS, st.integers(-5, 5), st.integers(-5, 5), MOMENTS), max_size=40)


@given(CHANGES, MOMENTS)
def test_the_changes_since_a_moment_are_those_a_look_at_everything_would_find(changes, since):
    levels, late = Levels(), set()
    for key, stock, reserve, moment in changes:
        levels.change(key, stock, reserve, moment)
        if moment >= since:
            late.add(key)
    assert set(levels.changed_since(since)) == late


@given(CHANGES)
def test_a_level_is_the_sum_of_its_changes(changes):
    levels = Levels()
    for key, stock, reserve, moment in changes:
        levels.change(key, stock, reserve, moment)
    for key, level in levels.items():
        mine = [change for change in changes if change[0] == key]
        assert (level.stock, level.reserve) == (sum(c[1] for c in mine), sum(c[2] for c in mine))
        assert level.value("freeStock") == level.stock - level.reserve


@given(CHANGES, st.sampled_from([*ITEMS, "x", "y"]))
def test_whatever_goes_is_a_change_of_everything_it_held(changes, gone):
    levels = Levels()
    for key, stock, reserve, moment in changes:
        levels.change(key, stock, reserve, moment)
    levels.gone(gone, 100.0)
    held = {key for key in levels if gone in key}
    assert set(levels.changed_since(100.0)) == held
    assert {key for key in levels if levels.went_at(key)} == held
    levels.back(gone, 0.0)
    assert not any(levels.went_at(key) for key in levels)


def test_changes_older_than_anybody_may_ask_for_are_forgotten():
    levels = Levels()
    levels.change(("a", "x"), 1, 0, 1.0)
    levels.change(("b", "x"), 1, 0, 3.0 * DAY)
    assert list(levels.changed_since(0.0)) == [("b", "x")]


@given(st.integers(0, 10**10 - 1))
def test_every_generated_barcode_checks_and_with_another_last_digit_does_not(number):
    code = ean13(number)
    assert len(code) == 13
    assert is_gtin(code)
    assert not is_gtin(code[:-1] + str((int(code[-1]) + 1) % 10))
