"""Which item a listing is: exactly one of its shape with its SKU; and what it probably is when no SKU says so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.matching import Shape, Verdict, decide, fits, loose_sku
from bridge.domain.suggestions import DOUBTFUL, SAME_SKU, Item, Suggestion, Warehouse

SIMPLE, PARENT, VARIATION = Shape.SIMPLE, Shape.PARENT, Shape.VARIATION
skus = st.text(max_size=12)


@pytest.mark.parametrize(
    ("shape", "owners", "candidates", "verdict"),
    [
        (SIMPLE, 1, [(7, SIMPLE)], Verdict("linked", 7)),
        (VARIATION, 1, [(7, VARIATION)], Verdict("linked", 7)),
        (PARENT, 1, [(7, PARENT)], Verdict("linked", 7)),
        (PARENT, 1, [(7, SIMPLE)], Verdict("linked", 7)),  # its variations share the pieces of one item
        (SIMPLE, 1, [], Verdict("missing")),
        (SIMPLE, 2, [(7, SIMPLE)], Verdict("ambiguous")),
        (SIMPLE, 1, [(7, SIMPLE), (8, SIMPLE)], Verdict("ambiguous")),
        (VARIATION, 1, [(7, SIMPLE)], Verdict("kind")),
        (VARIATION, 1, [(7, PARENT)], Verdict("kind")),
        (SIMPLE, 1, [(7, VARIATION)], Verdict("kind")),
        (SIMPLE, 1, [(7, PARENT)], Verdict("kind")),
        (SIMPLE, 1, [(7, PARENT), (8, SIMPLE)], Verdict("linked", 8)),  # the other one is no candidate
        (VARIATION, 1, [(7, PARENT), (8, VARIATION)], Verdict("linked", 8)),
    ],
)
def test_a_listing_is_linked_when_exactly_one_item_of_its_shape_has_its_sku(
    shape: Shape, owners: int, candidates: list[tuple[int, Shape]], verdict: Verdict[int]
) -> None:
    assert decide("A-1", shape, owners, candidates) == verdict


def test_without_a_sku_nothing_is_looked_for() -> None:
    assert decide("", SIMPLE, 1, [(7, SIMPLE)]) == Verdict("no_sku")


def test_an_archived_item_stays_what_it_was_unless_another_has_its_sku() -> None:
    assert decide("A-1", SIMPLE, 1, [], before=5) == Verdict("linked", 5)
    assert decide("A-1", SIMPLE, 1, [(7, SIMPLE)], before=5) == Verdict("linked", 7)
    assert decide("A-1", SIMPLE, 1, [(7, VARIATION)], before=5) == Verdict("kind")


@given(
    st.sampled_from(Shape),
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(1, 99), st.sampled_from(Shape)), max_size=4, unique_by=lambda one: one[0]),
)
def test_a_link_is_never_a_guess(shape: Shape, owners: int, candidates: list[tuple[int, Shape]]) -> None:
    verdict = decide("A", shape, owners, candidates)
    fitting = [item for item, there in candidates if fits(shape, there)]
    assert (verdict.match == "linked") == (owners == 1 and len(fitting) == 1)
    assert verdict.item == (fitting[0] if verdict.match == "linked" else None)


@given(skus)
def test_spaces_and_case_make_no_other_loose_sku(sku: str) -> None:
    assert loose_sku(f" {sku}\u00a0\t") == loose_sku(sku) == loose_sku(loose_sku(sku))


def warehouse(*names: str, shape: Shape = SIMPLE) -> Warehouse:
    return Warehouse(Item(number, name, f"A-{number}", shape) for number, name in enumerate(names, 1))


def test_a_sku_in_another_case_or_with_spaces_is_suggested_not_sure() -> None:
    goods = warehouse("Кружка", "Чашка")
    assert goods.suggest("Что угодно", " a - 2", SIMPLE) == Suggestion(2, SAME_SKU)


def test_two_items_whose_skus_differ_in_case_only_are_told_apart_by_their_names() -> None:
    goods = Warehouse([Item(1, "Кружка белая", "ab", SIMPLE), Item(2, "Чашка синяя", "AB", SIMPLE)])
    assert goods.suggest("Чашка синяя", "Ab", SIMPLE) == Suggestion(2, 100)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("Кружка керамическая белая, 320 мл", 100),
        ("320мл белая керамическая КРУЖКА", 100),
        ("Кружка керамич. белая 320 мл", 85),
        ("Кружка керамическя белая 320 мл", 95),
    ],
)
def test_a_name_written_otherwise_is_found(name: str, least: int) -> None:
    goods = warehouse("Кружка керамическая белая 320 мл", "Тарелка керамическая белая", "Плед шерстяной")
    found = goods.suggest(name, "", SIMPLE)
    assert found is not None
    assert found.id == 1
    assert found.score >= least


@pytest.mark.parametrize("name", ["Кружка белая 330 мл", "Кружка белая", "Кружка белая 320 мл XL"])
def test_another_number_or_size_is_never_sure(name: str) -> None:
    found = warehouse("Кружка белая 320 мл").suggest(name, "", SIMPLE)
    assert found is not None
    assert found.score <= DOUBTFUL


def test_twins_are_never_sure() -> None:
    found = warehouse("Кружка белая", "Кружка белая").suggest("Кружка белая", "", SIMPLE)
    assert found is not None
    assert found.score == DOUBTFUL


def test_what_a_person_refused_is_not_suggested_again() -> None:
    goods = warehouse("Кружка белая", "Кружка белая матовая")
    assert goods.suggest("Кружка белая", "", SIMPLE, refused={1}) == goods.suggest(
        "Кружка белая", "A-1", SIMPLE, refused={1}
    )
    found = goods.suggest("Кружка белая", "", SIMPLE, refused={1})
    assert found is not None
    assert found.id == 2
    assert goods.suggest("Кружка белая", "", SIMPLE, refused={1, 2}) is None


def test_an_item_of_another_shape_is_not_suggested() -> None:
    assert warehouse("Футболка (Белый, M)").suggest("Футболка - Белый, M", "", VARIATION) is None
    variants = warehouse("Футболка (Белый, M)", "Футболка (Белый, L)", shape=VARIATION)
    assert variants.suggest("Футболка - Белый, L", "", VARIATION) == Suggestion(2, 100)


def test_nothing_alike_is_no_suggestion() -> None:
    goods = warehouse("Кружка белая")
    for name in ("Велосипед горный", "", "—", "Кружка для очень большой и дружной компании друзей"):
        assert goods.suggest(name, "", SIMPLE) is None
    assert warehouse().suggest("Кружка", "", SIMPLE) is None


def test_names_of_common_words_only_are_still_found() -> None:
    names = [f"Футболка {colour} {size}" for colour in ("белая", "синяя") for size in range(3000)]
    found = warehouse(*names).suggest("Футболка синяя 2999", "", SIMPLE)
    assert found == Suggestion(6000, 100)
    same = warehouse(*["Футболка белая"] * 5000, "Футболка белая мужская")
    assert same.suggest("Футболка мужская белая", "", SIMPLE) == Suggestion(5001, 100)
