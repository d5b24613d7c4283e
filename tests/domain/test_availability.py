"""What a shop may offer: chosen warehouses, less what is in flight and kept back, whole pieces, never below zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.availability import Terms, for_sale, in_stores, offered, owed, sets

stock = st.decimals(-1000, 1000, places=4)


def levels(**rows: str) -> list[tuple[str, Decimal]]:
    return [("" if store == "none" else store, Decimal(n)) for store, n in rows.items()]


def number(there: str, **terms: int | bool) -> Decimal:
    made = Terms(**{k: Decimal(v) if k in ("buffer", "last_pieces") else v for k, v in terms.items()})  # type: ignore[arg-type]
    return offered(for_sale(Decimal(there), made), made)


def test_only_the_chosen_warehouses_count() -> None:
    assert in_stores(levels(main="9", shop="4"), ["main"]) == 9
    assert in_stores(levels(main="9", shop="4"), ["main", "shop"]) == 13


def test_no_choice_means_all_warehouses() -> None:
    assert in_stores(levels(main="9", shop="4"), []) == 13


def test_reserves_without_a_warehouse_count_against_the_total() -> None:
    assert in_stores(levels(main="9", shop="4", none="-2"), ["main"]) == 7


@pytest.mark.parametrize(
    ("there", "terms", "shown"),
    [
        ("2.9", {}, "2"),
        ("-3", {}, "0"),
        ("2.9", {"decimals": True}, "2.9"),
        ("0.33339", {"decimals": True}, "0.3333"),
        ("10", {"buffer": 3}, "7"),
        ("2", {"buffer": 3}, "0"),
        ("3", {"last_pieces": 2}, "3"),
        ("2", {"last_pieces": 2}, "0"),
        ("10", {"share": 30}, "3"),
        ("9", {"share": 50}, "4"),
        ("9", {"share": 50, "buffer": 1, "last_pieces": 3}, "0"),
    ],
)
def test_the_owners_terms(there: str, terms: dict[str, int | bool], shown: str) -> None:
    assert number(there, **terms) == Decimal(shown)


@given(stock, st.integers(0, 20), st.integers(0, 20), st.integers(1, 100), st.booleans())
def test_never_below_zero_and_never_more_than_there_is(
    there: Decimal, buffer: int, last: int, share: int, decimals: bool
) -> None:
    terms = Terms(Decimal(buffer), Decimal(last), share, decimals)
    shown = offered(for_sale(there, terms), terms)
    assert 0 <= shown <= max(there - buffer * (share == 100), 0)
    assert decimals or shown == shown.to_integral_value()
    assert shown == 0 or shown > last


@given(stock, st.lists(st.integers(1, 100), min_size=1, max_size=5).filter(lambda x: sum(x) <= 100))
def test_shares_of_several_shops_are_never_more_than_the_stock(there: Decimal, shares: list[int]) -> None:
    shown = [offered(for_sale(there, Terms(share=share)), Terms(share=share)) for share in shares]
    assert sum(shown) <= max(there, 0)


@given(st.lists(st.tuples(stock, st.decimals("0.5", 5, places=2)), min_size=1, max_size=5))
def test_a_bundle_never_asks_for_more_of_a_part_than_there_is(parts: list[tuple[Decimal, Decimal]]) -> None:
    bundles = max(sets(parts), Decimal(0))
    assert all(bundles * needed <= max(there, 0) for there, needed in parts)


@pytest.mark.parametrize(
    ("left", "taken", "shown"),
    [
        ("-2", "5", "-2"),  # three of the five buyers get theirs
        ("-40", "5", "-5"),  # the rest is none of this shop's buyers'
        ("-40", "0", "0"),
        ("-0.5", "3", "-1"),
        ("-3", "1.5", "-2"),
        ("0", "5", "0"),
        ("4", "5", "0"),
    ],
)
def test_what_is_owed_is_what_buyers_here_bought_and_is_not_there(left: str, taken: str, shown: str) -> None:
    assert owed(Decimal(left), Decimal(taken)) == Decimal(shown)


@given(st.decimals(-1000, 0, places=4), st.decimals(0, 1000, places=4), st.data())
def test_whatever_buyers_give_back_no_more_is_on_sale_than_exists(
    left: Decimal, taken: Decimal, data: st.DataObject
) -> None:
    back = data.draw(st.decimals(0, taken, places=4))
    assert owed(left, taken) + back <= max(left + back, 0)
    assert owed(left, taken) == owed(left, taken).to_integral_value() <= 0


def test_a_bundle_without_parts_cannot_be_sold() -> None:
    assert sets([]) == 0
