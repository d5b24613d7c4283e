"""What a shop may offer: chosen warehouses, less what is reserved without one, whole pieces, never below zero."""

from decimal import Decimal

from bridge.domain.availability import available


def levels(**rows: str) -> list[tuple[str, Decimal]]:
    return [("" if store == "none" else store, Decimal(n)) for store, n in rows.items()]


def test_only_the_chosen_warehouses_count() -> None:
    assert available(levels(main="9", shop="4"), ["main"]) == 9
    assert available(levels(main="9", shop="4"), ["main", "shop"]) == 13


def test_no_choice_means_all_warehouses() -> None:
    assert available(levels(main="9", shop="4"), []) == 13


def test_reserves_without_a_warehouse_count_against_the_total() -> None:
    assert available(levels(main="9", shop="4", none="-2"), ["main"]) == 7


def test_the_number_is_whole_and_never_negative() -> None:
    assert available(levels(main="2.9"), ["main"]) == 2
    assert available(levels(main="-3"), ["main"]) == 0
    assert available([], ["main"]) == 0
