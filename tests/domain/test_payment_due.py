"""What is still to be paid: never more than the buyer paid, and never more for the document than it costs."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.payment_due import payment_due

money = st.integers(0, 10**9)


def test_a_paid_order_is_paid_whole() -> None:
    assert payment_due(1300_00, 1300_00, 0) == (1300_00, 1300_00)


def test_what_was_given_back_before_the_document_was_made_is_paid_but_not_for_it() -> None:
    assert payment_due(1950_00, 1300_00, 0) == (1950_00, 1300_00)


def test_a_part_that_staff_entered_leaves_the_rest() -> None:
    assert payment_due(1300_00, 1300_00, 100_00) == (1200_00, 1200_00)


def test_what_staff_added_to_the_document_was_not_paid_on_the_site() -> None:
    assert payment_due(1000_00, 1300_00, 0) == (1000_00, 1000_00)


@given(paid=money, document=money, entered=money)
def test_no_money_is_entered_twice(paid: int, document: int, entered: int) -> None:
    due = payment_due(paid, document, entered)
    if due is None:
        assert entered >= min(paid, document)
    else:
        assert 0 < due.linked_minor <= due.amount_minor
        assert entered + due.amount_minor == paid
        assert entered + due.linked_minor == min(paid, document)
